// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a call of an OperatorPair says of its operator: sizes, grid, geometries.
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

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

/// As many threads as are worth starting.
inline int set_up_threads(int threads, std::int64_t views) {
  constexpr std::int64_t views_a_thread = 2048;
  return static_cast<int>(clamp<std::int64_t>(views / views_a_thread, 1, max(threads, 1)));
}

/// The geometries that a tensor holds. Threads may read at the same time.
template <class Geometry>
class GeometryReader {
 public:
  /// The tensor's memory must outlive it. Throws InvalidArgument for other elements.
  GeometryReader(dlpack::Tensor const& tensor, int count, OperatorSizes const& sizes)
      : tensor_{tensor},
        bytes_{static_cast<unsigned char const*>(tensor.data) + tensor.byte_offset},
        count_{static_cast<std::size_t>(count)},
        views_{sizes.views},
        detector_{sizes.detector} {
    if constexpr (GeometryTensor<Geometry>::has_numbers) {
      expects(tensor.dtype == dlpack::data_type_of<float>() ||
                  tensor.dtype == dlpack::data_type_of<double>(),
              "OperatorPair: the geometry is of ", dlpack::name_of(tensor.dtype),
              "; it must be of float64 or float32");
      shape_ = {nullptr, size(0), size(1), size(2)};
    } else {
      expects(tensor.dtype == dlpack::data_type_of<std::int64_t>(),
              "OperatorPair: the geometry is of ", dlpack::name_of(tensor.dtype),
              "; it must be of int64: numbers from register_geometry");
    }
  }

  /// A geometry. Throws InvalidArgument where it is none, and for other sizes than a call's; the
  /// message names the sample.
  [[nodiscard]] Geometry operator()(std::size_t n) const {
    Geometry geometry = made(n);
    expects(geometry.num_views() == views_ && geometry.detector_size() == detector_,
            "OperatorPair: the geometry has ", geometry.num_views(), " views of ",
            geometry.detector_size(), " pixels (u, v), but the projections have ", views_, " of ",
            detector_);
    return geometry;
  }

 private:
  [[nodiscard]] int size(int axis) const {
    return checked_size(tensor_.shape[tensor_.ndim - 3 + axis], "OperatorPair: geometry");
  }

  [[nodiscard]] Geometry made(std::size_t n) const {
    if constexpr (GeometryTensor<Geometry>::has_numbers) {
      std::vector<double> converted;
      GeometryNumbers scan = shape_;
      scan.data = numbers(n, converted);
      return of_sample(n, count_, [&] { return GeometryTensor<Geometry>::make(scan, detector_); });
    } else {
      return GeometryRegistry<Geometry>::instance().at(
          reinterpret_cast<std::int64_t const*>(bytes_)[n]);
    }
  }

  /// The numbers of a geometry, those of float32 in `converted`.
  double const* numbers(std::size_t n, std::vector<double>& converted) const {
    std::size_t const count = static_cast<std::size_t>(shape_.views) *
                              static_cast<std::size_t>(shape_.rows) *
                              static_cast<std::size_t>(shape_.columns);
    if (tensor_.dtype == dlpack::data_type_of<double>()) {
      return reinterpret_cast<double const*>(bytes_) + n * count;
    }
    float const* const first = reinterpret_cast<float const*>(bytes_) + n * count;
    converted.assign(first, first + count);
    return converted.data();
  }

  dlpack::Tensor tensor_;
  unsigned char const* bytes_;
  std::size_t count_;
  int views_;
  Extents<2> detector_;
  GeometryNumbers shape_{};  ///< of each
};

}  // namespace pyronn::detail
