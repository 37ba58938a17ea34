// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
// Voxels of meshes and of phantoms, and what they add up to.
#include <cmath>
#include <cstddef>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/backend/cpu/executor.hpp>
#include <pyronn/core/view_of.hpp>
#include <pyronn/phantom/mesh.hpp>
#include <pyronn/phantom/phantom.hpp>

namespace test {

inline constexpr double attenuation = 0.02;

/// Filled with rubbish beforehand, which must not shine through.
inline std::vector<float> voxels(pyronn::TriangleMesh const& mesh, pyronn::Grid const& grid,
                                 int supersampling = 1, int threads = 2) {
  std::vector<float> values(static_cast<std::size_t>(grid.size.count()), -1e9F);
  pyronn::voxelise(pyronn::CpuExecutor{threads}, mesh, attenuation, grid,
                   pyronn::view_of(values, grid.extents()), supersampling);
  return values;
}

inline std::vector<float> voxels(pyronn::Phantom const& phantom, pyronn::Grid const& grid,
                                 int supersampling) {
  std::vector<float> values(static_cast<std::size_t>(grid.size.count()));
  pyronn::voxelise(pyronn::CpuExecutor{2}, phantom, grid, pyronn::view_of(values, grid.extents()),
                   supersampling);
  return values;
}

/// The volume that voxels add up to [mm^3].
inline double volume_of(std::vector<float> const& values, pyronn::Grid const& grid) {
  double sum = 0.0;
  for (float const value : values) sum += static_cast<double>(value);
  return sum / attenuation * grid.spacing[0] * grid.spacing[1] * grid.spacing[2];
}

inline bool are_equal(std::vector<float> const& a, std::vector<float> const& b, double tolerance) {
  BOOST_TEST_REQUIRE(a.size() == b.size());
  for (std::size_t n = 0; n < a.size(); ++n) {
    if (std::abs(static_cast<double>(a[n]) - static_cast<double>(b[n])) > tolerance) return false;
  }
  return true;
}

}  // namespace test
