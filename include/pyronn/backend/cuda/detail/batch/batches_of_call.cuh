// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Calls as batches in the plane. A call of the plane is one. In space each volume is one, where
/// rays are parallel and perpendicular to z (RowsOfSlices): its samples are detector rows, each of
/// which sees the blend of two slices, or slices, each of which gets the blend of two rows.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cmath>

#include <pyronn/backend/cuda/detail/batch/samples.cuh>
#include <pyronn/core/array_view.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/operators/detail/rows_of_slices.hpp>

namespace pyronn::detail {

/// The batches of a projection, by the dimension of its scan.
template <class Call, int Dimension = Call::dimension>
struct ForwardBatches {
  static constexpr char const* samples = "samples";

  Call const& call;

  [[nodiscard]] bool exist() const { return call.op.shares_checked_plane(); }
  [[nodiscard]] int count() const { return 1; }
  /// What each reads.
  [[nodiscard]] auto source(int) const { return batch_of_images(call.input); }
  /// How many samples must be enough for this path.
  [[nodiscard]] int all_samples() const { return call.input.extents[3]; }

  /// What each writes.
  template <class Out>
  [[nodiscard]] BatchArray<Out> target(ArrayView<Out, 4> projections, int) const {
    return batch_of_views(projections);
  }
  /// Calls `work(samples)` for pieces of the output that see nothing and are not written.
  template <class Out, class Work>
  void for_each_unseen(ArrayView<Out, 4>, Work const&) const {}
  [[nodiscard]] int unseen_pieces() const { return 0; }
};

template <class Call>
struct ForwardBatches<Call, 3> {
  static constexpr char const* samples = "rows";

  Call const& call;

  [[nodiscard]] bool exist() const { return call.op.rows_of_slices().has_value(); }
  [[nodiscard]] int count() const { return call.input.extents[3]; }
  [[nodiscard]] BlendedSamples<typename Call::In> source(int volume) const {
    auto const slices = batch_of_slices(call.input, volume);
    SeenSamples const rows = seen();
    return {slices,
            FixedPositions{positions()},
            1.0F,
            {slices.size.width, slices.size.rows, rows.count},
            rows.first};
  }
  [[nodiscard]] int all_samples() const { return seen().count; }

  template <class Out>
  [[nodiscard]] BatchArray<Out> target(ArrayView<Out, 4> projections, int volume) const {
    SeenSamples const rows = seen();
    return batch_of_rows(projections, volume).slices(rows.first, rows.count);
  }
  template <class Out, class Work>
  void for_each_unseen(ArrayView<Out, 4> projections, Work const& work) const {
    for (int volume = 0; volume < count() && !call.adds; ++volume) {
      BatchArray<Out> rows = batch_of_rows(projections, volume);
      rows.size.rows = call.views.views.count;
      work_on_unseen(rows, seen(), work);
    }
  }
  [[nodiscard]] int unseen_pieces() const {
    return call.adds ? 0 : count() * detail::unseen_pieces(call.op.detector()[1], seen());
  }

 private:
  /// Where rows lie among the slices of the input.
  [[nodiscard]] SamplePositions positions() const {
    RowsOfSlices const& rows = *call.op.rows_of_slices();
    return {-rows.first / rows.step - call.slab.first_slice, 1 / rows.step};
  }
  [[nodiscard]] SeenSamples seen() const {
    return seen_samples(call.op.detector()[1], positions(), call.input.extents[2]);
  }
};

/// In which rows a slice has a weight: those between which it is seen.
struct InterpolatesRows {
  static double sharpness(RowsOfSlices const&) { return 1; }
};

/// Those that see it: between two slices they interpolate linearly. Rows are no nearer to one
/// another than slices where the sharpness is 1 or more.
struct TransposesSlices {
  static double sharpness(RowsOfSlices const& rows) { return 1 / std::abs(rows.step); }
};

/// The batches of a backprojection.
template <class Call, class Weights, int Dimension = Call::dimension>
struct BackBatches {
  static constexpr char const* samples = "samples";

  Call const& call;

  [[nodiscard]] bool exist() const { return call.op.shares_checked_plane(); }
  [[nodiscard]] int count() const { return 1; }
  [[nodiscard]] auto source(int) const { return batch_of_views(call.input); }
  [[nodiscard]] int all_samples() const { return call.input.extents[3]; }

  template <class Out>
  [[nodiscard]] ArrayView<Out, 4> target(ArrayView<Out, 4> volumes, int) const {
    return volumes;
  }
  template <class Out, class Work>
  void for_each_unseen(ArrayView<Out, 4>, Work const&) const {}
  [[nodiscard]] int unseen_pieces() const { return 0; }
};

template <class Call, class Weights>
struct BackBatches<Call, Weights, 3> {
  static constexpr char const* samples = "slices";

  Call const& call;

  [[nodiscard]] bool exist() const {
    return call.op.rows_of_slices().has_value() &&
           Weights::sharpness(*call.op.rows_of_slices()) >= 1;
  }
  [[nodiscard]] int count() const { return call.input.extents[3]; }
  [[nodiscard]] BlendedSamples<typename Call::In> source(int volume) const {
    auto const rows = batch_of_rows(call.input, volume);
    auto const sharpness = static_cast<float>(Weights::sharpness(*call.op.rows_of_slices()));
    SeenSamples const slices = seen();
    // Of slices of the grid, not of the slab: positions are the same in each.
    return {rows,
            FixedPositions{positions()},
            sharpness,
            {rows.size.width, rows.size.rows, slices.count},
            slices.first + call.slab.first_slice};
  }
  /// Those of the whole grid: whatever the slab, slices are done in the same way.
  [[nodiscard]] int all_samples() const {
    return seen_samples(call.op.grid().size[2], positions(), call.op.detector()[1]).count;
  }

  template <class Out>
  [[nodiscard]] ArrayView<Out, 4> target(ArrayView<Out, 4> volumes, int volume) const {
    SeenSamples const slices = seen();
    Extents<4> const& extents = volumes.extents;
    return {batch_of_slices(volumes, volume).at(0, 0, slices.first),
            {{extents[0], extents[1], 1, slices.count}}};
  }
  template <class Out, class Work>
  void for_each_unseen(ArrayView<Out, 4> volumes, Work const& work) const {
    for (int volume = 0; volume < count() && !call.adds; ++volume) {
      work_on_unseen(batch_of_slices(volumes, volume), seen(), work);
    }
  }
  [[nodiscard]] int unseen_pieces() const {
    return call.adds ? 0 : count() * detail::unseen_pieces(call.slab.num_slices, seen());
  }

 private:
  /// Where slices of the grid lie among the rows.
  [[nodiscard]] SamplePositions positions() const {
    RowsOfSlices const& rows = *call.op.rows_of_slices();
    return {rows.first, rows.step};
  }
  /// Slices of the slab.
  [[nodiscard]] SeenSamples seen() const {
    SamplePositions of_slab = positions();
    of_slab.first += call.slab.first_slice * of_slab.step;
    return seen_samples(call.slab.num_slices, of_slab, call.op.detector()[1]);
  }
};

}  // namespace pyronn::detail
