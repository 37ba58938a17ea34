// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>

#include <pyronn/core/error.hpp>
#include <pyronn/interp/sample_source.hpp>
#include <pyronn/model/detail/ray_march/ray.hpp>
#include <pyronn/model/ray_driven.hpp>
#include <pyronn/model/traits.hpp>

namespace pyronn {

/// The ray-driven matrix that samples at equal steps: trilinear samples of the volume in the middle
/// of steps that make up the ray, in mm of path. Slower than Joseph for the same accuracy; it is
/// the model of PYRO-NN. What a model is, is written in model/traits.hpp.
class RayMarch : public ModelDefaults {
 public:
  /// @{
  /// As model/traits.hpp asks of a model.
  template <class Interp, class Backend, int Dimension>
  using VolumeSource = SliceSource<Interp, Backend>;
  template <class Interp, class Backend>
  using ProjectionSource = SliceSource<Interp, Backend>;
  /// @}

  /// A step of 0.2 voxels.
  RayMarch() : RayMarch(0.2) {}

  /// The longest step, in voxels: a ray is cut into as few equal steps as that allows. Throws
  /// InvalidArgument for a step below 1/1000 and one that is not finite.
  explicit RayMarch(double step) : step_{static_cast<float>(step)} {
    constexpr double least = 1e-3;
    detail::expects(std::isfinite(step) && step >= least, "RayMarch: step ", step,
                    " must be finite and at least ", least, " [voxels]");
  }

  /// The longest step [voxels].
  [[nodiscard]] float step() const { return step_; }

  /// @{
  /// As model/traits.hpp asks of a model.
  template <class Interp, class Backend, class Task>
  RayDrivenForward<detail::TraceAtSteps, Task> forward(Task const& task) const {
    return {task, {step_}};
  }
  template <class Interp, class Backend, class Task>
  RayDrivenBack<detail::TraceAtSteps, Interp, Task> back(Task const& task) const {
    return {task, {step_}};
  }
  /// @}

 private:
  float step_;
};

template <>
inline constexpr bool detail::is_proven_model_v<RayMarch> = true;

}  // namespace pyronn
