// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// coarse_to_fine: solves a scan in larger pixels first, whose image starts the next finer one; the
/// last solve is that of all data.
#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/grid.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/buffer.hpp>
#include <pyronn/exec/vector_operations.hpp>
#include <pyronn/geometry/binned_detector.hpp>
#include <pyronn/geometry/traits.hpp>
#include <pyronn/recon/solver/detail/resolution_steps.hpp>

namespace pyronn {

/// A scan and a grid in pixels and voxels that are `factor` times as large along each axis, or less
/// where there are not so many.
template <class Geometry>
struct ResolutionLevel {
  Geometry geometry;        ///< with a binned detector
  Grid grid;                ///< of larger voxels, which begin where the others do
  int factor;               ///< a power of 2; 1: what there is
  Vec<int, 3> voxel_block;  ///< how many voxels one is along x, y, z
  Extents<2> pixel_block;   ///< how many columns and rows one pixel is

  /// The strength that is here what this one is at factor 1, for total variation and for Pwls
  /// whose weights are means of those there: c / (volume of a voxel x number of rays) stays.
  [[nodiscard]] double strength_of(double full) const {
    double result = full / (static_cast<double>(pixel_block[0]) * pixel_block[1]);
    for (int axis = 0; axis < 3; ++axis) result *= voxel_block[axis];
    return result;
  }
};

namespace detail {

/// The largest power of 2 that is at most a factor, which is one, and a size.
inline int block_of(int factor, int size) {
  while (factor > size) factor /= 2;
  return factor;
}

}  // namespace detail

/// A scan and a grid in pixels and voxels that are so many times as large. Throws InvalidArgument
/// unless the factor is a power of 2 from 1 to 1024.
template <class Geometry>
[[nodiscard]] ResolutionLevel<Geometry> resolution_level(Geometry const& geometry, Grid const& grid,
                                                         int factor) {
  constexpr int most = 1024;
  detail::expects(factor >= 1 && factor <= most && (factor & (factor - 1)) == 0,
                  "resolution_level: factor ", factor, " must be a power of 2 from 1 to ", most);
  Extents<2> const pixels = geometry.detector_size();
  Extents<2> const pixel_block{detail::block_of(factor, pixels[0]),
                               detail::block_of(factor, pixels[1])};
  Grid coarse = grid;
  Vec<int, 3> block{1, 1, 1};
  for (int axis = 0; axis < dimension_v<Geometry>; ++axis) {
    block[axis] = detail::block_of(factor, grid.size[axis]);
    coarse.size[axis] = (grid.size[axis] - 1) / block[axis] + 1;
    coarse.spacing[axis] = block[axis] * grid.spacing[axis];
    coarse.origin[axis] += 0.5 * (block[axis] - 1) * grid.spacing[axis];
  }
  if constexpr (is_binnable_v<Geometry>) {
    if (factor == 1) return {geometry, coarse, factor, block, pixel_block};
    return {binned_detector(geometry, pixel_block[0], pixel_block[1]), coarse, factor, block,
            pixel_block};
  } else {
    detail::expects(factor == 1, "resolution_level: factor ", factor,
                    " must be 1 for a geometry that binned_detector does not know");
    return {geometry, coarse, factor, block, pixel_block};
  }
}

/// The least power of 2 that makes a grid at most so many voxels wide, up to 1024; 1 for geometries
/// that binned_detector does not know.
template <class Geometry>
[[nodiscard]] int resolution_factor(Grid const& grid, int most_voxels) {
  detail::expects(most_voxels >= 1, "resolution_factor: most_voxels ", most_voxels,
                  " must be at least 1");
  if constexpr (!is_binnable_v<Geometry>) return 1;
  constexpr int most = 1024;
  int width = 1;
  for (int axis = 0; axis < dimension_v<Geometry>; ++axis) width = std::max(width, grid.size[axis]);
  int factor = 1;
  while (factor < most && (width - 1) / factor >= most_voxels) factor *= 2;
  return factor;
}

/// Data, ray weights, an image and a mask of a level, in an executor's memory.
template <class T, int Rank>
struct LevelArrays {
  ArrayView<T const, Rank> data;     ///< (u, v, view), in the plane (u, view)
  ArrayView<T const, Rank> weights;  ///< without data where there are none
  ArrayView<T, Rank> image;          ///< (x, y, z), in the plane (x, y)
  /// Pixels of the image where it is 0 keep what they have at the start, as in
  /// ReconstructionProblem. Without data: all pixels are sought.
  ArrayView<T const, Rank> mask{};
};

namespace detail {

/// The arrays of a level that is not the finest.
template <class T, int Rank, class Executor>
class LevelMemory {
 public:
  /// For what there is at factor 1.
  template <class Geometry>
  LevelMemory(Executor const& executor, ResolutionLevel<Geometry> const& level,
              LevelArrays<T, Rank> const& full)
      : range_{range_of(level.geometry)},
        domain_{level.grid.template extents<Rank>()},
        data_{executor, size_of(range_)},
        weights_{executor, full.weights.data != nullptr ? size_of(range_) : 0},
        image_{executor, size_of(domain_)},
        mask_{executor, full.mask.data != nullptr ? size_of(domain_) : 0} {}

