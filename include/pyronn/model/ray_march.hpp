// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// RayMarch: a ray-driven model with trilinear samples at equal steps.
#include <cmath>

#include <pyronn/core/error.hpp>
#include <pyronn/interp/sample_source.hpp>
#include <pyronn/model/detail/ray_march/ray.hpp>
#include <pyronn/model/ray_driven.hpp>
#include <pyronn/model/traits.hpp>

namespace pyronn {

/// The ray-driven model that samples at equal steps: a line integral is the sum of the trilinear
/// samples in the middle of the steps into which the ray is cut, times the length of a step [mm].
/// Projections are in the volume's unit times mm. It is slower than Joseph for the same accuracy.
/// Source: the forward projection of PYRO-NN (C. Syben et al., "PYRO-NN: Python reconstruction
/// operators in neural networks", Med. Phys. 46, 2019). What a model is, is written in
/// model/traits.hpp.
///
/// In space a Projector on a CudaExecutor reads copies, of as many slices at a time as the
/// workspace holds. With SoftwareInterp and projections of float its results have the same bits
/// however many these are; with TextureInterp they do where steps are longer than half the distance
/// between rays. Where the workspace holds fewer than eight slices the volume is read in place, and
/// samples are added in another order. Copies are float, so that samples of Half are not rounded.
class RayMarch : public ModelDefaults {
 public:
  /// @{
  /// A member of a model, as described in model/traits.hpp.
  template <class Interp, class Backend, int Dimension>
  using VolumeSource = SliceSource<Interp, Backend>;
  template <class Interp, class Backend>
  using ProjectionSource = SliceSource<Interp, Backend>;
  /// @}

  /// Makes a model with steps of at most 0.2 voxels.
  RayMarch() : RayMarch(0.2) {}

  /// Makes a model with steps of at most `step` voxels: a ray is cut into as few equal steps as
  /// that allows. Throws InvalidArgument for a step that is less than 1/1000 or not finite.
  explicit RayMarch(double step) : step_{static_cast<float>(step)} {
    constexpr double least = 1e-3;
    detail::expects(std::isfinite(step) && step >= least, "RayMarch: step ", step,
                    " must be finite and at least ", least, " [voxels]");
  }

  /// The longest step that is allowed [voxels].
  [[nodiscard]] float step() const { return step_; }

  /// @{
  /// A member of a model, as described in model/traits.hpp.
  template <class Interp, class Backend, class Task>
  RayDrivenForward<detail::TraceAtSteps, Task> forward(Task const& task) const {
    return {task, {step_}};
  }
  template <class Interp, class Backend, class Task>
  RayDrivenBackOf<Backend, detail::TraceAtSteps, Interp, Task> back(Task const& task) const {
    return {task, {step_}};
  }
  /// @}

 private:
  float step_;
};

template <>
inline constexpr bool detail::is_proven_model_v<RayMarch> = true;

}  // namespace pyronn
