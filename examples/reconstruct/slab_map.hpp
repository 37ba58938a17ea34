// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// SlabMap: the linear map of a scan of space on several ranks, so that each solver is compiled but
/// once.
#include <cstddef>
#include <cstdint>
#include <utility>
#include <variant>
#include <vector>

#include <pyronn/backend/cpu/executor.hpp>
#include <pyronn/core/array_view.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/distributed/rank_map.hpp>
#include <pyronn/distributed/rank_plan.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/interp/software_interp.hpp>
#include <pyronn/operators/part.hpp>

#include "ranks.hpp"

namespace example {

/// A RankMap of any geometry.
class SlabMap {
  template <class Geometry>
  using Of =
      pyronn::RankMap<RankCommunicator, pyronn::CpuExecutor, Geometry, pyronn::SoftwareInterp>;
  using Any = std::variant<Of<pyronn::ConeBeam>, Of<pyronn::ParallelBeam3D>>;
  using Array = pyronn::ArrayView<float, 3>;
  using ConstArray = pyronn::ArrayView<float const, 3>;

  template <class Use>
  auto visit(Use const& use) const {
    return std::visit(use, map_);
  }

 public:
  using Executor = pyronn::RankExecutor<pyronn::CpuExecutor, RankCommunicator>;
  using DomainElement = float;
  using RangeElement = float;

  /// Throws as RankMap's constructor does.
  template <class Geometry>
  SlabMap(Ranks const& ranks, int threads, Geometry const& geometry, pyronn::Grid const& grid,
          std::size_t limit, std::vector<pyronn::RankShare> const& slabs)
      : map_{Of<Geometry>{RankCommunicator{ranks}, pyronn::CpuExecutor{threads},
                          pyronn::Projector<Geometry, pyronn::SoftwareInterp>{geometry, grid},
                          limit, slabs}} {}

  [[nodiscard]] pyronn::Extents<3> domain() const {
    return visit([](auto const& map) { return map.domain(); });
  }
  [[nodiscard]] pyronn::Extents<3> range() const {
    return visit([](auto const& map) { return map.range(); });
  }
  [[nodiscard]] int num_views() const {
    return visit([](auto const& map) { return map.num_views(); });
  }
  [[nodiscard]] pyronn::RankShare own_views() const {
    return visit([](auto const& map) { return map.own_views(); });
  }
  [[nodiscard]] std::int64_t most_pixels() const {
    return visit([](auto const& map) { return map.most_pixels(); });
  }
  [[nodiscard]] SlabMap subset(pyronn::ViewSelection const& views) const {
    return visit([&](auto const& map) { return SlabMap{Any{map.subset(views)}}; });
  }
  [[nodiscard]] pyronn::SlicesBeside slices_beside(int most) const {
    return visit([&](auto const& map) { return map.slices_beside(most); });
  }
  template <class T>
  void receive_slices(pyronn::ArrayView<T, 3> array, pyronn::SlicesBeside const& beside) const {
    visit([&](auto const& map) { map.receive_slices(array, beside); });
  }
  /// How it projects, and backprojects.
  [[nodiscard]] std::vector<pyronn::RankPlan> plans() const {
    return visit([](auto const& map) {
      return std::vector<pyronn::RankPlan>{map.projection_plan(), map.backprojection_plan()};
    });
  }

  [[nodiscard]] std::size_t workspace_bytes(Executor const&, std::size_t) const { return 0; }
  void apply(Executor const& executor, ConstArray x, Array y,
             pyronn::Workspace<Executor>& workspace) const {
    visit([&](auto const& map) { map.apply(executor, x, y, workspace); });
  }
  void apply_transpose(Executor const& executor, ConstArray y, Array x,
                       pyronn::Workspace<Executor>& workspace) const {
    visit([&](auto const& map) { map.apply_transpose(executor, y, x, workspace); });
  }

 private:
  explicit SlabMap(Any map) : map_{std::move(map)} {}

  Any map_;
};

}  // namespace example
