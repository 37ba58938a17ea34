// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// Which sample's geometry an error is about, where each has its own.
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/cpu.hpp>

#include "support/temporary_folder.hpp"

using pyronn::ArcFanBeam;
using pyronn::equal_angles;
using pyronn::Grid;
using pyronn::pi;
using pyronn::SoftwareInterp;
using test::says;

namespace {

/// A geometry of one's own, whose sizes are what they are said to be.
struct SizedScan {
  pyronn::Extents<2> size;
  int views;
  [[nodiscard]] int num_views() const { return views; }
  [[nodiscard]] pyronn::Extents<2> detector_size() const { return size; }
  [[nodiscard]] pyronn::ParallelView view(int) const {
    return {{{1, 0, 0}, {0, 0, 0}, {0, 1, 0}, {0, 0, 1}}, {1, 1}};
  }
};

/// What an operator says of the geometries; nothing where it takes them.
template <class Operator, class Geometry>
std::string refusal(std::vector<Geometry> const& scans, Grid const& grid) {
  try {
    static_cast<void>(Operator::per_sample(scans, grid));
  } catch (pyronn::InvalidArgument const& error) {
    return error.what();
  }
  return {};
}

bool holds(std::string const& text, char const* part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(sample_errors)

// Which of the geometries it is, and nothing of samples where there is one.
BOOST_AUTO_TEST_CASE(of_sizes) {
  Grid const grid = Grid::centered({4, 4, 4}, {1, 1, 1});
  using Op = pyronn::Backprojector<SizedScan, pyronn::SoftwareInterp>;
  auto const text_of = [&](std::vector<SizedScan> const& scans) {
    return refusal<Op>(scans, grid);
  };
  SizedScan const good{{3, 2}, 4};
  SizedScan const empty{{3, 2}, 0};
  BOOST_TEST(text_of({good, good}) == "");
  BOOST_TEST(text_of({empty}) ==
             "pyronn::Backprojector: the geometry's extents (u, v, view) (3, 2, 0) must be at "
             "least 1");
  BOOST_TEST(text_of({empty, good}) ==
             "pyronn::Backprojector: the geometry's extents (u, v, view) (3, 2, 0) must be at "
             "least 1 (sample 0)");
  BOOST_TEST(text_of({good, good, empty, good}) ==
             "pyronn::Backprojector: all geometries must have 4 views of (3, 2) pixels, as that of "
             "sample 0, but that of sample 2 has 0 of (3, 2)");
  BOOST_TEST(holds(text_of({good, {{2, 3}, 4}}), "that of sample 1 has 4 of (2, 3)"));
}

// Views with lengths beyond single precision: of which view and sample.
BOOST_AUTO_TEST_CASE(of_views) {
  Grid const grid = Grid::flat({4, 4}, {1e8, 1e8});
  pyronn::FanVectors const good{{50, 0}, {-50, 0}, {0, 1}};
  pyronn::FanVectors const endless{{2e11, 0}, {-2e11, 0}, {0, 1}};
  auto const scan = pyronn::FanBeam::from_vectors(5, {good, good, good});
  auto const wrong = pyronn::FanBeam::from_vectors(5, {good, good, endless});
  using Op = pyronn::Backprojector<pyronn::FanBeam, pyronn::SoftwareInterp>;
  BOOST_CHECK_EXCEPTION((Op::per_sample({scan, wrong}, grid)), pyronn::InvalidArgument,
                        says("too much for single precision; are all lengths in mm? (view 2) "
                             "(sample 1)"));
  BOOST_CHECK_EXCEPTION((Op{wrong, grid}), pyronn::InvalidArgument, says("in mm? (view 2)"));
}

BOOST_AUTO_TEST_CASE(of_filtered_backprojection) {
  Grid const grid = Grid::flat({5, 5}, {1, 1});
  auto const scan = [](double range, double spacing = 1) {
    return ArcFanBeam::circular({100, 170, equal_angles(50, 0.2, range)}, {20, spacing});
  };
  using Op = pyronn::Fbp<ArcFanBeam, SoftwareInterp>;
  auto const text_of = [&](std::vector<ArcFanBeam> const& scans) {
    return refusal<Op>(scans, grid);
  };
  BOOST_TEST(text_of({scan(2 * pi), scan(4)}) == "");
  std::string const alone = text_of({scan(3)});
  BOOST_TEST(holds(alone, "at least 180 are needed"));
  BOOST_TEST(text_of({scan(2 * pi), scan(4), scan(3)}) == alone + " (sample 2)");
  BOOST_TEST(holds(text_of({scan(2 * pi), scan(4, 1.1)}),
                   "equally many fan angles apart, but in view 0 there are steps of 0.0064"));
  BOOST_TEST(holds(text_of({scan(2 * pi), scan(4, 1.1)}), "(sample 1)"));
}

BOOST_AUTO_TEST_SUITE_END()
