// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a call of an OperatorPair says of its operator: sizes, grid, geometries.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include <pyronn/backend/cpu/detail/run_on_threads.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/grid.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/interop/dlpack.hpp>
#include <pyronn/interop/geometry_tensor.hpp>
#include <pyronn/interop/operator_pair.hpp>
#include <pyronn/operators/detail/of_sample.hpp>

namespace pyronn::detail {

/// The sizes of a call, read from its tensors.
struct OperatorSizes {
  std::vector<std::int64_t> batch;  ///< leading axes, slowest first
  int samples;                      ///< their product
  Extents<3> volume;                ///< (x, y, z)
  Extents<2> detector;              ///< (u, v)
  int views;
};

inline int checked_size(std::int64_t size, char const* what) {
  expects(size >= 1 && size <= std::numeric_limits<int>::max(), what, ": a size is ", size,
          "; it must be from 1 to 2^31 - 1");
  return static_cast<int>(size);
}

/// Reads the sizes of volumes and projections. Throws InvalidArgument for tensors that do not fit.
inline OperatorSizes operator_sizes(dlpack::Tensor const& volume, dlpack::Tensor const& projections,
                                    int dimension) {
  constexpr char const* what = "OperatorPair";
  expects(volume.ndim == projections.ndim && volume.ndim >= dimension, what, ": volumes have ",
          volume.ndim, " axes and projections ", projections.ndim, "; both must have at least ",
          dimension, ", and as many leading ones of a batch");
  OperatorSizes sizes{};
  int const leading = volume.ndim - dimension;
  std::int64_t samples = 1;
  for (int axis = 0; axis < leading; ++axis) {
    expects(volume.shape[axis] == projections.shape[axis], what, ": along axis ", axis,
            " of the batch there are ", volume.shape[axis], " volumes but ",
            projections.shape[axis], " projections");
    sizes.batch.push_back(volume.shape[axis]);
    samples *= volume.shape[axis];
  }
  expects(samples <= std::numeric_limits<int>::max(), what, ": a batch of ", samples,
          " samples is too large");
  sizes.samples = static_cast<int>(samples);
  auto const volume_size = [&](int axis) {
    return checked_size(volume.shape[volume.ndim - 1 - axis], "OperatorPair: volume");
  };
  auto const projection_size = [&](int axis) {
    return checked_size(projections.shape[projections.ndim - 1 - axis],
                        "OperatorPair: projections");
  };
  sizes.volume = {volume_size(0), volume_size(1), dimension == 3 ? volume_size(2) : 1};
  sizes.detector = {projection_size(0), dimension == 3 ? projection_size(1) : 1};
  sizes.views = projection_size(dimension - 1);
  return sizes;
}

/// The grid of a call. Throws InvalidArgument for lists of the wrong length, and as Grid does.
inline Grid grid_of(TensorCall const& call, Extents<3> size, int dimension) {
  auto const axes = static_cast<std::size_t>(dimension);
  expects(call.spacing.size() == axes, "OperatorPair: spacing has ", call.spacing.size(),
          " numbers; it needs one for each of the volume's ", dimension, " axes, slowest first");
  expects(call.origin.empty() || call.origin.size() == axes, "OperatorPair: origin has ",
          call.origin.size(), " numbers; it needs none, or one for each of the volume's ",
          dimension, " axes, slowest first");
  auto const in_order = [axes](std::vector<double> const& numbers, double rest) {
    Vec3d result{rest, rest, rest};
    for (std::size_t n = 0; n < axes; ++n) result[static_cast<int>(n)] = numbers[axes - 1 - n];
    return result;
  };
  Vec3d const spacing = in_order(call.spacing, 1.0);
  if (call.origin.empty()) return Grid::centered(size, spacing);
  return Grid::from_origin(size, spacing, in_order(call.origin, 0.0));
}

/// Which geometry each sample has.
struct SampleGeometries {
  int count;                   ///< geometries in the tensor
  std::vector<int> of_sample;  ///< empty where all share the first
};

/// Matches the leading axes of a geometry's tensor with those of the batch, from the last on: sizes
/// are equal, or 1 where samples share. Throws InvalidArgument for others.
inline SampleGeometries sample_geometries(dlpack::Tensor const& geometry, int rank,
                                          OperatorSizes const& sizes) {
  int const leading = geometry.ndim - rank;
  int const batch = static_cast<int>(sizes.batch.size());
  expects(leading >= 0, "OperatorPair: the geometry has ", geometry.ndim,
          " axes; it must have at least ", rank);
  expects(leading <= batch, "OperatorPair: the geometry has ", leading,
          " axes of a batch, but the input has ", batch);
  std::int64_t count = 1;
  for (int axis = 0; axis < leading; ++axis) {
    std::int64_t const size = geometry.shape[axis];
    int const axis_of_batch = batch - leading + axis;
    std::int64_t const samples = sizes.batch[static_cast<std::size_t>(axis_of_batch)];
    expects(size == 1 || size == samples, "OperatorPair: the geometry has ", size,
            " scans along axis ", axis, ", but the batch has ", samples, " samples there");
    count *= size;
  }
  if (count == 1) return {1, {}};
  SampleGeometries result{static_cast<int>(count), {}};
  result.of_sample.reserve(static_cast<std::size_t>(sizes.samples));
  for (int sample = 0; sample < sizes.samples; ++sample) {
    int rest = sample;
    int index = 0;
    int stride = 1;
    for (int axis = batch - 1; axis >= batch - leading; --axis) {
      int const samples = static_cast<int>(sizes.batch[static_cast<std::size_t>(axis)]);
      int const size = static_cast<int>(geometry.shape[axis - (batch - leading)]);
      if (size > 1) index += rest % samples * stride;
      stride *= size;
      rest /= samples;
    }
    result.of_sample.push_back(index);
  }
  return result;
}

/// Axes of the tensor of one geometry.
template <class Geometry>
inline constexpr int geometry_rank_v = GeometryTensor<Geometry>::has_numbers ? 3 : 0;

/// The numbers of a tensor of float64 or float32.
inline std::vector<double> numbers_of(dlpack::Tensor const& tensor) {
  auto const count = static_cast<std::size_t>(dlpack::element_count(tensor));
  auto const* const bytes = static_cast<unsigned char const*>(tensor.data) + tensor.byte_offset;
  bool const is_float = tensor.dtype == dlpack::data_type_of<float>();
  expects(is_float || tensor.dtype == dlpack::data_type_of<double>(),
          "OperatorPair: the geometry is of ", dlpack::name_of(tensor.dtype),
          "; it must be of float64 or float32");
  std::vector<double> numbers(count);
  if (is_float) {
    std::copy_n(reinterpret_cast<float const*>(bytes), count, numbers.begin());
  } else {
    std::copy_n(reinterpret_cast<double const*>(bytes), count, numbers.begin());
  }
  return numbers;
}

/// Scans of numbers, which threads share out, as each view is set up.
template <class Geometry>
std::vector<Geometry> geometries_of_numbers(dlpack::Tensor const& tensor, int count,
                                            Extents<2> detector, int threads) {
  std::vector<double> const numbers = numbers_of(tensor);
  auto const size = [&](int axis) {
    return checked_size(tensor.shape[tensor.ndim - 3 + axis], "OperatorPair: geometry");
  };
  GeometryNumbers const first{numbers.data(), size(0), size(1), size(2)};
  std::vector<std::optional<Geometry>> made(static_cast<std::size_t>(count));
  auto const make = [&](std::int64_t n) {
    auto const sample = static_cast<std::size_t>(n);
    GeometryNumbers scan = first;
    scan.data += n * first.views * first.rows * first.columns;
    of_sample(sample, made.size(),
              [&] { made[sample].emplace(GeometryTensor<Geometry>::make(scan, detector)); });
  };
  using Make = decltype(make);
  run_on_threads(
      threads, {count, 1, 1},
      [](Extents<3>, std::int64_t begin, std::int64_t end, void const* what) {
        for (std::int64_t n = begin; n < end; ++n) (*static_cast<Make const*>(what))(n);
      },
      &make);
  std::vector<Geometry> result;
  result.reserve(made.size());
  for (std::optional<Geometry>& geometry : made) result.push_back(std::move(*geometry));
  return result;
}

/// Registered geometries.
template <class Geometry>
std::vector<Geometry> geometries_of_handles(dlpack::Tensor const& tensor, int count) {
  auto const* const bytes = static_cast<unsigned char const*>(tensor.data) + tensor.byte_offset;
  expects(tensor.dtype == dlpack::data_type_of<std::int64_t>(), "OperatorPair: the geometry is of ",
          dlpack::name_of(tensor.dtype), "; it must be of int64: numbers from register_geometry");
  std::vector<Geometry> result;
  result.reserve(static_cast<std::size_t>(count));
  for (int n = 0; n < count; ++n) {
    result.push_back(
        GeometryRegistry<Geometry>::instance().at(reinterpret_cast<std::int64_t const*>(bytes)[n]));
  }
  return result;
}

/// All geometries that a tensor holds.
template <class Geometry>
std::vector<Geometry> geometries_of(dlpack::Tensor const& tensor, int count,
                                    OperatorSizes const& sizes, int threads) {
  std::vector<Geometry> result;
  if constexpr (GeometryTensor<Geometry>::has_numbers) {
    result = geometries_of_numbers<Geometry>(tensor, count, sizes.detector, threads);
  } else {
    result = geometries_of_handles<Geometry>(tensor, count);
  }
  for (Geometry const& geometry : result) {
    expects(geometry.num_views() == sizes.views && geometry.detector_size() == sizes.detector,
            "OperatorPair: the geometry has ", geometry.num_views(), " views of ",
            geometry.detector_size(), " pixels (u, v), but the projections have ", sizes.views,
            " of ", sizes.detector);
  }
  return result;
}

}  // namespace pyronn::detail
