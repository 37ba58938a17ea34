// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Weighting and filtering of detector rows, the first half of filtered backprojection.
#include <algorithm>
#include <cstddef>
#include <limits>
#include <vector>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/config.hpp>
#include <pyronn/core/detail/detected.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/backend.hpp>
#include <pyronn/exec/detail/launch_table.hpp>
#include <pyronn/exec/kernel.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/geometry/shadow.hpp>
#include <pyronn/recon/filter/response.hpp>

namespace pyronn {

namespace detail {

/// How views of a filter belong together.
struct ViewGrouping {
  /// Where rows are filtered by twos, the last bits of one depend on the other. Pairs are made
  /// among so many views at a time.
  int group = 1;
  /// After so many views, a multiple of the group, weights repeat; all views are whole periods.
  int period = 1;
};

/// Rows (u) of some views, weighted, padded with zeros, filtered, and cut. Filtered rows may be
/// longer: they begin `columns_before` pixels before the others. Weights answer on the host, as the
/// product of `of_row(v, view)`, `of_ray(u, v, view)` and `redundancy(u, v, view)`, of which the
/// last is that of all rows where `rows_share_redundancy(view)`. `table(first, count)` makes what
/// answers in a kernel for at most `capacity` of these views, and for rows by twos, as the product
/// of `of_row(v, view)` and `of_two_pixels(u, v, view)` for v and v + 1. `of_single_rows` says that
/// a view has one row, so that two rows are of two views.
template <class Weights>
struct RowFilterTask {
  ProjectionView<float const> projections;
  ProjectionView<float> filtered;
  Weights weights;
  float const* response;  ///< for the length of filtered rows, where the executor works
  int columns_before;
  ViewGrouping grouping;
  /// The rows of each view that are wanted; others may become anything finite. Backends that leave
  /// them out have `static constexpr bool leaves_rows_out = true`.
  DetectorRows rows = {0, std::numeric_limits<int>::max()};
};

template <class Filter>
using LeavesRowsOut = decltype(Filter::leaves_rows_out);

/// How a backend filters rows, by Fourier transforms. A specialisation has the static members
/// @code
///   table_bytes(columns)                      of tables for rows of so many columns
///   make_tables(executor, columns, response, memory)
///   upload_bytes(columns)                     of a response of the host where the executor works
///   upload(executor, response, memory)        carries it there
///   uploaded(response, memory)                where it then is
///   scratch_bytes(executor, scan, limit)      for filtered projections of these extents, at most
///                                             `limit` unless one view needs more
///   launches(scan, grouping, capacity)        kernels of apply(), of weights of `capacity` views
///                                             at most
///   apply(executor, task, tables, scratch)
/// @endcode
template <class Backend>
struct RowFilterBackend;

template <class Executor>
struct RowFilterOf {
  using Type = RowFilterBackend<backend_t<Executor>>;
  static_assert(is_detected_v<SizeOf, Type>,
                "Rows are filtered by the executor's backend: include <pyronn/cpu.hpp> for "
                "CpuExecutor, <pyronn/cuda.cuh> for CudaExecutor.");
};
template <class Executor>
using row_filter_t = typename RowFilterOf<Executor>::Type;

/// Rows as they are.
struct NoRowWeights {
  static constexpr int capacity = 1 << 20;
  static constexpr bool of_single_rows = false;

  static constexpr float of_ray(float, float, int) { return 1.0F; }
  static constexpr float redundancy(float, float, int) { return 1.0F; }
  static constexpr bool rows_share_redundancy(int) { return true; }
  PYRONN_HOST_DEVICE constexpr float of_row(float, int) const { return 1.0F; }
  PYRONN_HOST_DEVICE constexpr Vec<float, 2> of_two_pixels(float, float, int) const {
    return {1, 1};
  }
  [[nodiscard]] NoRowWeights table(int, int) const { return {}; }
};

/// Carries numbers into memory of an executor in a launch's own argument.
struct WriteNumbers {
  using Block = BlockShape<128, 1, 1>;
  static constexpr int capacity = 8000;

