// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "support/backends.hpp"
//
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/pyronn.hpp>

#include "support/cone_scans.hpp"
#include "support/matrices.hpp"
#include "support/numbers.hpp"
#include "support/operators.hpp"
#include "support/reference.hpp"

using pyronn::ConeBeam;
using pyronn::Vec3f;

namespace user {

/// A ray through round voxels that fade towards their rims: a voxel counts by 1 - d^2 / radius^2,
/// where d < radius is how far from its centre the ray passes, whatever the ray's ends. A model as
/// users write it.
struct RayThroughBlobs {
  Vec3f origin;
  Vec3f unit;  ///< direction of length 1 [voxels]
  pyronn::Extents<3> size;
  float radius;

  template <class Interp>
  [[nodiscard]] PYRONN_HOST_DEVICE float weight(pyronn::Vec<int, 3> const& voxel) const {
    Vec3f const away = pyronn::vec_cast<float>(voxel) - origin;
    Vec3f const across = away - dot(away, unit) * unit;
    return pyronn::max(1.0F - dot(across, across) / (radius * radius), 0.0F);
  }

  template <class Slab>
  [[nodiscard]] PYRONN_HOST_DEVICE float integral(Slab const& slab) const {
    float sum = 0.0F;
    for (int z = 0; z < slab.count; ++z) {
      for (int y = 0; y < size[1]; ++y) {
        for (int x = 0; x < size[0]; ++x) {
          float const share = weight<void>({x, y, slab.first + z});
          if (share > 0.0F) sum += share * slab.slice(z).texel(x, y);
        }
      }
    }
    return sum;
  }
};

struct TraceBlobs {
  static constexpr float reach = 1.0F;

  float radius;

  PYRONN_HOST_DEVICE RayThroughBlobs operator()(pyronn::Ray<float> const& ray,
                                                pyronn::Extents<3> const& size,
                                                Vec3f const&) const {
    return {ray.origin, 1.0F / length(ray.direction) * ray.direction, size, radius};
  }
};

struct Blobs : pyronn::ModelDefaults {
  float radius = 0.9F;

  template <class Interp, class Executor, class Task>
  pyronn::RayDrivenForward<TraceBlobs, Task> forward(Task const& task) const {
    return {task, {radius}};
  }
  template <class Interp, class Executor, class Task>
  pyronn::RayDrivenBack<TraceBlobs, Interp, Task> back(Task const& task) const {
    return {task, {radius}};
  }
};

static_assert(pyronn::is_model_v<Blobs>);

/// The same, but it tells its weights in a box.
struct RayThroughBoxOfBlobs : RayThroughBlobs {
  template <class Interp, int Dimension, class Add>
  PYRONN_HOST_DEVICE void for_each_weight(pyronn::VoxelBox const& box, Add const& add) const {
    for (int z = box.first[2]; z < box.end[2]; ++z) {
      for (int y = box.first[1]; y < box.end[1]; ++y) {
        for (int x = box.first[0]; x < box.end[0]; ++x) {
          float const share = weight<Interp>({x, y, z});
          if (share > 0.0F) add(pyronn::Vec<int, 3>{x, y, z}, share);
        }
      }
    }
  }
};

struct TraceBoxOfBlobs {
  static constexpr float reach = 1.0F;

  TraceBlobs trace;

  PYRONN_HOST_DEVICE RayThroughBoxOfBlobs operator()(pyronn::Ray<float> const& ray,
                                                     pyronn::Extents<3> const& size,
                                                     Vec3f const& spacing) const {
    return {trace(ray, size, spacing)};
  }
};

struct BoxesOfBlobs : Blobs {
  template <class Interp, class Backend, class Task>
  pyronn::RayDrivenBackOf<Backend, TraceBoxOfBlobs, Interp, Task> back(Task const& task) const {
    return {task, {{radius}}};
  }
};

}  // namespace user

