// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "data.hpp"

#include <algorithm>
#include <cmath>
#include <exception>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include <pyronn/cpu.hpp>
#include <pyronn/interop/fbp_array_kernels.hpp>
#include <pyronn/phantom/phantom.hpp>
#include <pyronn/phantom/random_scene.hpp>
#include <pyronn/phantom/shepp_logan.hpp>

#include "operators.hpp"

namespace {

using namespace pyronn;

constexpr int points_per_pixel = 8;  // along each axis, for the mean over a pixel

void require_positive(char const* what, int value) {
  if (value >= 1) return;
  throw std::invalid_argument(std::string{what} + " is " + std::to_string(value) +
                              "; it must be at least 1");
}

/// What is thrown becomes a sentence, as it must not leave a function of C.
template <class Function>
char const* guarded(Function const& function) noexcept {
  static thread_local std::string sentence;
  try {
    function();
    return nullptr;
  } catch (std::exception const& error) {
    try {
      sentence = error.what();
      return sentence.c_str();
    } catch (...) {
    }
  } catch (...) {
  }
  return "the arrays were not made";
}

/// One image of each phantom, pixels of 1 mm.
void draw(std::vector<Phantom> const& phantoms, int size, float* values) {
  require_positive("the number of images", static_cast<int>(phantoms.size()));
  require_positive("the size", size);
  ArrayView<float, 3> const images{values, {size, size, static_cast<int>(phantoms.size())}};
  voxelise(CpuExecutor{}, phantoms, Grid::flat({size, size}, {1, 1}), images, points_per_pixel);
}

/// A number from 0 to 1; distributions of the standard library differ from one to the next.
double uniform(std::mt19937& generator) { return static_cast<double>(generator()) / 4294967296; }

Body rectangle(int size, std::mt19937& generator) {
  double const radius = 0.5 * size - 1;
  Vec2d const half_widths{(0.05 + 0.45 * uniform(generator)) * radius,
                          (0.05 + 0.45 * uniform(generator)) * radius};
  double const free = radius - std::hypot(half_widths[0], half_widths[1]);
  double const distance = free * std::sqrt(uniform(generator));
  double const direction = 2 * pi * uniform(generator);
  return Body::rectangle({distance * std::cos(direction), distance * std::sin(direction)},
                         half_widths, 1, pi * uniform(generator));
}

}  // namespace

namespace known_operators {

FbpArrays const& parallel_fbp() {
  static CpuFbpArrays<ParallelBeam2D> const made;
  return made;
}
FbpArrays const& cone_fbp() {
  static CpuFbpArrays<ConeBeam> const made;
  return made;
}

}  // namespace known_operators

char const* known_head_3d(int size, float* values) {
  return guarded([&] {
    require_positive("the size", size);
    ArrayView<float, 3> const volume{values, {size, size, size}};
    voxelise(CpuExecutor{}, shepp_logan_3d_high_contrast(0.5 * size, 1),
             Grid::centered({size, size, size}, {1, 1, 1}), volume, 2);
  });
}

char const* known_head_2d(int size, float* values) {
  return guarded(
      [&] { draw({shepp_logan_2d(0.5 * size, 1, SheppLoganContrast::high)}, size, values); });
}

char const* known_discs(int size, int count, double const* radii, float* values) {
  return guarded([&] {
    std::vector<Phantom> discs;
    for (int n = 0; n < count; ++n) {
      discs.push_back({Body::ellipse({0, 0}, {radii[n], radii[n]}, 1)});
    }
    draw(discs, size, values);
  });
}

char const* known_rectangles(int size, int count, std::uint32_t seed, float* values) {
  return guarded([&] {
    std::mt19937 generator{seed};
    std::vector<Phantom> rectangles;
    for (int n = 0; n < count; ++n) rectangles.push_back({rectangle(size, generator)});
    draw(rectangles, size, values);
  });
}

char const* known_scenes(int size, int count, std::uint32_t seed, float* values) {
  return guarded([&] {
    constexpr int bodies = 8;
    std::vector<Phantom> scenes;
    for (int n = 0; n < count; ++n) {
      std::uint64_t const seed_of_scene = std::uint64_t{seed} + static_cast<std::uint64_t>(n);
      scenes.push_back(random_scene_2d(seed_of_scene, bodies, 0.5 * size - 1, 1));
    }
    draw(scenes, size, values);
  });
}

char const* known_fdk_arrays(double const* scan, int views, int v, int u, float* weights,
                             float* response) {
  return guarded([&] {
    require_positive("the number of views", views);
    std::vector<ConeVectors> vectors(static_cast<std::size_t>(views));
    std::copy_n(scan, 12 * vectors.size(), &vectors[0].source[0]);
    ConeBeam const beam = ConeBeam::from_vectors({u, v}, vectors);
    ArrayView<float, 3> const array{weights, {u, v, views}};
    fbp_weights(CpuExecutor{}, beam, array);
    std::vector<float> const ram_lak = filter_response(u, FilterWindow::ram_lak);
    std::copy(ram_lak.begin(), ram_lak.end(), response);
  });
}

int known_response_length(int u) {
  int length = 0;
  guarded([&] { length = filter_response_length(u); });
  return length;
}
