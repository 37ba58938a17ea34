// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Weighting and filtering of detector rows, the first half of filtered backprojection.
#include <cstddef>

#include <pyronn/core/array_view.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/recon/fdk_weights.hpp>
#include <pyronn/recon/filter_window.hpp>

namespace pyronn::detail {

/// Rows (u) of some views, weighted, padded with zeros, filtered with the windowed ramp at unit
/// distance between samples, and cut to their length again.
struct RowFilterTask {
  ProjectionView<float const> projections;
  ProjectionView<float> filtered;
  FdkWeight const* weights;  ///< of these views, on the host
  FilterWindow window;
};

/// How an executor filters rows, with the FFT that it has. A specialisation has the same members.
template <class Executor>
struct RowFilter {
  static_assert(
      sizeof(Executor) == 0,
      "Filtering needs a header that specialises RowFilter: for CpuExecutor "
      "<pyronn/recon/cpu_row_filter.hpp>, for CudaExecutor <pyronn/cuda/row_filter.cuh>.");

  /// Workspace for filtering projections of these extents, at most `limit` unless one view needs
  /// more.
  static std::size_t bytes(Executor const& executor, Extents<3> scan, std::size_t limit);

  static void apply(Executor const& executor, RowFilterTask const& task,
                    Workspace<Executor>& workspace);
};

}  // namespace pyronn::detail
