// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// ReconstructionProblem: what an iterative solver solves.
#include <limits>
#include <type_traits>

#include <pyronn/core/detail/detected.hpp>
#include <pyronn/operators/algebra/linear_map.hpp>

namespace pyronn {

/// Between which values pixels of an image are kept, both included.
struct PixelBounds {
  double lower = -std::numeric_limits<double>::infinity();  ///< 0: not negative
  double upper = std::numeric_limits<double>::infinity();   ///< at least the lower one
};

namespace detail {

template <class Map>
using DataElementOf = typename Map::DataElement;

/// void of what is no map, so that check_linear_map says so.
template <class Map, class = void>
struct DataElementOrRange {
  using Type = void;
};
template <class Map>
struct DataElementOrRange<Map, std::enable_if_t<is_detected_v<DataElementOf, Map>>> {
  using Type = typename Map::DataElement;
};
template <class Map>
struct DataElementOrRange<Map, std::enable_if_t<!is_detected_v<DataElementOf, Map> &&
                                                is_detected_v<RangeElementOf, Map>>> {
  using Type = typename Map::RangeElement;
};

}  // namespace detail

/// How the data of a map's problem are stored: `Map::DataElement` where a map names it
/// (with_data_of), else as its range.
template <class Map>
using data_element_t = typename detail::DataElementOrRange<Map>::Type;

/// A x = b for an image x: the map A, the data b, and what else is known. Arrays lie in the memory
/// of the solver's executor, and must live and stay as they are while a solver works on them.
template <class Map>
struct ReconstructionProblem {
  static_assert((check_linear_map<Map>(), true));

  Map map;                                         ///< A
  RangeView<Map, data_element_t<Map> const> data;  ///< b
  /// W, how much the square of each ray's residual counts: 0 for a ray that says nothing, else
  /// positive; for counts the inverse variance of the line integral. No array: 1 for all rays.
  RangeView<Map, typename Map::RangeElement const> weights{};
  /// Pixels where it is 0 keep what they have at the start, and are projected with the others.
  /// No array: all pixels are sought.
  DomainView<Map, typename Map::DomainElement const> mask{};
  PixelBounds bounds{};  ///< of all pixels that are sought

  /// Without weights, mask and bounds.
  ReconstructionProblem(Map const& map_, RangeView<Map, data_element_t<Map> const> data_)
      : map{map_}, data{data_} {}
};

/// The data may be an array of elements that are not const.
template <class Map, class T, int Rank>
ReconstructionProblem(Map, ArrayView<T, Rank>) -> ReconstructionProblem<Map>;

}  // namespace pyronn
