// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The source of InteriorSliceSource on CUDA devices: slices copied into cells.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>

#include <pyronn/backend/cuda/detail/cells/sample_and_slope.cuh>
#include <pyronn/backend/cuda/detail/launch/run_kernel.cuh>
#include <pyronn/core/array_view.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/storage.hpp>
#include <pyronn/exec/kernel.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/interp/detail/linear_samples.hpp>
#include <pyronn/interp/sample_source.hpp>
#include <pyronn/interp/software_interp.hpp>

namespace pyronn::detail {

/// Makes the cells of slices (see sample_and_slope.cuh). In the last column and row, where a
/// neighbour is missing, the last sample takes its place; these cells are never read, as inside()
/// ends before them.
template <class T>
struct CopyInteriorSlices {
  using Block = BlockShape<32, 8, 1>;

  ArrayView<T const, 4> slices;
  SampleAndSlopeOf<T>* cells;

  [[nodiscard]] Extents<3> items() const {
    Extents<4> const size = slices.extents;
    return {size[0], size[1], size[2] * size[3]};
  }

  __device__ void operator()(Vec<int, 3> item) const {
    Extents<4> const size = slices.extents;
    std::int64_t const row = std::int64_t{item[2]} * size[1] + item[1];
    int const right = item[0] + 1 < size[0] ? 1 : 0;
    T const* const lower = slices.data + row * size[0] + item[0];
    T const* const upper = item[1] + 1 < size[1] ? lower + size[0] : lower;
    cells[row * size[0] + item[0]] =
        SampleAndSlopeOf<T>{load_float(lower, 0), load_float(lower, right), load_float(upper, 0),
                            load_float(upper, right)};
  }
};

/// A slice that is read from cells inside, and at its border from the caller's memory.
template <class T>
class InteriorSlice {
  using Cell = SampleAndSlopeOf<T>;

 public:
  static constexpr int most_rows = 1 << 15;

  __device__ InteriorSlice(LinearSamples<SoftwareInterp, T> const& in_place, Cell const* cells,
                           int n)
      : in_place_{in_place},
        n_{n},
        lower_{hide_from_optimizer(cells)},
        upper_{hide_from_optimizer(cells + width())},
        origin_{hide_from_optimizer(grid_index_origin * (static_cast<unsigned>(width()) + 1U))} {}

  [[nodiscard]] __device__ float texel(int a, int b) const { return border().texel(a, b); }
  [[nodiscard]] __device__ float sample(float a, float b) const { return border().sample(a, b); }
  [[nodiscard]] __device__ SampleBounds inside() const { return border().inside(); }

  [[nodiscard]] __device__ float sample_inside(float a, float b) const {
    GridIndex const node_a = grid_index_of(a);
    GridIndex const node_b = grid_index_of(b);
    auto const cell =
        static_cast<int>(node_b.index * static_cast<unsigned>(width()) + (node_a.index - origin_));
    return Cell::sample(lower_ + cell, upper_ + cell, node_a.fraction, node_b.fraction);
  }

  /// Calls `take(k, sample)` for the samples at (a, b), (a, b + step), ..., all of which must lie
  /// inside. Positions about a row apart, or closer, share rows: they are read in fours or in
  /// pairs.
  template <int Count, class Take>
  __device__ void sample_column(float a, float b, float step, Take const& take) const {
    // Cells of halves hold both rows, so that sharing would save no load.
    if constexpr (std::is_same_v<Cell, SampleAndSlope<float>>) {
      if (step > 0.0F) {
        if (sample_near<Count, false>(a, b, step, take)) return;
      } else {
        if (sample_near<Count, true>(a, b, step, take)) return;
      }
    }
    for (int k = 0; k < Count; ++k) take(k, sample_inside(a, b + static_cast<float>(k) * step));
  }

 private:
  /// Does so where positions share rows. `Falls`: step < 0.
  template <int Count, bool Falls, class Take>
  __device__ bool sample_near(float a, float b, float step, Take const& take) const {
    // Rounding moves two positions by less than the 0.003 rows that these bounds leave.
    static_assert(most_rows <= 1 << 15);
    float const apart = abs(step);
    if constexpr (Count % 4 == 0) {
      if (apart > 0.67F && apart < 0.997F) {
        sample_fours<Count, Falls, 2>(a, b, step, take);
        return true;
      }
      if (apart > 1.003F && apart < 1.33F) {
        sample_fours<Count, Falls, 3>(a, b, step, take);
        return true;
      }
    }
    if (!(apart > 0.0F && apart < 0.997F)) return false;
    sample_pairs<Count, Falls>(a, b, step, take);
    return true;
  }

  /// Reads the samples in pairs.
  template <int Count, bool Falls, class Take>
  __device__ void sample_pairs(float a, float b, float step, Take const& take) const {
    constexpr int lower = Falls ? 1 : 0;  ///< which of a pair has the lower b
    GridIndex const node_a = grid_index_of(a);
    for (int k = 0; k < Count; k += 2) {
      GridIndex const low = grid_index_of(b + static_cast<float>(k + lower) * step);
      GridIndex const high = grid_index_of(b + static_cast<float>(k + 1 - lower) * step);
      float const first = Cell::sample(lower_ + cell(node_a, low), node_a.fraction);
      float const second = Cell::sample(upper_ + cell(node_a, low), node_a.fraction);
      float const third = Cell::sample(upper_ + cell(node_a, high), node_a.fraction);
      take(k + lower, first + low.fraction * (second - first));
      float const below = high.index == low.index ? first : second;
      take(k + 1 - lower, below + high.fraction * (third - below));
    }
  }