BOOST_AUTO_TEST_SUITE(custom_model, *boost::unit_test::precondition(test::device_present))

BOOST_AUTO_TEST_CASE(is_the_matrix_of_its_weights_in_both_directions) {
  test::ConeScan const& scan = test::cone_scans().front();
  pyronn::Grid const grid = pyronn::Grid::centered({5, 6, 4}, scan.grid.spacing, {0.3, 0.2, -0.4});
  pyronn::Projector<ConeBeam, pyronn::SoftwareInterp, user::Blobs> const op{scan.geometry, grid};
  auto const pixels = static_cast<std::size_t>(scan.pixels());
  auto const voxels = static_cast<std::size_t>(grid.size.count());
  constexpr std::size_t stride = 13;
  auto const columns = test::columns_of(op);
  auto const rows = test::rows_of(op, stride);
  double worst = 0;
  double sum = 0;
  for (std::size_t pixel = 0; pixel < pixels; pixel += stride) {
    auto const column = static_cast<int>(pixel);
    int const row = column / 14;
    auto const line = test::in_indices(
        test::ray_in_double(scan.geometry.view(row / 11), column % 14, row % 11), grid);
    for (std::size_t n = 0; n < voxels; ++n) {
      auto const voxel = static_cast<int>(n);
      int const line_of = voxel / grid.size[0];
      pyronn::Vec3d const away =
          pyronn::vec_cast<double>(pyronn::Vec<int, 3>{voxel % grid.size[0], line_of % grid.size[1],
                                                       line_of / grid.size[1]}) -
          line.from;
      double const along = dot(away, line.way) / length(line.way);
      double const expected = std::max(1 - (dot(away, away) - along * along) / (0.9 * 0.9), 0.0);
      double const forward = static_cast<double>(columns[n * pixels + pixel]);
      double const back = static_cast<double>(rows[pixel / stride * voxels + n]);
      worst = std::max({worst, std::abs(forward - expected), std::abs(back - expected)});
      sum += expected;
    }
  }
  BOOST_TEST(worst <= 1e-5);
  BOOST_TEST(sum > 100);
}

BOOST_AUTO_TEST_CASE(adjoint_keeps_the_parameters) {
  for (test::ConeScan const& scan : test::cone_scans()) {
    if (scan.grid.size.count() > 1000) continue;
    BOOST_TEST_CONTEXT(scan.name) {
      user::Blobs model{};
      model.radius = 0.8F;
      pyronn::Projector<ConeBeam, pyronn::SoftwareInterp, user::Blobs> const op{scan.geometry,
                                                                                scan.grid, model};
      auto const x = test::random_values(1, scan.grid.size.count());
      auto const y = test::random_values(2, scan.pixels());
      auto const ax = test::run(op, x);
      BOOST_TEST(test::norm(ax) > 0);
      double const difference = test::dot(ax, y) - test::dot(x, test::run(op.adjoint(), y));
      BOOST_TEST(std::abs(difference) <= 1e-6 * test::norm(ax) * test::norm(y));
    }
  }
}

BOOST_AUTO_TEST_CASE(rays_may_tell_their_weights_in_a_box) {
  using pyronn::SoftwareInterp;
  for (test::ConeScan const& scan : test::cone_scans()) {
    if (scan.grid.size.count() > 1000) continue;
    BOOST_TEST_CONTEXT(scan.name) {
      pyronn::Backprojector<ConeBeam, SoftwareInterp, user::Blobs> const by_voxel{scan.geometry,
                                                                                  scan.grid};
      pyronn::Backprojector<ConeBeam, SoftwareInterp, user::BoxesOfBlobs> const by_box{
          scan.geometry, scan.grid};
      auto const y = test::random_values(3, scan.pixels());
      auto const expected = test::run(by_voxel, y);
      BOOST_TEST(test::norm(expected) > 0);
      BOOST_TEST(test::relative_l2(test::run(by_box, y), expected) < 1e-6);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
