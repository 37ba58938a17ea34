// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// memory_advice: what an iterative reconstruction takes, and what of it would fit under a limit.
#include <algorithm>
#include <cstddef>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <pyronn/core/detail/bytes_text.hpp>
#include <pyronn/core/detail/detected.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/half.hpp>
#include <pyronn/core/storage.hpp>
#include <pyronn/operators/algebra/linear_map.hpp>
#include <pyronn/recon/solver/coarse_to_fine.hpp>
#include <pyronn/recon/solver/problem.hpp>

namespace pyronn {

/// What a reconstruction may take, and which arrays it has beside image and data.
struct MemoryLimit {
  std::size_t bytes;         ///< at most, of the executor's memory
  bool has_weights = false;  ///< ReconstructionProblem::weights
  bool has_mask = false;     ///< ReconstructionProblem::mask
};

/// One way of solving, and what it takes.
struct MemoryWay {
  std::string change;           ///< what is not as asked, in words
  std::size_t bytes;            ///< of solver, image, data, weights and mask together
  std::size_t workspace_limit;  ///< of its options
  std::size_t columns_limit;    ///< of its options, column_sums_limit; 0 where they have none
  bool has_half_data;           ///< with_data_of<Half>
  int factor;                   ///< resolution_level of scan and grid; 1: as asked
  Extents<3> size;              ///< of the grid in voxels, as the factor makes it
};

/// Ways of solving, first the one that was asked for, then those that change ever more of it.
struct MemoryAdvice {
  std::size_t limit;            ///< [bytes]
  std::vector<MemoryWay> ways;  ///< until one fits; at least one

  /// Whether any way does.
  [[nodiscard]] bool fits() const { return ways.back().bytes <= limit; }
  /// The first that fits; where none does the one that takes least.
  [[nodiscard]] MemoryWay const& best() const {
    if (fits()) return ways.back();
    return *std::min_element(ways.begin(), ways.end(),
                             [](auto const& a, auto const& b) { return a.bytes < b.bytes; });
  }
  /// The same as one sentence.
  [[nodiscard]] std::string text() const;
};

namespace detail {

template <class Options>
using ColumnSumsLimitOf = decltype(Options::column_sums_limit);
template <class Map>
using GeometryOf = std::decay_t<decltype(std::declval<Map const&>().geometry())>;
template <class Map>
using GridOf = decltype(std::declval<Map const&>().grid());

/// Whether a map with larger voxels and pixels can be made.
template <class Map>
constexpr bool has_levels() {
  if constexpr (is_detected_v<GeometryOf, Map> && is_detected_v<GridOf, Map>) {
    using Geometry = GeometryOf<Map>;
    return is_binnable_v<Geometry> && std::is_constructible_v<Map, Geometry const&, Grid const&>;
  } else {
    return false;
  }
}

/// One call of memory_advice.
template <class Map, class Options, class SolverBytes>
class AdviceOnMemory {
 public:
  AdviceOnMemory(Map const& map, Options const& options, MemoryLimit const& limit,
                 SolverBytes const& solver_bytes)
      : map_{map}, options_{options}, limit_{limit}, solver_bytes_{solver_bytes} {
    advice_.limit = limit.bytes;
  }

  MemoryAdvice operator()() {
    if (fits("", map_, options_, 1)) return advice_;
    if (with_less_speed(map_, 1, "")) return advice_;
    if constexpr (can_round) {
      has_half_data_ = true;
      if (fits("data of Half", map_, options_, 1)) return advice_;
      if (with_less_speed(map_, 1, "data of Half and ")) return advice_;
      has_half_data_ = false;
    }
    if constexpr (has_levels<Map>()) {
      constexpr int most = 1024;
      for (int factor = 2; factor <= most; factor *= 2) {
        auto const level = resolution_level(map_.geometry(), map_.grid(), factor);
        Map const map{level.geometry, level.grid};
        std::string const change = message("voxels and pixels ", factor, " times as large");
        if (fits(change, map, options_, factor)) return advice_;
        if (map.domain().count() <= 1) break;
      }
    }
    return advice_;
  }

 private:
  using Data = data_element_t<Map>;
  static constexpr bool can_round = std::is_same_v<element_number_t<Data>, float> &&
                                    sizeof(Data) > sizeof(Half);
  static constexpr bool has_columns = is_detected_v<ColumnSumsLimitOf, Options>;

  /// Smaller workspaces, then column weights that are made when they are needed.
  bool with_less_speed(Map const& map, int factor, std::string const& before) {
    Options options = options_;
    if (with_smaller_workspace(map, options, factor, before)) return true;
    if constexpr (has_columns) {
      options.workspace_limit = options_.workspace_limit;
      options.column_sums_limit = 0;
      std::string const change = before + "column weights made anew";
      if (fits(change, map, options, factor)) return true;
      return with_smaller_workspace(map, options, factor, change + " and ");
    }
    return false;
  }

