// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Steps of solvers that take the rays of a subset of views, whose data, weights and other arrays
/// of all rays lie in views that do not follow one another, as they are.
#include <cstdint>

#include <pyronn/core/config.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/storage.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/detail/elementwise.hpp>
#include <pyronn/exec/kernel.hpp>
#include <pyronn/exec/traits.hpp>
#include <pyronn/recon/solver/detail/element_steps.hpp>

namespace pyronn::detail {

/// Where the rays of the views first, first + stride ... lie among all rays.
struct SubsetRays {
  int first;
  int stride;
  int views;
  std::int64_t rays_per_view;

  [[nodiscard]] std::int64_t count() const { return views * rays_per_view; }
  PYRONN_HOST_DEVICE std::int64_t of_view(int view) const {
    return (first + static_cast<std::int64_t>(view) * stride) * rays_per_view;
  }
  PYRONN_HOST_DEVICE std::int64_t operator()(std::int64_t ray) const {
    std::int64_t const view = ray / rays_per_view;
    return ray + (first + view * (stride - 1)) * rays_per_view;
  }
};

/// operation(ray of the subset, the same among all rays), within one view.
template <class Operation, class T>
struct OperationInView {
  Operation operation;
  std::int64_t in_subset;
  std::int64_t in_all;

  PYRONN_HOST_DEVICE OperationInView with_scalars() const { return *this; }
  PYRONN_HOST_DEVICE T operator()(std::int64_t i) const {
    return operation(in_subset + i, in_all + i);
  }
};

/// Elementwise for every view of a subset.
template <class Operation, class T, int Width, int Lanes, int Rows>
struct ViewElementwise {
  template <class Of>
  using InView = Elementwise<Of, T, Width, Lanes, Rows>;
  using Block = BlockShape<256, 1, 1>;

  Operation operation;
  T* out;
  SubsetRays rays;

  [[nodiscard]] Extents<3> items() const {
    constexpr std::int64_t tile = std::int64_t{Lanes} * Rows;
    std::int64_t const tiles = (rays.rays_per_view + (tile - 1)) / tile;
    return {static_cast<int>(tiles * (Lanes / Width)), rays.views, 1};
  }

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> item) const {
    std::int64_t const in_subset = item[1] * rays.rays_per_view;
    using Of = OperationInView<Operation, T>;
    InView<Of> const view{Of{operation, in_subset, rays.of_view(item[1])}, out + in_subset,
                          rays.rays_per_view};
    view({item[0], 0, 0});
  }
};

/// out[ray] = operation(ray, the same among all rays) for the rays of a subset.
template <class Executor, class Operation, class T>
void for_each_ray(Executor const& executor, SubsetRays const& rays, Operation const& operation,
                  T* out) {
  if (rays.count() == 0) return;
  constexpr bool in_warps = 1 < warp_size_v<Executor>;
  constexpr int lanes = in_warps ? warp_size_v<Executor> : 4096;
  ViewElementwise<Operation, T, in_warps ? 1 : lanes, lanes, in_warps ? 8 : 1> const kernel{
      operation, out, rays};
  executor.for_each(kernel.items(), kernel);
}

/// The weights of the subset's rays; 1 where there are none.
template <class T>
struct SubsetWeights {
  T const* weights;  ///< of all rays, or null

  PYRONN_HOST_DEVICE T operator()(std::int64_t, std::int64_t in_all) const {
    return element_of<T>(number_or_one(weights, in_all));
  }
};

/// w y, 0 where w is 0.
template <class T>
struct WeighRays {
  T const* y;        ///< of the subset
  T const* weights;  ///< of all rays, or null

  PYRONN_HOST_DEVICE T operator()(std::int64_t in_subset, std::int64_t in_all) const {
    auto const weight = number_or_one(weights, in_all);
    return element_of<T>(weight == 0 ? weight : weight * widen(y[in_subset]));
  }
};

/// w / sum where the sum is positive, else 0.
template <class T>
struct InvertRaySums {
  using Number = element_number_t<T>;

  T const* sums;     ///< of the subset
  T const* weights;  ///< of all rays, or null

  PYRONN_HOST_DEVICE T operator()(std::int64_t in_subset, std::int64_t in_all) const {
    Number const sum = widen(sums[in_subset]);
    return element_of<T>(sum > 0 ? number_or_one(weights, in_all) / sum : Number{0});
  }
};

/// w (b - y), 0 where w is 0, whatever b is. Of the two weights one is null.
template <class T, class Data = T>
struct WeighResidual {
  Data const* data;         ///< b, of all rays
  T const* projected;       ///< y, of the subset
  T const* weights;         ///< of all rays, or null
  T const* subset_weights;  ///< of the subset, or null

  PYRONN_HOST_DEVICE T operator()(std::int64_t in_subset, std::int64_t in_all) const {
    auto const weight = subset_weights == nullptr ? number_or_one(weights, in_all)
                                                  : widen(subset_weights[in_subset]);
    if (weight == 0) return element_of<T>(weight);
    return element_of<T>(weight * (widen(data[in_all]) - widen(projected[in_subset])));
  }
};

/// The terms of the sum of w (b - y)^2, without those where w is 0. Of the two weights one is null.
template <class T, class Data = T>
struct ResidualSquareTerm {
  SubsetRays rays;
  Data const* data;         ///< b, of all rays
  T const* projected;       ///< y, of the subset
  T const* weights;         ///< of all rays, or null
  T const* subset_weights;  ///< of the subset, or null

  PYRONN_HOST_DEVICE double operator()(std::int64_t in_subset) const {
    std::int64_t const in_all = rays(in_subset);
    auto const weight =
        static_cast<double>(subset_weights == nullptr ? number_or_one(weights, in_all)
                                                      : widen(subset_weights[in_subset]));
    if (weight == 0) return 0;
    double const difference = static_cast<double>(load_number(data, in_all)) -
                              static_cast<double>(load_number(projected, in_subset));
    return weight * difference * difference;
  }
};

}  // namespace pyronn::detail
