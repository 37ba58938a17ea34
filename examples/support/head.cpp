// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "head.hpp"

#include <cmath>
#include <cstddef>
#include <cstdio>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/vec.hpp>

#include "picture.hpp"

namespace example {
namespace {

/// Calls `use` with each voxel's number and its place, the grid's half width being 1.
template <class Use>
void for_each_voxel(pyronn::Grid const& grid, Use const& use) {
  double const half_width = 0.5 * grid.size[0] * grid.spacing[0];
  std::size_t n = 0;
  for (int z = 0; z < grid.size[2]; ++z) {
    for (int y = 0; y < grid.size[1]; ++y) {
      for (int x = 0; x < grid.size[0]; ++x, ++n) {
        use(n,
            1 / half_width * grid.to_world(pyronn::vec_cast<double>(pyronn::Vec<int, 3>{x, y, z})));
      }
    }
  }
}

double relative_error(pyronn::Grid const& grid, std::vector<float> const& found,
                      std::vector<float> const& truth) {
  double squares = 0;
  double truth_squares = 0;
  for_each_voxel(grid, [&](std::size_t n, pyronn::Vec3d const& place) {
    if (std::hypot(place[0], place[1]) > 1) return;
    auto const expected = static_cast<double>(truth[n]);
    double const difference = static_cast<double>(found[n]) - expected;
    squares += difference * difference;
    truth_squares += expected * expected;
  });
  return std::sqrt(squares / truth_squares);
}

/// The mean of a ball in the brain, away from all details.
double brain_mean(pyronn::Grid const& grid, std::vector<float> const& values) {
  double sum = 0;
  int count = 0;
  for_each_voxel(grid, [&](std::size_t n, pyronn::Vec3d const& place) {
    if (length(place - pyronn::Vec3d{0.35, 0.52, 0}) > 0.1) return;
    sum += static_cast<double>(values[n]);
    ++count;
  });
  return sum / count;
}

Picture rows_of(Picture const& above, Picture const& below) {
  Picture both{above.width, above.height + below.height, above.pixels};
  both.pixels.insert(both.pixels.end(), below.pixels.begin(), below.pixels.end());
  return both;
}

Picture found_and_truth(pyronn::Grid const& grid, std::vector<float> const& found,
                        std::vector<float> const& truth) {
  if (grid.size[2] == 1) {
    return side_by_side({{grid.size[0], grid.size[1], found}, {grid.size[0], grid.size[1], truth}},
                        0);
  }
  auto const slices = [&](std::vector<float> const& values) {
    return side_by_side(middle_slices({values.data(), grid.size}, grid), 0);
  };
  return rows_of(slices(found), slices(truth));
}

/// Prints a figure; true if it is within its bound.
bool holds(char const* what, double error, double bound) {
  std::printf("%s: %.4f (bound %.4f)%s\n", what, error, bound, error <= bound ? "" : " IS WRONG");
  return error <= bound;
}

}  // namespace

bool check_head(Settings const& settings, pyronn::Grid const& grid, std::vector<float> const& found,
                std::vector<float> const& truth, HeadBounds const& bounds) {
  write_png(settings.png, found_and_truth(grid, found, truth), {0, 0.45 * head_scale});
  double const expected = 0.2 * head_scale;
  double const brain = brain_mean(grid, found);
  std::printf("attenuation of the brain: %.5f / mm, should be %.5f\n", brain, expected);
  double const coarseness = static_cast<double>(settings.full_size) / settings.size;
  bool const is_bright =
      holds("its relative error", std::abs(brain / expected - 1), bounds.brain * coarseness);
  return holds("relative L2 error in the field of view", relative_error(grid, found, truth),
               bounds.error * std::sqrt(coarseness)) &&
         is_bright;
}

}  // namespace example
