// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The vectors of one view, in the order in which every format has them.
#include <pyronn/core/vec.hpp>
#include <pyronn/geometry/cone_view.hpp>
#include <pyronn/geometry/fan_vectors.hpp>
#include <pyronn/geometry/parallel_vectors.hpp>

namespace pyronn::detail {

/// A name of its own, as nvcc writes the type with parentheses of which g++ warns.
template <class View, int Dimension>
using VectorOfView = Vec<double, Dimension> View::*;

/// A vector of a view, and its field in JSON.
template <class View, int Dimension>
struct NamedVector {
  char const* field;
  VectorOfView<View, Dimension> member;
};

/// The name of a type of views, their dimension and their vectors.
template <class View>
struct ViewVectors;

template <>
struct ViewVectors<ConeVectors> {
  static constexpr char const* name = "ConeVectors";
  static constexpr int dimension = 3;
  static constexpr NamedVector<ConeVectors, 3> all[] = {
      {"source_mm", &ConeVectors::source},
      {"detector_center_mm", &ConeVectors::detector_center},
      {"u_step_mm", &ConeVectors::u_step},
      {"v_step_mm", &ConeVectors::v_step}};
};

template <>
struct ViewVectors<ParallelVectors> {
  static constexpr char const* name = "ParallelVectors";
  static constexpr int dimension = 3;
  static constexpr NamedVector<ParallelVectors, 3> all[] = {
      {"direction", &ParallelVectors::direction},
      {"detector_center_mm", &ParallelVectors::detector_center},
      {"u_step_mm", &ParallelVectors::u_step},
      {"v_step_mm", &ParallelVectors::v_step}};
};

template <>
struct ViewVectors<FanVectors> {
  static constexpr char const* name = "FanVectors";
  static constexpr int dimension = 2;
  static constexpr NamedVector<FanVectors, 2> all[] = {
      {"source_mm", &FanVectors::source},
      {"detector_center_mm", &FanVectors::detector_center},
      {"u_step_mm", &FanVectors::u_step}};
};

template <>
struct ViewVectors<ParallelVectors2D> {
  static constexpr char const* name = "ParallelVectors2D";
  static constexpr int dimension = 2;
  static constexpr NamedVector<ParallelVectors2D, 2> all[] = {
      {"direction", &ParallelVectors2D::direction},
      {"detector_center_mm", &ParallelVectors2D::detector_center},
      {"u_step_mm", &ParallelVectors2D::u_step}};
};

}  // namespace pyronn::detail
