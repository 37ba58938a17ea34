// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace pyronn {

/// How an executor projects a batch of images that share one scan of the plane, from copies in its
/// workspace in which the samples lie side by side. What stands here is the answer for most: one
/// sample after another. A specialisation has the same members, with `exists` true, and is asked
/// only where every ray runs through all of the grid (detail::RaysThroughGrid):
///   workspace_bytes(volumes, limit)                                   0 where it declines
///   project(executor, views, grid, volumes, projections, workspace)   false where it declines
template <class Model, class Interp, class Executor>
struct TensorCoreForward {
  static constexpr bool exists = false;
};

/// The same for backprojection, asked only where the views see all of the grid
/// (detail::GridBeforeSource):
///   workspace_bytes(projections, limit)
///   backproject(executor, views, first_view, projections, volumes, workspace)
template <class Model, class Interp, class Executor>
struct TensorCoreBack {
  static constexpr bool exists = false;
};

}  // namespace pyronn
