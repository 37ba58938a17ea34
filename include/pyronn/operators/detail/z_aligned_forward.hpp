// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace pyronn {

/// How an executor projects where the rays of a detector column share their path in (x, y), as on
/// a circle about z with an upright detector. What stands here is the answer for most: as any other
/// view. A specialisation has the same members, with `exists` true:
///   workspace_bytes(executor, volumes, limit)
///   project(executor, views, grid, volumes, projections, workspace)   false where it declines
template <class Model, class Interp, class Executor>
struct ZAlignedForward {
  static constexpr bool exists = false;

  template <class... Arguments>
  static std::size_t workspace_bytes(Arguments const&...) {
    return 0;
  }
  template <class... Arguments>
  static bool project(Arguments&&...) {
    return false;
  }
};

}  // namespace pyronn
