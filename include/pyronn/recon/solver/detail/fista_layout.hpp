// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The memory of a FistaTv.
#include <pyronn/core/extents.hpp>
#include <pyronn/operators/algebra/linear_map.hpp>
#include <pyronn/recon/solver/detail/array_layout.hpp>
#include <pyronn/recon/solver/detail/fista_steps.hpp>
#include <pyronn/recon/solver/detail/tv_dual.hpp>
#include <pyronn/recon/solver/detail/tv_weight.hpp>
#include <pyronn/recon/solver/slices_beside.hpp>

namespace pyronn::detail {

/// Where its arrays lie. Those that belong to the proximal step have slices beside those of the
/// image, where images are slabs of one.
template <class Map>
struct FistaLayout {
  using Pixel = typename Map::DomainElement;
  using Ray = typename Map::RangeElement;
  static constexpr int image_rank = DomainOf<Map>::rank;
  /// Numbers: those of FistaMomentum, two measures, those of weights.
  static constexpr int prox_measures = fista_numbers + 2;
  static constexpr int num_numbers = prox_measures + prox_numbers;

  FistaLayout(Map const& map, SlicesBeside const& beside)
      : rays{arrays.template add<Ray>(map.range())},
        beyond{arrays.template add<Pixel>(with_slices(map.domain(), beside))},
        dual{arrays, beyond.extents},
        mask{has_slices_beside_v<Map> ? arrays.template add<Pixel>(beyond.extents) : beyond},
        numbers{arrays.template add<double>(Extents<1>{num_numbers})} {}

  ArrayLayout arrays;
  Slot<Ray, RangeOf<Map>::rank> rays;
  Slot<Pixel, image_rank> beyond;
  typename TvDual<Pixel, image_rank>::Slots dual;
  Slot<Pixel, image_rank> mask;
  Slot<double, 1> numbers;
};

}  // namespace pyronn::detail
