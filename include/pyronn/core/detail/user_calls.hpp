// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Where kernels call what users bring: functions of geometries, views, policies, models and
/// element types. nvcc would make an empty kernel with a warning of a call of a function that
/// exists on the host alone; here it is an error, whose text names that function and, as where it
/// is called from, what it lacks.
#include <pyronn/core/config.hpp>

#if defined(__CUDACC__)
#pragma nv_diagnostic push
#pragma nv_diag_error 20011
#pragma nv_diag_error 20013
#pragma nv_diag_error 20014
#endif

namespace pyronn::detail {

// NOLINTNEXTLINE(readability-identifier-naming): the compiler prints it as what is to be done
namespace what_kernels_call_must_be_PYRONN_HOST_DEVICE {

template <class Geometry>
PYRONN_HOST_DEVICE decltype(auto) view(Geometry const& geometry, int n) {
  return geometry.view(n);
}
template <class View, class Pixel>
PYRONN_HOST_DEVICE auto ray(View const& view, Pixel u, Pixel v) {
  return view.ray(u, v);
}
template <class View, class Point>
PYRONN_HOST_DEVICE auto project(View const& view, Point const& point) {
  return view.project(point);
}
template <class Interp, class Number>
PYRONN_HOST_DEVICE Number blend(Number a, Number s0, Number s1) {
  return Interp::blend(a, s0, s1);
}
template <class Interp, class Number>
PYRONN_HOST_DEVICE Number blend(Number a, Number b, Number s00, Number s10, Number s01,
                                Number s11) {
  return Interp::blend(a, b, s00, s10, s01, s11);
}
template <class Traits, class T>
PYRONN_HOST_DEVICE typename Traits::Arithmetic widen(T const& number) {
  return Traits::widen(number);
}
template <class Traits, class T>
PYRONN_HOST_DEVICE typename Traits::Arithmetic load(T const* address) {
  return Traits::load(address);
}
template <class Traits>
PYRONN_HOST_DEVICE auto round(typename Traits::Arithmetic value) {
  return Traits::round(value);
}
template <class Trace, class... Arguments>
PYRONN_HOST_DEVICE auto trace(Trace const& trace, Arguments const&... arguments) {
  return trace(arguments...);
}
template <class Ray, class Slab>
PYRONN_HOST_DEVICE auto integral(Ray const& ray, Slab const& slab) {
  return ray.integral(slab);
}
template <class Interp, class Ray, class Voxel>
PYRONN_HOST_DEVICE auto weight(Ray const& ray, Voxel const& voxel) {
  return ray.template weight<Interp>(voxel);
}

}  // namespace what_kernels_call_must_be_PYRONN_HOST_DEVICE

namespace user = what_kernels_call_must_be_PYRONN_HOST_DEVICE;

}  // namespace pyronn::detail

#if defined(__CUDACC__)
#pragma nv_diagnostic pop
#endif
