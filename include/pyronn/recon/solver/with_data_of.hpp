// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// with_data_of: measured data of a problem in fewer bits than the solver computes with.
#include <type_traits>

#include <pyronn/core/storage.hpp>
#include <pyronn/operators/algebra/linear_map.hpp>
#include <pyronn/operators/part.hpp>

namespace pyronn {

/// The same linear map, whose problems have data of this storage; images, weights and all arrays of
/// solvers stay as they are. Every solver takes it. Made by with_data_of.
template <class Data, class Map>
class WithDataOf : public Map {
  static_assert((check_storage<Data>(), check_linear_map<Map>(), true));
  static_assert(std::is_same_v<detail::element_number_t<Data>,
                               detail::element_number_t<typename Map::RangeElement>>,
                "Data must be computed with in the precision of the map's range.");

 public:
  /// Of ReconstructionProblem::data.
  using DataElement = Data;

  /// Copies the map.
  explicit WithDataOf(Map const& map) : Map{map} {}

  /// The rows of these views, where the map has views.
  template <class M = Map, class Subset = detail::SubsetOf<M>>
  [[nodiscard]] WithDataOf<Data, Subset> subset(ViewSelection const& views) const {
    return WithDataOf<Data, Subset>{Map::subset(views)};
  }
};

/// The same map for data that are stored as `Data`: Half takes half the memory of float, and every
/// solver makes of it, bit by bit, what it makes of the same numbers in float. What is lost is the
/// rounding of the data: Half's 11 bits leave errors of at most 2^-12 of a line integral, where
/// 10,000 counts leave 1e-2; below 6e-5, and beyond 65504, Half holds less.
///
/// A SystemMatrix with projections of Half saves more, as all rays of its solvers are stored so.
/// Those that project their image anew in each iteration (Sirt, OsSart, Osem, Pwls, FistaTv, Pdhg)
/// lose hardly more by it; Cgls, Lsqr and AdmmTv, which carry residuals on, several times as much.
///
/// @code
///   ReconstructionProblem problem{with_data_of<Half>(map), data};   // an array of Half
///   Cgls solver{executor, problem};
/// @endcode
template <class Data, class Map>
[[nodiscard]] WithDataOf<Data, Map> with_data_of(Map const& map) {
  return WithDataOf<Data, Map>{map};
}

}  // namespace pyronn
