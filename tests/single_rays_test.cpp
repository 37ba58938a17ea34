// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "support/backends.hpp"
//
#include <cstddef>
#include <fstream>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include <pyronn/pyronn.hpp>

#include "support/data.hpp"
#include "support/numbers.hpp"
#include "support/operators.hpp"

namespace {

/// A geometry of lines from point to point, as a tomograph for positrons has them: one view, whose
/// pixels are the lines.
class LineList {
 public:
  struct Line {
    pyronn::Vec3d start, end;
  };
  static constexpr int most_lines = 16;

  struct View {
    Line lines[most_lines];
    PYRONN_HOST_DEVICE pyronn::Ray<double> ray(double u, double) const {
      Line const& line = lines[static_cast<int>(u)];
      return {line.start, line.end - line.start, 0.0, 1.0};
    }
  };

  explicit LineList(std::vector<Line> const& lines) : count_{static_cast<int>(lines.size())} {
    for (int n = 0; n < count_; ++n) view_.lines[n] = lines.at(static_cast<std::size_t>(n));
  }

  PYRONN_HOST_DEVICE int num_views() const { return 1; }
  PYRONN_HOST_DEVICE pyronn::Extents<2> detector_size() const { return {count_, 1}; }
  PYRONN_HOST_DEVICE View view(int) const { return view_; }

 private:
  View view_{};
  int count_;
};

/// The cases count axes from the slowest in memory on: their axis 2 is our x.
pyronn::Vec3d turned(nlohmann::json const& triple) {
  return {triple[2].get<double>(), triple[1].get<double>(), triple[0].get<double>()};
}

struct SingleRays {
  LineList lines;
  pyronn::Grid grid;
  std::vector<double> expected;
};

SingleRays read_case(char const* name, char const* start, char const* end) {
  std::ifstream file{test::data_path("oracles/joseph_parallelproj/case.json")};
  nlohmann::json const found = nlohmann::json::parse(file).at(name);
  pyronn::Vec3d const shape = turned(found.at("shape"));
  auto const grid = pyronn::Grid::centered(
      {static_cast<int>(shape[0]), static_cast<int>(shape[1]), static_cast<int>(shape[2])},
      turned(found.at("voxel_size")));
  bool const in_indices = std::string{start} != "start";
  auto const to_world = [&](nlohmann::json const& point) {
    return in_indices ? grid.to_world(turned(point)) : turned(point);
  };
  std::vector<LineList::Line> lines;
  for (std::size_t n = 0; n < found.at(start).size(); ++n) {
    lines.push_back({to_world(found.at(start)[n]), to_world(found.at(end)[n])});
  }
  return {LineList{lines}, grid, found.at("expected").get<std::vector<double>>()};
}

void check_rays(SingleRays const& rays, std::vector<float> const& image, double tolerance) {
  pyronn::Projector<LineList, pyronn::SoftwareInterp> const op{rays.lines, rays.grid};
  auto const found = test::run(op, image);
  BOOST_TEST_REQUIRE(found.size() == rays.expected.size());
  for (std::size_t n = 0; n < found.size(); ++n) {
    BOOST_TEST_CONTEXT("ray " << n) {
      BOOST_TEST(static_cast<double>(found[n]) == rays.expected[n],
                 boost::test_tools::tolerance(tolerance));
    }
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(single_rays, *boost::unit_test::precondition(test::device_present) *
                                       boost::unit_test::precondition(test::DataPresent{
                                           "oracles/joseph_parallelproj"}))

BOOST_AUTO_TEST_CASE(through_a_small_image) {
  std::vector<float> image;
  for (int n = 1; n <= 24; ++n) image.push_back(static_cast<float>(n));
  check_rays(read_case("small", "ray_start_in_voxel_indices", "ray_end_in_voxel_indices"), image,
             1e-6);
}

BOOST_AUTO_TEST_CASE(through_a_cube_of_anisotropic_voxels) {
  auto const rays = read_case("box", "start", "end");
  check_rays(rays, std::vector<float>(static_cast<std::size_t>(rays.grid.size.count()), 1.0F),
             1e-5);
}

BOOST_AUTO_TEST_SUITE_END()
