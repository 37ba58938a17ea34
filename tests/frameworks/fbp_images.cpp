// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
// What Fbp makes of projections, for layers to be compared with: functions that Python calls.
#include <cstdio>
#include <exception>

#include <pyronn/cpu.hpp>
#include <pyronn/interop/geometry_tensor.hpp>

namespace {

using namespace pyronn;

/// Sizes of projections (u, v, view) and of an image (x, y, z), of voxels of 1 mm.
struct Sizes {
  int projections[3], image[3];
};

/// Returns whether Fbp took the scan.
template <class Geometry>
int image_of(double const* vectors, Sizes const& sizes, float const* projections, float* image) {
  constexpr int axes = dimension_v<Geometry>;
  auto const& [u, v, views] = sizes.projections;
  auto const& [x, y, z] = sizes.image;
  try {
    auto const scan =
        GeometryTensor<Geometry>::make({vectors, views, axes == 2 ? 3 : 4, axes}, {u, v});
    CpuExecutor const executor;
    if constexpr (axes == 2) {
      Fbp<Geometry, SoftwareInterp> const fbp{scan, Grid::flat({x, y}, {1, 1})};
      fbp(executor, ArrayView<float const, 2>{projections, {u, views}},
          ArrayView<float, 2>{image, {x, y}});
    } else {
      Fbp<Geometry, SoftwareInterp> const fbp{scan, Grid::centered({x, y, z}, {1, 1, 1})};
      fbp(executor, ArrayView<float const, 3>{projections, {u, v, views}},
          ArrayView<float, 3>{image, {x, y, z}});
    }
    return 1;
  } catch (std::exception const& error) {
    std::printf("%s\n", error.what());
    return 0;
  }
}

}  // namespace

#define PYRONN_TEST_IMAGE(name, Geometry)                                                  \
  extern "C" __attribute__((visibility("default"))) int name(                              \
      double const* vectors, Sizes const* sizes, float const* projections, float* image) { \
    return image_of<Geometry>(vectors, *sizes, projections, image);                        \
  }

PYRONN_TEST_IMAGE(parallel_image, ParallelBeam2D)
PYRONN_TEST_IMAGE(fan_image, FanBeam)
PYRONN_TEST_IMAGE(arc_image, ArcFanBeam)
PYRONN_TEST_IMAGE(cone_image, ConeBeam)