  LaunchTable<float, capacity> numbers;
  float* target;

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> item) const { target[item[0]] = numbers[item[0]]; }
};

/// Writes numbers of the host to memory of the executor, in its order, without a copy that would
/// have to outlive the call.
template <class Executor>
void write_numbers(Executor const& executor, std::vector<float> const& numbers, float* target) {
  WriteNumbers kernel;
  for (std::size_t first = 0; first < numbers.size(); first += WriteNumbers::capacity) {
    std::size_t const count =
        min(numbers.size() - first, static_cast<std::size_t>(WriteNumbers::capacity));
    std::copy_n(numbers.data() + first, count, kernel.numbers.entries);
    kernel.target = target + first;
    executor.for_each({static_cast<int>(count), 1, 1}, kernel);
  }
}

}  // namespace detail

/// Filters the rows (u) of projections with a response that lies in memory of the executor, where
/// training may change it from call to call. The matrix is symmetric: the same operator carries
/// gradients back. Rows know nothing of one another, however large one is, and where it has a
/// number that is not finite it alone is lost: sinograms (u, view) are projections (u, view, 1),
/// and a batch is as many more views. A value that holds no memory of an executor.
class RowFilter {
 public:
  /// For projections of these extents (u, v, view). Throws InvalidArgument unless each is at least
  /// 1, and as padded_row_length does.
  explicit RowFilter(Extents<3> extents)
      : extents_{extents}, length_{filter_response_length(extents[0])} {
    detail::expects(extents[0] >= 1 && extents[1] >= 1 && extents[2] >= 1,
                    "RowFilter: extents (u, v, view) ", extents, " must be at least 1");
  }

  /// Those it filters, (u, v, view).
  [[nodiscard]] Extents<3> extents() const { return extents_; }

  /// Values in a response, as filter_response(extents()[0], window) has them.
  [[nodiscard]] int response_length() const { return length_; }

  /// Bytes of workspace, at most `limit` unless a single view needs more.
  template <class Executor>
  [[nodiscard]] std::size_t workspace_bytes(Executor const& executor,
                                            std::size_t limit = default_workspace_limit) const {
    using Filter = detail::row_filter_t<Executor>;
    std::size_t const tables = Filter::table_bytes(extents_[0]);
    return tables + Filter::scratch_bytes(executor, extents_, limit > tables ? limit - tables : 0);
  }

  /// filtered = the rows of projections, each padded, multiplied with the response in frequency,
  /// and cut. Both may be the same memory. Does not synchronise. Throws InvalidArgument for arrays
  /// of the wrong size and OutOfMemory for a workspace that is too small, both before anything is
  /// written.
  template <class Executor>
  void operator()(Executor const& executor, ProjectionView<float const> projections,
                  ArrayView<float const, 1> response, ProjectionView<float> filtered,
                  Workspace<Executor>& workspace) const {
    detail::expects(projections.extents == extents_ && filtered.extents == extents_,
                    "RowFilter: the extents (u, v, view) of projections ", projections.extents,
                    " and filtered ", filtered.extents, " must be ", extents_);
    detail::expects(response.extents[0] == length_, "RowFilter: the response has ",
                    response.extents[0], " values, but rows of ", extents_[0], " columns need ",
                    length_);
    workspace.check_order(executor, "RowFilter");
    executor.check_reachable(projections.data, "RowFilter: projections");
    executor.check_reachable(response.data, "RowFilter: response");
    executor.check_reachable(filtered.data, "RowFilter: filtered");
    std::size_t const least = workspace_bytes(executor, 0);
    if (workspace.bytes() < least) {
      throw OutOfMemory(detail::message("pyronn::RowFilter: the workspace has ", workspace.bytes(),
                                        " bytes; at least ", least, " are needed"));
    }
    using Filter = detail::row_filter_t<Executor>;
    std::byte* const tables = workspace.data();
    Filter::make_tables(executor, extents_[0], response.data, tables);
    Workspace<Executor> scratch{executor, workspace, Filter::table_bytes(extents_[0])};
    int const group = extents_[1] > 1 ? 1 : extents_[2];
    Filter::apply(executor,
                  detail::RowFilterTask<detail::NoRowWeights>{
                      projections, filtered, {}, response.data, 0, {group, group}},
                  tables, scratch);
  }

 private:
  Extents<3> extents_;
  int length_;
};

}  // namespace pyronn