  /// Means of it, the image too; pixels are sought where some of theirs are.
  template <class Geometry>
  void make(Executor const& executor, ResolutionLevel<Geometry> const& level,
            LevelArrays<T, Rank> const& full) {
    Vec<int, 3> const views{level.pixel_block[0], Rank == 3 ? level.pixel_block[1] : 1, 1};
    means(executor, full.data, full.weights, views, data_.view(range_));
    if (weights_.size() > 0) means(executor, full.weights, {}, views, weights_.view(range_));
    means(executor, read_only(full.image), {}, level.voxel_block, image_.view(domain_));
    if (mask_.size() == 0) return;
    BlockMask<T> const kernel{in_three_axes(full.mask), level.voxel_block,
                              in_three_axes(mask_.view(domain_))};
    executor.for_each(kernel.out.extents, kernel);
  }

  [[nodiscard]] LevelArrays<T, Rank> arrays() const {
    LevelArrays<T, Rank> result{data_.view(range_), {}, image_.view(domain_)};
    if (weights_.size() > 0) result.weights = weights_.view(range_);
    if (mask_.size() > 0) result.mask = mask_.view(domain_);
    return result;
  }

 private:
  template <class Geometry>
  static Extents<Rank> range_of(Geometry const& geometry) {
    Extents<2> const pixels = geometry.detector_size();
    if constexpr (Rank == 2) {
      return {pixels[0], geometry.num_views()};
    } else {
      return {pixels[0], pixels[1], geometry.num_views()};
    }
  }
  static std::size_t size_of(Extents<Rank> const& extents) {
    return static_cast<std::size_t>(extents.count());
  }
  static void means(Executor const& executor, ArrayView<T const, Rank> in,
                    ArrayView<T const, Rank> weights, Vec<int, 3> const& block,
                    ArrayView<T, Rank> out) {
    BlockMeans<T> const kernel{in_three_axes(in), in_three_axes(weights), block,
                               in_three_axes(out)};
    executor.for_each(kernel.out.extents, kernel);
  }

  Extents<Rank> range_;
  Extents<Rank> domain_;
  Buffer<T, Executor> data_;
  Buffer<T, Executor> weights_;
  Buffer<T, Executor> image_;
  Buffer<T, Executor> mask_;
};

/// Writes an image of a level on the grid of a finer one, where pixels are sought there.
template <class Executor, class Geometry, class T, int Rank>
void refine_image(Executor const& executor, ResolutionLevel<Geometry> const& from,
                  ArrayView<T const, Rank> in, ResolutionLevel<Geometry> const& to,
                  LevelArrays<T, Rank> const& arrays) {
  Vec<int, 3> factor{1, 1, 1};
  for (int axis = 0; axis < 3; ++axis) factor[axis] = from.voxel_block[axis] / to.voxel_block[axis];
  Interpolate<T> const kernel{in_three_axes(in), factor, in_three_axes(arrays.mask),
                              in_three_axes(arrays.image)};
  executor.for_each(kernel.out.extents, kernel);
}

}  // namespace detail

/// Calls solve(level, arrays) for pixels `coarsest` times as large, then for half of that, and so
/// on to those that there are: it makes a map and a problem of them, and improves arrays.image by
/// some iterations of any solver. That image is at first the means of `full.image`, then what was
/// made of the level before. Data and weights are means of pixels; strengths of priors differ by
/// levels: ResolutionLevel::strength_of. A pixel is sought, by the mask, where some of those at
/// factor 1 are; those that are not keep their start in each level. The arrays of a level live
/// during its call. Throws InvalidArgument where resolution_level does, OutOfMemory, and as solve
/// does.
///
/// @code
///   coarse_to_fine(executor, scan, grid, arrays, 4, [&](auto const& level, auto const& arrays) {
///     SystemMatrix<ConeBeam, SoftwareInterp> const map{level.geometry, level.grid};
///     Cgls solver{executor, ReconstructionProblem{map, arrays.data}};
///     solver.start(arrays.image);
///     iterate(solver, level.factor > 1 ? 10 : 3);
///   });
/// @endcode
template <class Executor, class Geometry, class T, int Rank, class Solve>
void coarse_to_fine(Executor const& executor, Geometry const& geometry, Grid const& grid,
                    LevelArrays<T, Rank> const& full, int coarsest, Solve const& solve) {
  using Memory = detail::LevelMemory<T, Rank, Executor>;
  using Level = ResolutionLevel<Geometry>;
  std::optional<std::pair<Level, Memory>> before;
  for (int factor = coarsest; factor > 1; factor /= 2) {
    Level const level = resolution_level(geometry, grid, factor);
    Memory memory{executor, level, full};
    memory.make(executor, level, full);
    if (before) {
      detail::refine_image(executor, before->first,
                           detail::read_only(before->second.arrays().image), level,
                           memory.arrays());
    }
    solve(level, memory.arrays());
    before.emplace(level, std::move(memory));
  }
  Level const last{geometry, grid, 1, {1, 1, 1}, {1, 1}};
  if (before) {
    detail::refine_image(executor, before->first, detail::read_only(before->second.arrays().image),
                         last, full);
    before.reset();
  }
  solve(last, full);
}

}  // namespace pyronn
