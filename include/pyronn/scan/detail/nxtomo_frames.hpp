// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Which frames of an NXtomo entry are views, darks and flats, and the angles of the views.
#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include <pyronn/scan/detail/nxtomo_entry.hpp>
#include <pyronn/scan/hdf5_images.hpp>
#include <pyronn/scan/reversed_images.hpp>
#include <pyronn/scan/scan.hpp>
#include <pyronn/scan/selected_images.hpp>

namespace pyronn::detail {

/// The frames of an entry by their image keys: 0 views, 1 flats, 2 darks, 3 invalid.
class NxtomoFrames {
 public:
  /// Throws FileError for keys and angles that do not fit to the frames.
  NxtomoFrames(NxtomoEntry const& entry, int count, ScanFacts& facts) : count_{count} {
    sort(entry, facts);
    if (views_.empty()) entry.fail("instrument/detector/image_key", ": has no view among ", count);
    read_angles(entry, facts);
  }

  [[nodiscard]] int count() const { return count_; }
  [[nodiscard]] std::vector<int> const& views() const { return views_; }
  [[nodiscard]] std::vector<int> const& flats() const { return flats_; }
  [[nodiscard]] std::vector<int> const& darks() const { return darks_; }
  [[nodiscard]] std::vector<double> const& angles() const { return angles_; }  ///< of views [rad]

  /// How many views come before each frame of a list.
  [[nodiscard]] std::vector<double> times(std::vector<int> const& frames) const {
    std::vector<double> result;
    for (int const frame : frames) {
      auto const before = std::lower_bound(views_.begin(), views_.end(), frame) - views_.begin();
      result.push_back(static_cast<double>(before));
    }
    return result;
  }

 private:
  void sort(NxtomoEntry const& entry, ScanFacts& facts) {
    std::string const key = "instrument/detector/image_key";
    std::string const control = "instrument/detector/image_key_control";
    auto keys = entry.numbers(key);
    auto const controls = entry.numbers(control);
    if (keys.empty()) keys = controls;
    if (keys.empty()) {
      facts.note("frames", count_, ScanFact::Origin::assumed,
                 "all are views: there is no image key");
      keys.resize(static_cast<std::size_t>(count_));
    }
    check_count(entry, key, keys.size());
    if (!controls.empty()) check_count(entry, control, controls.size());
    int aligned = 0;
    for (int frame = 0; frame < count_; ++frame) {
      auto const at = static_cast<std::size_t>(frame);
      bool const is_alignment = !controls.empty() && controls[at] == -1;
      aligned += is_alignment ? 1 : 0;
      if (is_alignment || keys[at] == 3) continue;
      if (keys[at] != 0 && keys[at] != 1 && keys[at] != 2) {
        entry.fail(key, ": is ", keys[at], " of frame ", frame, ", where 0 to 3 are known");
      }
      (keys[at] == 0 ? views_ : keys[at] == 1 ? flats_ : darks_).push_back(frame);
    }
    if (aligned > 0) {
      facts.note("alignment views", aligned, ScanFact::Origin::file,
                 control + " -1: they repeat angles and are left out");
    }
  }

  void check_count(NxtomoEntry const& entry, std::string const& field, std::size_t found) const {
    if (found == static_cast<std::size_t>(count_)) return;
    entry.fail(field, ": holds ", counted(found, "number"), " of ", counted(count_, "frame"));
  }

  void read_angles(NxtomoEntry const& entry, ScanFacts& facts) {
    std::string const field = "sample/rotation_angle";
    auto const all = entry.numbers(field);
    if (all.empty()) entry.fail(field, ": is missing");
    bool const is_of_frames = all.size() == static_cast<std::size_t>(count_);
    if (!is_of_frames && all.size() != views_.size()) {
      entry.fail(field, ": holds ", counted(all.size(), "angle"), " of ", counted(count_, "frame"),
                 ", of which ", views_.size(), " are views");
    }
    for (std::size_t i = 0; i < views_.size(); ++i) {
      angles_.push_back(all[is_of_frames ? static_cast<std::size_t>(views_[i]) : i]);
    }
    std::string const unit = entry.unit(field);
    double const rad =
        rad_of_angles(angles_, unit, [&](auto const&... parts) { entry.fail(field, parts...); });
    facts.note<std::string>("unit of angles", unit.empty() ? "degrees" : unit,
                            unit.empty() ? ScanFact::Origin::assumed : ScanFact::Origin::file,
                            unit.empty() ? field + " has none" : field);
    for (double& angle : angles_) angle *= rad;
  }

  int count_;
  std::vector<int> views_;
  std::vector<int> flats_;
  std::vector<int> darks_;
  std::vector<double> angles_;
};

}  // namespace pyronn::detail