  /// Reads the samples in fours, of which the highest lies `Span` or `Span` + 1 rows above the
  /// lowest and those between accordingly, each between one row and the next but one.
  template <int Count, bool Falls, int Span, class Take>
  __device__ void sample_fours(float a, float b, float step, Take const& take) const {
    GridIndex const node_a = grid_index_of(a);
    for (int k = 0; k < Count; k += 4) {
      auto const number = [k](int n) { return Falls ? k + 3 - n : k + n; };
      auto const node = [&](int n) {
        return grid_index_of(b + static_cast<float>(number(n)) * step);
      };
      GridIndex const low = node(0);
      GridIndex const high = node(3);
      int const at = cell(node_a, low);
      float rows[Span + 3];
#pragma unroll
      for (int n = 0; n < Span + 2; n += 2) {
        rows[n] = Cell::sample(lower_ + (at + n * width()), node_a.fraction);
        if (n + 1 < Span + 2)
          rows[n + 1] = Cell::sample(upper_ + (at + n * width()), node_a.fraction);
      }
      // Where the highest lies lower this is the row before, and the next may not exist.
      rows[Span + 2] = Cell::sample(upper_ + cell(node_a, high), node_a.fraction);
      take(number(0), rows[0] + low.fraction * (rows[1] - rows[0]));
#pragma unroll
      for (int n = 1; n < 3; ++n) {
        constexpr int first = Span - 3;
        GridIndex const between = node(n);
        bool const is_next = between.index != low.index + static_cast<unsigned>(first + n);
        float const below = is_next ? rows[first + n + 1] : rows[first + n];
        float const above = is_next ? rows[first + n + 2] : rows[first + n + 1];
        take(number(n), below + between.fraction * (above - below));
      }
      float const below =
          high.index != low.index + static_cast<unsigned>(Span) ? rows[Span + 1] : rows[Span];
      take(number(3), below + high.fraction * (rows[Span + 2] - below));
    }
  }

  /// The number of a cell.
  [[nodiscard]] __device__ int cell(GridIndex const& node_a, GridIndex const& node_b) const {
    return static_cast<int>(node_b.index * static_cast<unsigned>(width()) +
                            (node_a.index - origin_));
  }
  [[nodiscard]] __device__ int width() const { return in_place_.array.extents[0]; }
  [[nodiscard]] __device__ auto border() const { return in_place_.template slice<3>(n_); }

  LinearSamples<SoftwareInterp, T> const& in_place_;
  int n_;
  Cell const* lower_;
  Cell const* upper_;
  unsigned origin_;
};

/// Slices in the caller's memory, with a copy of them in cells.
template <class T>
struct InteriorSlices {
  LinearSamples<SoftwareInterp, T> in_place;
  SampleAndSlopeOf<T> const* cells;

  template <int Dimension>
  [[nodiscard]] __device__ auto slice(int n) const {
    if constexpr (Dimension == 2) {
      return in_place.template slice<2>(n);
    } else {
      Extents<4> const& size = in_place.array.extents;
      return InteriorSlice<T>{in_place, cells + std::int64_t{n} * (size[0] * size[1]), n};
    }
  }
};

}  // namespace pyronn::detail

namespace pyronn {

/// Slices are copied into cells, as many at a time as the workspace holds, and are read in place
/// where those are too few.
template <>
struct InteriorSliceSource<SoftwareInterp, CudaBackend>
    : CopySource<InPlaceSlices<SoftwareInterp>> {
  /// Every block of slices adds to the result, so that small blocks spend more time on reading and
  /// writing the volume than cells save.
  template <class T>
  static constexpr int least_slices = std::is_same_v<T, Half> ? 16 : 32;

  template <class T, class Executor>
  static std::size_t slice_bytes(Executor const&, ArrayView<T const, 4> array) {
    return static_cast<std::size_t>(array.extents[0]) * static_cast<std::size_t>(array.extents[1]) *
           sizeof(detail::SampleAndSlopeOf<T>);
  }
  template <class T, class Executor>
  static int max_slices(Executor const&, ArrayView<T const, 4> array) {
    // Slices of one row have no inside.
    int const rows = array.extents[1];
    return rows > 1 && rows <= detail::InteriorSlice<T>::most_rows ? array.extents[2] : 0;
  }
  template <class T, class Executor>
  static int max_samples(Executor const&, ArrayView<T const, 4> array) {
    return min(array.extents[3], std::numeric_limits<int>::max() / array.extents[2]);
  }
  template <class T, class Executor>
  static detail::InteriorSlices<T> load(Executor const& executor, ArrayView<T const, 4> array,
                                        Workspace<Executor>& workspace) {
    auto* const cells = reinterpret_cast<detail::SampleAndSlopeOf<T>*>(workspace.data());
    detail::CopyInteriorSlices<T> const copy{array, cells};
    executor.for_each(copy.items(), copy);
    return {{array}, cells};
  }
};

}  // namespace pyronn
