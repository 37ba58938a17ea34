// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "orbit.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

#include <pyronn/core/error.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/recon/fbp/option_names.hpp>
#include <pyronn/scan/row_extension.hpp>

#include "backend.hpp"
#include "number_text.hpp"
#include "options.hpp"

namespace example {
namespace {

/// The weights of a source's short scan, of what all views see: Parker's need so much more than
/// half a turn as the fan opens.
pyronn::Redundancy short_scan_redundancy(pyronn::CircularScan const& circle) {
  double const before = circle.column_of_axis() + 0.5;
  double const columns = std::min(before, circle.size[0] - before);
  double const aside = columns * circle.pixel[0] / circle.source_detector;
  double const fan = circle.shape == pyronn::DetectorShape::arc ? aside : std::atan(aside);
  auto const [low, high] = std::minmax_element(circle.angles.begin(), circle.angles.end());
  bool const is_enough = *high - *low >= pyronn::pi + 2 * fan;
  return is_enough ? pyronn::Redundancy::parker : pyronn::Redundancy::riess;
}

/// What is chosen where the scan's own weights cannot be had, and why.
struct Substitute {
  pyronn::Redundancy redundancy;
  std::string why;
};

/// Of less than a full turn whose axis is aside, and of a full turn whose rows are turned so much
/// that they do not complete one another: if opposite views see most of the same.
std::optional<Substitute> substitute_of(pyronn::CircularScan const& circle) {
  using pyronn::Redundancy;
  if (!pyronn::is_full_turn(circle)) {
    if (!pyronn::is_half_turn(circle)) return std::nullopt;
    return Substitute{circle.is_parallel() ? Redundancy::uniform : short_scan_redundancy(circle),
                      "all views see the object to either side"};
  }
  constexpr double most_roll = pyronn::pi / 180;  // of Wang's weights
  constexpr double enough = 0.75;
  double const before = circle.column_of_axis() + 0.5;
  double const behind = circle.size[0] - before;
  bool const is_mostly_seen = std::min(before, behind) >= enough * std::max(before, behind);
  if (std::abs(circle.roll) <= most_roll || !is_mostly_seen) return std::nullopt;
  return Substitute{Redundancy::uniform,
                    "the object lies within " + rough_text(std::min(before, behind)) +
                        " columns of the axis; weights for more want a roll below 1 degree"};
}

}  // namespace

void choose_redundancy(pyronn::Scan& scan, pyronn::Grid const& grid, pyronn::FbpOptions& options) {
  std::optional<Substitute> substitute;
  if (scan.circle && options.redundancy == pyronn::Redundancy::automatic) {
    substitute = substitute_of(*scan.circle);
  }
  try {
    return check_orbit(scan, grid, options);
  } catch (pyronn::InvalidArgument const&) {
    if (!substitute) throw;
  }
  options.redundancy = substitute->redundancy;
  check_orbit(scan, grid, options);
  scan.facts.push_back({"redundancy", pyronn::name_of(options.redundancy),
                        pyronn::ScanFact::Origin::assumed, substitute->why});
}

}  // namespace example
