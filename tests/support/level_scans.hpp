// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
// Parallel rays in space that are perpendicular to z, and operators for them. Comes after
// support/backends.hpp.
#include <cmath>
#include <string>
#include <vector>

#include <pyronn/pyronn.hpp>

#include "numbers.hpp"
#include "operators.hpp"

namespace test::level {

using Forward = pyronn::Projector<pyronn::ParallelBeam3D, pyronn::SoftwareInterp>;
using Back = pyronn::Backprojector<pyronn::ParallelBeam3D, pyronn::SoftwareInterp>;
using Transpose =
    pyronn::Backprojector<pyronn::ParallelBeam3D, pyronn::SoftwareInterp, pyronn::Joseph>;
using Values = std::vector<float>;

inline constexpr double dz = 0.9;  ///< of slices [mm]

/// A panel whose rows lie `pitch` slices apart, and whose middle is `shift` slices off.
struct Panel {
  int rows = 20;
  double pitch = 1;
  double shift = 0;
  double lean = 0;  ///< of columns along the rays
  double tilt = 0;  ///< of columns along rows
};

inline pyronn::ParallelBeam3D scan_of(Panel const& panel, int views = 23) {
  std::vector<pyronn::ParallelVectors> vectors;
  for (double const angle : pyronn::equal_angles(views, 0.1)) {
    pyronn::Vec3d const ray{-std::cos(angle), -std::sin(angle), 0};
    pyronn::Vec3d const across{-std::sin(angle), std::cos(angle), 0};
    pyronn::Vec3d const up{0, 0, panel.pitch * dz};
    vectors.push_back({ray, 0.7 * across + pyronn::Vec3d{0, 0, panel.shift * dz}, 1.3 * across,
                       up + panel.lean * ray + panel.tilt * across});
  }
  return pyronn::ParallelBeam3D::from_vectors({29, panel.rows}, vectors);
}

inline pyronn::Grid grid_of(int slices = 20) {
  return pyronn::Grid::centered({21, 18, slices}, {1.1, 0.9, dz}, {2.5, -3, 0});
}

/// Whether all of a call runs on tensor cores.
template <class Op>
bool is_batch(Op const& op) {
  std::string path;
  with_extents(op, [&](auto const& from, auto const&) {
    pyronn::ArrayView<float const, 3> const input{nullptr, from};
    path = op.plan(executor(), input).steps.at(0).path;
    return Values{};
  });
  return path == "tensor-core batch";
}

/// An input of numbers of both signs.
template <class Op>
Values values_for(Op const& op, unsigned seed) {
  Values result;
  with_extents(op, [&](auto const& from, auto const&) {
    result = random_values(seed, from.count());
    for (float& value : result) value += 0.25F;
    return Values{};
  });
  return result;
}

}  // namespace test::level
