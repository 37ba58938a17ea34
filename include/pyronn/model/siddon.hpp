// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pyronn/model/detail/siddon/ray.hpp>
#include <pyronn/model/ray_driven.hpp>
#include <pyronn/model/traits.hpp>

namespace pyronn {

/// The ray-driven matrix of Siddon (1985): the exact length of a ray in each voxel, in mm. Voxels
/// are boxes of one value, between which nothing is interpolated: the policy's `blend` plays no
/// role, and all policies give the same result. A ray in a face between two voxels counts for the
/// upper one. Arrays are read in place, on every executor.
struct Siddon : ModelDefaults {
  /// @{
  /// As model/traits.hpp asks of a model.
  template <class Interp, class Backend, class Task>
  RayDrivenForward<detail::TraceSiddon, Task> forward(Task const& task) const {
    return {task, {}};
  }
  template <class Interp, class Backend, class Task>
  RayDrivenBack<detail::TraceSiddon, Interp, Task> back(Task const& task) const {
    return {task, {}};
  }
  /// @}
};

template <>
inline constexpr bool detail::is_proven_model_v<Siddon> = true;

}  // namespace pyronn
