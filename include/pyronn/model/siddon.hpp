// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Siddon: a ray-driven model with exact lengths of intersection.
#include <pyronn/model/detail/siddon/ray.hpp>
#include <pyronn/model/ray_driven.hpp>
#include <pyronn/model/traits.hpp>

namespace pyronn {

/// The ray-driven model of Siddon: the weight of a voxel is the exact length of the ray in it [mm].
/// Projections are in the volume's unit times mm. Voxels are boxes of one value, so that nothing is
/// interpolated: the policy's `blend` is not used, and all policies give the same result. A ray in
/// a face between two voxels counts for the upper one. Arrays are read in place, on every executor.
/// Source: R. L. Siddon, "Fast calculation of the exact radiological path for a three-dimensional
/// CT array", Med. Phys. 12, 1985. What a model is, is written in model/traits.hpp.
struct Siddon : ModelDefaults {
  /// @{
  /// A member of a model, as described in model/traits.hpp.
  template <class Interp, class Backend, class Task>
  RayDrivenForward<detail::TraceSiddon, Task> forward(Task const& task) const {
    return {task, {}};
  }
  template <class Interp, class Backend, class Task>
  RayDrivenBackOf<Backend, detail::TraceSiddon, Interp, Task> back(Task const& task) const {
    return {task, {}};
  }
  /// @}
};

template <>
inline constexpr bool detail::is_proven_model_v<Siddon> = true;

}  // namespace pyronn
