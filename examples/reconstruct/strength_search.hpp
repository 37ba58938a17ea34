// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The strength of total variation where none is given: by views that are held out, in voxels so
/// large that it takes little.
#include <algorithm>
#include <cstddef>
#include <type_traits>
#include <variant>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/grid.hpp>
#include <pyronn/interp/software_interp.hpp>
#include <pyronn/operators/algebra/system_matrix.hpp>
#include <pyronn/recon/solver/coarse_to_fine.hpp>
#include <pyronn/recon/solver/held_out.hpp>
#include <pyronn/recon/solver/problem.hpp>
#include <pyronn/recon/solver/strength_choice.hpp>
#include <pyronn/scan/scan.hpp>

#include "backend.hpp"
#include "scan_map.hpp"
#include "solver_choice.hpp"
#include "view_ranges.hpp"

namespace example {

/// Where a strength is looked for: in levels of a scan of any geometry.
template <class Executor>
class StrengthLevels {
  using Map = ScanMap<Executor>;
  using Arrays = pyronn::LevelArrays<float, 3>;

 public:
  StrengthLevels(Executor const& executor, IterationTask const& task)
      : executor_{executor}, task_{task} {}

  /// What a search will allocate [bytes].
  [[nodiscard]] std::size_t bytes() const {
    return visit([&](auto const& geometry, int factor) {
      auto const level = pyronn::resolution_level(geometry, task_.grid, factor);
      Map const map = map_of(level);
      auto const arrays = static_cast<std::size_t>(map.domain().count() + map.range().count());
      return pyronn::strength_choice_bytes(executor_, map, search_of(level)) +
             (factor > 1 ? 3 * arrays * sizeof(float) : 0);
    });
  }

  /// Looks for it from an image, which becomes that of the best strength that was tried, where the
  /// mask, if there is one, is not 0.
  [[nodiscard]] double choose(pyronn::LevelArrays<float, 3> const& full,
                              pyronn::PixelBounds bounds) const {
    return visit([&](auto const& geometry, int factor) {
      double strength = 0;
      auto const solve = [&](auto const& level, Arrays const& arrays) {
        if (level.factor != factor) return;
        pyronn::ReconstructionProblem<Map> problem{map_of(level), arrays.data};
        problem.mask = arrays.mask;
        problem.bounds = bounds;
        auto const choice =
            pyronn::choose_tv_strength(executor_, problem, arrays.image, search_of(level));
        strength = choice.strength / level.strength_of(1);
      };
      pyronn::coarse_to_fine(executor_, geometry, task_.grid, full, factor, solve);
      return strength;
    });
  }

 private:
  /// Calls use(geometry, factor).
  template <class Use>
  [[nodiscard]] auto visit(Use const& use) const {
    return std::visit(
        [&](auto const& geometry) {
          using Geometry = std::decay_t<decltype(geometry)>;
          constexpr int most_voxels = 256;
          return use(geometry_of(geometry, task_.band, {}),
                     pyronn::resolution_factor<Geometry>(task_.grid, most_voxels));
        },
        task_.scan.geometry);
  }

  template <class Level>
  [[nodiscard]] static Map map_of(Level const& level) {
    using Geometry = std::decay_t<decltype(level.geometry)>;
    return Map{pyronn::SystemMatrix<Geometry, pyronn::SoftwareInterp>{level.geometry, level.grid}};
  }

  template <class Level>
  [[nodiscard]] pyronn::StrengthSearch search_of(Level const& level) const {
    pyronn::StrengthSearch search;
    search.held_out = pyronn::held_out_of(level.geometry);
    search.spacing =
        SolverTask{task_.iteration, level.grid, task_.scan.is_plane(), task_.workspace_limit}
            .spacing();
    search.workspace_limit = task_.workspace_limit;
    return search;
  }

  Executor const& executor_;
  IterationTask task_;
};

}  // namespace example
