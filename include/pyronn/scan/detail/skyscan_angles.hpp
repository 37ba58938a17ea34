// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The angles of a SkyScan scan: equal steps, of which the last may be the first again.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include <pyronn/core/math.hpp>
#include <pyronn/scan/detail/settings_text.hpp>
#include <pyronn/scan/scan_facts.hpp>

namespace pyronn::detail {

/// The section that says how a scan was made.
inline constexpr char const* skyscan_section = "Acquisition";

class SkyscanAngles {
 public:
  explicit SkyscanAngles(SettingsText const& settings) : settings_{settings} {}

  /// The angles [rad] of the views among `images` images: of all, or of all but the last one.
  /// Throws FileError.
  [[nodiscard]] std::vector<double> read(int images, ScanFacts& facts) const {
    double const step = read_step(images);
    int const views = count_views(images, step, facts);
    check_files(images, views);
    double const start = settings_.degrees(section, "Scanning Start Angle").value_or(0);
    facts.note<std::string>("angles", "steps of " + message(step) + " degrees", Origin::file,
                            "Rotation Step (deg)");
    std::vector<double> angles(static_cast<std::size_t>(views));
    for (std::size_t i = 0; i < angles.size(); ++i) {
      angles[i] = (start + static_cast<double>(i) * step) * (pi / 180);
    }
    return angles;
  }

 private:
  static constexpr char const* section = skyscan_section;
  using Origin = ScanFact::Origin;

  [[nodiscard]] double read_step(int images) const {
    auto const step = settings_.degrees(section, "Rotation Step");
    if (!step) settings_.fail("Rotation Step (deg)", "is missing");
    if (!(*step > 0)) settings_.fail("Rotation Step (deg)", "is ", *step, ", and must be positive");
    double const range = images * *step;
    for (double const turn : {pi, 2 * pi}) {
      constexpr int few = 8;  // of which nothing is told
      if (images < few || std::abs(range - turn) > 1.5 * *step) continue;
      settings_.fail("Rotation Step (deg)", "is ", *step, " of ", images,
                     " images, which makes a turn, or half of one, in radians; write degrees");
    }
    return *step;
  }

  /// A full turn may end where it began. Steps are rounded in the file, or none fits a turn.
  int count_views(int images, double step, ScanFacts& facts) const {
    constexpr double full = 360;
    double const last = (images - 1) * step;
    auto const is_full = settings_.is_on(section, "Use 360 Rotation");
    bool const is_one_too_many = last > full - 0.25 * step && last < full + 0.75 * step;
    if (is_one_too_many && is_full.value_or(true)) {
      facts.note<std::string>("last image", "left out", Origin::assumed,
                              "it is at the angle of the first");
      return images - 1;
    }
    auto const refuse = [&](char const* said, char const* found) {
      settings_.fail("Use 360 Rotation", "is ", said, ", but ", images, " images in steps of ",
                     step, " degrees are ", found);
    };
    double const tolerance = std::max(step, 0.01 * full);
    bool const is_turn = std::abs(images * step - full) <= tolerance;
    if (is_full.value_or(false) && !is_turn) refuse("YES", "no turn");
    bool const is_beyond = last > full - 0.25 * step;
    if (is_beyond && !is_full.value_or(false))
      refuse(is_full ? "NO" : "missing", "more than a turn");
    constexpr double half = 180;
    bool const is_short = last < half - 1.5 * step;
    if (is_short && !is_full.value_or(true)) refuse("NO", "less than half a turn");
    return images;
  }

  /// Throws FileError where images are missing; one that was too many may be.
  void check_files(int images, int views) const {
    auto const said = settings_.count(section, "Number of Files", 1);
    if (!said || *said == images) return;
    bool const is_last_gone = *said == images + 1 && views == images && is_full_turn_of(images);
    if (is_last_gone) return;
    settings_.fail("Number of Files", "is ", *said, ", but there are ", images,
                   " images; views must not be missing");
  }

  [[nodiscard]] bool is_full_turn_of(int images) const {
    double const step = settings_.degrees(section, "Rotation Step").value_or(1);
    return std::abs(images * step - 360) < 0.5 * step;
  }

  SettingsText const& settings_;
};

}  // namespace pyronn::detail
