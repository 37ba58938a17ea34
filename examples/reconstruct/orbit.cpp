// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "orbit.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>

#include <pyronn/core/error.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/scan/row_extension.hpp>

#include "backend.hpp"
#include "options.hpp"

namespace example {
namespace {

/// The weights of a source's short scan, of what all views see: Parker's need so much more than
/// half a turn as the fan opens.
pyronn::Redundancy short_scan_redundancy(pyronn::CircularScan const& circle) {
  double const before = circle.axis_column + 0.5;
  double const columns = std::min(before, circle.size[0] - before);
  double const aside = columns * circle.pixel[0] / circle.source_detector;
  double const fan = circle.shape == pyronn::DetectorShape::arc ? aside : std::atan(aside);
  auto const [low, high] = std::minmax_element(circle.angles.begin(), circle.angles.end());
  bool const is_enough = *high - *low >= pyronn::pi + 2 * fan;
  return is_enough ? pyronn::Redundancy::parker : pyronn::Redundancy::riess;
}

}  // namespace

void choose_redundancy(pyronn::Scan& scan, pyronn::Grid const& grid, pyronn::FbpOptions& options) {
  try {
    return check_orbit(scan, grid, options);
  } catch (pyronn::InvalidArgument const&) {
    bool const is_half_turn =
        scan.circle && !pyronn::is_full_turn(*scan.circle) && pyronn::is_half_turn(*scan.circle);
    if (!is_half_turn || options.redundancy != pyronn::Redundancy::automatic) throw;
  }
  options.redundancy = scan.circle->is_parallel() ? pyronn::Redundancy::uniform
                                                  : short_scan_redundancy(*scan.circle);
  check_orbit(scan, grid, options);
  std::string const name =
      Options::redundancy_names()[static_cast<std::size_t>(options.redundancy)];
  scan.facts.push_back({"redundancy", name, pyronn::ScanFact::Origin::assumed,
                        "all views see the object to either side"});
}

}  // namespace example
