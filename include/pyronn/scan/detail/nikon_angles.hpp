// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The angles of a Nikon scan, which stand in up to three files.
///
/// Nikon's program takes InitialAngle and AngularStep, or the .ang file where AngleFile_Use says
/// so. CIL takes the former always; TIGRE the .ang file first, then _ctdata.txt (what the stage
/// read when images were taken), then the former.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <pyronn/core/math.hpp>
#include <pyronn/scan/detail/angle_table.hpp>
#include <pyronn/scan/detail/settings_text.hpp>
#include <pyronn/scan/scan_facts.hpp>

namespace pyronn::detail {

/// Angles of one file beside the scan [degrees].
struct NikonAngleTable {
  std::filesystem::path path;
  std::vector<double> angles;
};

/// The files with angles that are there.
struct NikonAngleTables {
  std::optional<NikonAngleTable> ang;
  std::optional<NikonAngleTable> ctdata;
};

class NikonAngles {
 public:
  NikonAngles(SettingsText const& settings, NikonAngleTables const& tables)
      : settings_{settings}, tables_{tables} {}

  /// The angles [rad] of all views. Throws FileError.
  [[nodiscard]] std::vector<double> read(int count, ScanFacts& facts) const {
    std::vector<double> angles = choose(count, facts);
    for (double& angle : angles) angle *= pi / 180;
    return angles;
  }

 private:
  static constexpr char const* section = "XTekCT";
  using Origin = ScanFact::Origin;

  [[nodiscard]] std::vector<double> choose(int count, ScanFacts& facts) const {
    auto const steps = equal_steps(count);
    auto const is_told = settings_.is_on("CTPro", "AngleFile_Use");
    if (is_told.value_or(false) && tables_.ang) {
      facts.note(what, name(*tables_.ang), Origin::file, "AngleFile_Use");
      return of_table(*tables_.ang, count, steps, facts);
    }
    if (is_told.value_or(false) &&
        !settings_.is_on("CTPro", "AngleFile_IgnoreErrors").value_or(true)) {
      settings_.fail("AngleFile_Use", "is True, but there is no .ang file beside this one");
    }
    if (!steps) return without_steps(count, facts);
    bool const is_ang_better = !is_told && tables_.ang && !agrees(*tables_.ang, *steps) &&
                               tables_.ang->angles.size() == steps->size();
    if (is_ang_better) {
      facts.note(what, name(*tables_.ang), Origin::assumed,
                 "it lists every view and its angles are no equal steps");
      return of_table(*tables_.ang, count, steps, facts);
    }
    facts.note<std::string>(what, "InitialAngle and AngularStep", Origin::file,
                            "as Nikon's program has it");
    for (auto const* const table : {&tables_.ang, &tables_.ctdata}) {
      if (*table) note_unused(**table, *steps, facts);
    }
    return *steps;
  }

  [[nodiscard]] std::vector<double> without_steps(int count, ScanFacts& facts) const {
    for (auto const* const table : {&tables_.ang, &tables_.ctdata}) {
      if (!*table) continue;
      facts.note(what, name(**table), Origin::assumed, "there is no AngularStep");
      return of_table(**table, count, {}, facts);
    }
    settings_.fail("AngularStep", "is missing, and no file beside this one has angles");
  }

  /// Nothing where the step is missing.
  [[nodiscard]] std::optional<std::vector<double>> equal_steps(int count) const {
    auto const step = settings_.degrees(section, "AngularStep");
    if (!step) return std::nullopt;
    double const first = settings_.degrees(section, "InitialAngle").value_or(0);
    std::vector<double> angles(static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < angles.size(); ++i) {
      angles[i] = first + static_cast<double>(i) * *step;
    }
    check_range(angles, "AngularStep", settings_.path());
    return angles;
  }

  /// Throws FileError for ranges that are of another unit.
  static void check_range(std::vector<double> const& angles, char const* key,
                          std::filesystem::path const& path) {
    if (angles.size() < 2) return;
    auto const [low, high] = std::minmax_element(angles.begin(), angles.end());
    double const step = (*high - *low) / static_cast<double>(angles.size() - 1);
    if (!(step > 0)) fail_file(path, key, ": all views are at the same angle");
    constexpr double most = 25 * 360;
    if (!(*high - *low <= most)) {
      fail_file(path, key, ": views turn by ", rounded(*high - *low),
                " degrees, more than any scan");
    }
    constexpr std::size_t few = 8;  // of which a limited angle may be made
    for (double const turn : {pi, 2 * pi}) {
      if (angles.size() < few || std::abs(*high - *low + 0.5 * step - turn) > step) continue;
      fail_file(path, key, ": views turn by ", rounded(*high - *low),
                " degrees, which is a turn, or half of one, in radians; write degrees");
    }
  }

  /// The scanner may have gone on by a view.
  [[nodiscard]] static bool is_of(NikonAngleTable const& table, std::size_t count) {
    return table.angles.size() == count || table.angles.size() == count + 1;
  }

  [[nodiscard]] std::vector<double> of_table(NikonAngleTable const& table, int count,
                                             std::optional<std::vector<double>> const& steps,
                                             ScanFacts& facts) const {
    auto const views = static_cast<std::size_t>(count);
    if (!is_of(table, views)) {
      fail_file(table.path, "has ", counted(table.angles.size(), "angle"), " of ",
                counted(count, "view"));
    }
    std::vector<double> angles(table.angles.begin(), table.angles.begin() + count);
    check_range(angles, "angles", table.path);
    bool const is_reversed =
        steps && distance_of_angles(angles, *steps, -1) < distance_of_angles(angles, *steps, 1);
    if (is_reversed) {
      facts.note<std::string>("sense of " + name(table), "against AngularStep", Origin::assumed,
                              "negated, as it then is near to equal steps");
      for (double& angle : angles) angle = -angle;
    }
    return angles;
  }

  /// Within half a step, in either sense.
  [[nodiscard]] static double distance(NikonAngleTable const& table,
                                       std::vector<double> const& steps) {
    return std::min(distance_of_angles(table.angles, steps, 1),
                    distance_of_angles(table.angles, steps, -1));
  }
  [[nodiscard]] static bool agrees(NikonAngleTable const& table, std::vector<double> const& steps) {
    if (!is_of(table, steps.size())) return false;
    if (steps.size() < 2) return true;
    return distance(table, steps) <= 0.5 * std::abs(steps[1] - steps[0]);
  }

  void note_unused(NikonAngleTable const& table, std::vector<double> const& steps,
                   ScanFacts& facts) const {
    if (!is_of(table, steps.size())) {
      facts.note(name(table), table.angles.size(), Origin::assumed,
                 "not used: it has so many angles, of " + message(steps.size()) + " views");
      return;
    }
    facts.note(name(table), distance(table, steps), Origin::assumed,
               agrees(table, steps)
                   ? "not used: it has other angles by so many degrees at most"
                   : "not used: it has other angles by so many degrees, more than half a step");
  }

  static std::string name(NikonAngleTable const& table) { return table.path.filename().string(); }

  static constexpr char const* what = "angles";
  SettingsText const& settings_;
  NikonAngleTables const& tables_;
};

}  // namespace pyronn::detail