  /// The largest of half the workspace, a quarter and so on that fits; else the smallest.
  bool with_smaller_workspace(Map const& map, Options& options, int factor,
                              std::string const& before) {
    std::size_t const asked = options.workspace_limit;
    constexpr std::size_t least = std::size_t{1} << 20;
    std::size_t chosen = 0;
    for (std::size_t limit = asked / 2; limit >= least && chosen == 0; limit /= 2) {
      options.workspace_limit = limit;
      if (bytes_of(map, options) <= limit_.bytes) chosen = limit;
    }
    options.workspace_limit = chosen;
    std::string const size = chosen > 0 ? bytes_text(chosen) : "the least size";
    return fits(before + "a workspace of " + size, map, options, factor);
  }

  bool fits(std::string const& change, Map const& map, Options const& options, int factor) {
    MemoryWay way{change,      bytes_of(map, options), options.workspace_limit,
                  0,           has_half_data_,         factor,
                  size_of(map)};
    if constexpr (has_columns) way.columns_limit = options.column_sums_limit;
    // A change that saves nothing is none.
    bool const saves = advice_.ways.empty() || way.bytes < advice_.ways.back().bytes;
    if (saves) advice_.ways.push_back(way);
    return way.bytes <= limit_.bytes;
  }

  std::size_t bytes_of(Map const& map, Options const& options) const {
    auto const pixels = static_cast<std::size_t>(map.domain().count());
    auto const rays = static_cast<std::size_t>(map.range().count());
    std::size_t const image = pixels * sizeof(typename Map::DomainElement);
    std::size_t const weights = rays * sizeof(typename Map::RangeElement);
    std::size_t const data = rays * (has_half_data_ ? sizeof(Half) : sizeof(Data));
    return solver_bytes_(map, options) + image + data + (limit_.has_weights ? weights : 0) +
           (limit_.has_mask ? image : 0);
  }

  static Extents<3> size_of(Map const& map) {
    Extents<3> size{1, 1, 1};
    for (int axis = 0; axis < std::min(DomainOf<Map>::rank, 3); ++axis)
      size[axis] = map.domain()[axis];
    return size;
  }

  Map map_;
  Options options_;
  MemoryLimit limit_;
  SolverBytes const& solver_bytes_;
  MemoryAdvice advice_{};
  bool has_half_data_ = false;
};

}  // namespace detail

inline std::string MemoryAdvice::text() const {
  using detail::bytes_text;
  MemoryWay const& asked = ways.front();
  std::string const begin = "solver, image and data take " + bytes_text(asked.bytes);
  if (asked.bytes <= limit) return begin + " of the " + bytes_text(limit) + " that they may take";
  std::string result = begin + ", more than the " + bytes_text(limit) + " that they may take";
  for (MemoryWay const& way : ways) {
    if (way.change.empty()) continue;
    result += ", with " + way.change + " they take " + bytes_text(way.bytes);
    if (way.bytes <= limit) result += ", which fits";
  }
  return fits() ? result : result + ", and nothing that is known fits";
}

/// What solver, image, data, weights and mask of a problem take, and, where that is more than the
/// limit, what would fit: a smaller workspace and, for ordered subsets, column weights that are
/// made when they are needed (the same image, later); data of Half (with_data_of); for maps of a
/// geometry and a grid, larger voxels and pixels (resolution_level, whose data are made on the
/// host). Nothing is allocated. `solver_bytes(map, options)` is what the solver takes with such
/// options, for preconditioned ones:
///
/// @code
///   auto const bytes = [&](auto const& of, CglsOptions const& with) {
///     auto const ramp = ramp_preconditioner(of);
///     return Cgls<Map, Executor, decltype(ramp_preconditioner(map))>::memory_bytes(executor, of,
///                                                                                 with, ramp);
///   };
/// @endcode
template <class Map, class Options, class SolverBytes>
[[nodiscard]] MemoryAdvice memory_advice(Map const& map, Options const& options,
                                         MemoryLimit const& limit,
                                         SolverBytes const& solver_bytes) {
  return detail::AdviceOnMemory<Map, Options, SolverBytes>{map, options, limit, solver_bytes}();
}

/// The same for a solver by its type: memory_advice<Cgls<Map, Executor>>(executor, map,
/// CglsOptions{}, limit).
template <class Solver, class Executor, class Map, class Options>
[[nodiscard]] MemoryAdvice memory_advice(Executor const& executor, Map const& map,
                                         Options const& options, MemoryLimit const& limit) {
  auto const bytes = [&](Map const& of, Options const& with) {
    return Solver::memory_bytes(executor, of, with);
  };
  return pyronn::memory_advice(map, options, limit, bytes);
}

}  // namespace pyronn
