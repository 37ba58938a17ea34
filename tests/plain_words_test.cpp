// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

/// What the library refuses, as the example `reconstruct` says it: without words of C++.
#include "../examples/reconstruct/plain_words.hpp"

#include <cstddef>
#include <functional>
#include <regex>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/backend/cpu/executor.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/interp/software_interp.hpp>
#include <pyronn/recon/fbp/fbp.hpp>
#include <pyronn/scan/circular_scan.hpp>
#include <pyronn/scan/rotation_axis.hpp>
#include <pyronn/scan/scan.hpp>
#include <pyronn/scan/volume_of_scan.hpp>

namespace {

using pyronn::CircularScan;
using pyronn::Redundancy;

std::vector<double> angles(int count, double range) {
  std::vector<double> result;
  for (int n = 0; n < count; ++n) result.push_back(range * n / count);
  return result;
}

CircularScan cone(double range) {
  CircularScan scan{{32, 8}, {1, 1}, angles(60, range)};
  scan.source_isocenter = 100;
  scan.source_detector = 150;
  return scan;
}

CircularScan parallel(double range) { return {{32, 8}, {1, 1}, angles(60, range)}; }

/// Filtered backprojection of that scan.
void prepare(CircularScan const& scan, Redundancy redundancy = Redundancy::automatic) {
  std::visit(
      [&](auto const& geometry) {
        using Geometry = std::decay_t<decltype(geometry)>;
        auto const grid = pyronn::Grid::centered({8, 8, 8}, {1, 1, 1});
        static_cast<void>(pyronn::Fbp<Geometry, pyronn::SoftwareInterp>{
            geometry, grid, {pyronn::FilterWindow::ram_lak, redundancy}});
      },
      scan.geometry());
}

/// What a user of the program reads.
std::string said(std::function<void()> const& refuse) {
  try {
    refuse();
  } catch (pyronn::InvalidArgument const& error) {
    return example::plain_words(error.what());
  }
  BOOST_FAIL("nothing was refused");
  return "";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(plain_words)

BOOST_AUTO_TEST_CASE(no_word_of_cpp_is_left) {
  auto const seen_aside = [](CircularScan scan, double column) {
    scan.axis_column = column;
    return scan;
  };
  auto const with = [](CircularScan scan, auto const& change) {
    change(scan);
    return scan;
  };
  double const turn = 2 * pyronn::pi;
  std::vector<std::function<void()>> const refusals{
      [&] { prepare(parallel(2)); },
      [&] { prepare(cone(2), Redundancy::parker); },
      [&] { prepare(cone(4), Redundancy::wang); },
      [&] { prepare(parallel(4), Redundancy::riess); },
      [&] { prepare(seen_aside(cone(4), 5)); },
      [&] { prepare(seen_aside(cone(turn), 0)); },
      [&] { prepare(seen_aside(parallel(3.2), 5)); },
      [&] { prepare(with(cone(turn), [](CircularScan& scan) { scan.source_isocenter = 200; })); },
      [&] { prepare(with(cone(turn), [](CircularScan& scan) { scan.source_isocenter = -1; })); },
      [&] { prepare(with(cone(turn), [](CircularScan& scan) { scan.angles = {}; })); },
      [&] { prepare(with(cone(turn), [](CircularScan& scan) { scan.angles.back() = 900; })); },
      [&] {
        prepare(with(cone(turn), [](CircularScan& scan) { scan.pixel = {0, 1}; }));
      },
      [&] {
        prepare(with(cone(turn), [](CircularScan& scan) { scan.pixel = {1e300, 1}; }));
      },
      [&] { prepare(with(cone(turn), [](CircularScan& scan) { scan.roll = 1.5; })); },
      [&] { static_cast<void>(pyronn::volume_of_scan(seen_aside(parallel(turn), 99))); },
      [&] { pyronn::Scan{cone(turn).geometry()}.validate(); },
      [&] {
        auto const scan = with(parallel(turn), [](CircularScan& thin) { thin.size = {8, 1}; });
        std::vector<float> const lines(std::size_t{8} * 60);
        static_cast<void>(pyronn::find_rotation_axis(
            pyronn::CpuExecutor{1}, scan,
            pyronn::ProjectionView<float const>{lines.data(), {8, 1, 60}}));
      },
      [&] {
        std::vector<float> const lines(std::size_t{32} * 8 * 60, 1.0F);
        static_cast<void>(pyronn::find_rotation_axis(
            pyronn::CpuExecutor{1}, parallel(turn),
            pyronn::ProjectionView<float const>{lines.data(), {32, 8, 60}}));
      }};
  std::regex const internal{
      "::|^[A-Za-z]+[a-z][A-Z0-9][A-Za-z0-9]*: |[a-z]_[a-z]|^(Scan|Grid|Fbp|"
      "Detector): "};
  for (auto const& refuse : refusals) {
    std::string const words = said(refuse);
    BOOST_TEST_MESSAGE(words);
    BOOST_TEST(!std::regex_search(words, internal), words);
  }
}

BOOST_AUTO_TEST_CASE(options_stand_for_what_a_caller_gives) {
  BOOST_TEST(said([] { prepare(parallel(2)); }).find("; --redundancy uniform takes a limited") !=
             std::string::npos);
  BOOST_TEST(
      example::plain_words("a.log: pixel [mm]: is missing (Pixel), and was not given either") ==
      "a.log: pixel [mm]: is missing (Pixel); give it with --pixel");
  BOOST_TEST(example::plain_words("MyScan: CircularScan: roll") == "MyScan: roll");
}

BOOST_AUTO_TEST_SUITE_END()
