// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a Nikon .xtekct file says, without its images.
///
/// Public readers are CIL's (NikonDataReader) and TIGRE's (NikonDataLoader), which agree about the
/// sense of the angles and the side of the axis, and differ in what they take from where.
#include <array>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <pyronn/core/math.hpp>
#include <pyronn/scan/detail/nikon_angles.hpp>
#include <pyronn/scan/detail/settings_text.hpp>
#include <pyronn/scan/detail/turntable.hpp>
#include <pyronn/scan/image_stack.hpp>
#include <pyronn/scan/scan.hpp>
#include <pyronn/scan/volume_of_scan.hpp>

namespace pyronn::detail {

/// Makes a scan of the text and of images that somebody else opened.
class NikonFile {
 public:
  /// Throws FileError for what is no such file.
  NikonFile(std::filesystem::path path, std::string_view text)
      : settings_{std::move(path), text, section} {
    if (settings_.has_section("XTekHelixCT")) {
      settings_.fail("XTekHelixCT", "is a scan on a helix, which is not read; circles are");
    }
    bool const is_scan = settings_.find(section, "SrcToObject") != nullptr ||
                         settings_.find(section, "DetectorPixelsX") != nullptr;
    if (!is_scan) {
      settings_.fail("XTekCT", "has neither SrcToObject nor DetectorPixelsX; this is no .xtekct");
    }
  }

  /// What the names of images begin with, before their number; empty: any.
  [[nodiscard]] std::string image_prefix() const {
    std::string name = settings_.text(section, "InputName");
    if (name.empty()) name = settings_.text(section, "Name");
    std::string const separator = settings_.text(section, "InputSeparator");
    return name.empty() ? "" : name + (separator.empty() ? "_" : separator);
  }

  /// Where images are, as the file has it; empty: beside it.
  [[nodiscard]] std::string image_folder() const {
    return settings_.text(section, "InputFolderName");
  }

  /// The name of the scan, which files beside it may have, too.
  [[nodiscard]] std::string name() const { return settings_.text(section, "Name"); }

  /// The scan of these images. Throws FileError.
  [[nodiscard]] Scan scan(std::shared_ptr<ImageStack const> images, GivenOfScan const& given,
                          NikonAngleTables const& tables) const {
    try {
      Scan scan = read(std::move(images), given, tables);
      scan.validate();
      return scan;
    } catch (InvalidArgument const& error) {
      fail_file(settings_.path(), error.what());
    }
  }

 private:
  static constexpr char const* section = "XTekCT";
  using Origin = ScanFact::Origin;

  [[nodiscard]] Scan read(std::shared_ptr<ImageStack const> images, GivenOfScan const& given,
                          NikonAngleTables const& tables) const {
    ScanFacts facts;
    check_images(*images);
    Turntable table = read_table(*images, given, facts);
    table.angles = NikonAngles{settings_, tables}.read(images->extents()[2], facts);
    table.rotation =
        facts.choose<Rotation>("rotation", given.rotation, {{}, ""}, Rotation::clockwise,
                               "as CIL and TIGRE have it; z is along the rows");
    CircularScan circle = table.circle();
    if (given.axis_column) circle.axis_column = *given.axis_column;
    Scan scan{table.geometry()};
    if (table.tilt == 0) {
      scan.circle = circle;
    } else {
      scan.grid = volume_of_scan(circle);
    }
    scan.views = std::move(images);
    scan.measured = Measured::intensities;
    scan.full_intensity = white_level(*scan.views, facts);
    scan.hardening = hardening(facts);
    note_leftovers(facts);
    scan.facts = facts.list();
    return scan;
  }

  [[nodiscard]] double required(char const* key) const {
    auto const value = settings_.number(section, key);
    if (!value) settings_.fail(key, "is missing");
    return *value;
  }

  /// Throws FileError where the images are not what the file says.
  void check_images(ImageStack const& images) const {
    auto const check = [&](char const* key, int found, char const* what) {
      auto const said = settings_.count(section, key, 1);
      if (said && *said != found) {
        settings_.fail(key, "is ", *said, ", but the images have ", found, " ", what);
      }
    };
    check("DetectorPixelsX", images.extents()[0], "columns");
    check("DetectorPixelsY", images.extents()[1], "rows");
    auto const count = settings_.count(section, "Projections", 1);
    if (count && *count != images.extents()[2]) {
      settings_.fail("Projections", "is ", *count, ", but there are ", images.extents()[2],
                     " images; views must not be missing");
    }
    std::string const units = settings_.text(section, "Units");
    if (!units.empty() && mm_of_unit(units) != 1) {
      settings_.fail("Units", "is ", quoted(units), ", where mm is read");
    }
  }

  Turntable read_table(ImageStack const& images, GivenOfScan const& given, ScanFacts& facts) const {
    Turntable table{{images.extents()[0], images.extents()[1]}, {}, 0, 0, 0, 0, 0, {}, {}};
    auto const length = [&](char const* key) {
      return settings_.positive_length(section, key, "mm");
    };
    table.source_object = facts.require<double>("source-isocenter distance", given.source_isocenter,
                                                {length("SrcToObject"), "SrcToObject"});
    table.source_detector = facts.require<double>("source-detector distance", given.source_detector,
                                                  {length("SrcToDetector"), "SrcToDetector"});
    auto const x = length("DetectorPixelSizeX");
    auto const y = length("DetectorPixelSizeY");
    std::optional<Vec2d> pixel;
    if (x) pixel = Vec2d{*x, y.value_or(*x)};
    table.pixel = facts.require<Vec2d>("pixel [mm]", given.pixel, {pixel, "DetectorPixelSizeX"});
    table.axis_offset = read_axis(table, given, facts);
    table.roll =
        facts.choose_angle("roll", given.roll, read_roll(table), 0.0, "the file does not say it");
    table.tilt = read_tilt(facts);
    return table;
  }

  /// The middle of CentreOfRotationTop and Bottom, on the panel, or their difference over its
  /// height.
  [[nodiscard]] std::optional<double> of_ends(double top_factor, double bottom_factor) const {
    auto const top = settings_.length(section, "CentreOfRotationTop", "mm");
    auto const bottom = settings_.length(section, "CentreOfRotationBottom", "mm");
    if (!top && !bottom) return std::nullopt;
    return top_factor * top.value_or(0) + bottom_factor * bottom.value_or(0);
  }

  /// Whether ObjectOffsetX counts beside CentreOfRotationTop and Bottom: 0 is what it has where
  /// nobody set it.
  [[nodiscard]] bool has_object_offset() const {
    auto const offset = settings_.length(section, "ObjectOffsetX", "mm");
    return offset && (*offset != 0 || of_ends(0.5, 0.5).value_or(0) == 0);
  }

  /// The offset of the axis [mm]; 0 says that nobody has looked for it.
  double read_axis(Turntable const& table, GivenOfScan const& given, ScanFacts& facts) const {
    double const pixel_at_axis = table.pixel[0] * table.source_object / table.source_detector;
    double const middle = 0.5 * (table.size[0] - 1.0);
    auto offset = settings_.length(section, "ObjectOffsetX", "mm");
    std::string key = "ObjectOffsetX";
    auto const ends = of_ends(0.5, 0.5);
    if (!has_object_offset() && ends) {
      offset = *ends * table.source_object / table.source_detector;
      key = "CentreOfRotationTop and CentreOfRotationBottom";
    }
    bool const is_unknown = !offset || *offset == 0;
    auto const shift = settings_.length(section, "DetectorOffsetX", "mm").value_or(0);
    bool const is_shifted = shift != 0;
    FileValue<double> column{{}, key};
    if (!is_unknown && !is_shifted) column.value = middle + *offset / pixel_at_axis;
    std::string reason = "the middle of the panel";
    if (is_unknown && offset)
      reason += ": " + key + " is 0, so that nobody has looked for the axis";
    if (is_shifted) reason += ": public readers do not agree about DetectorOffsetX, which is not 0";
    double const seen =
        facts.choose<double>("axis column", given.axis_column, column, middle, reason);
    if (given.axis_column) return (seen - middle) * pixel_at_axis;
    if (column.value) {
      facts.note<std::string>("side of the axis", "later columns for a positive " + key,
                              Origin::assumed, "as CIL and TIGRE have it");
    }
    return column.value ? *offset : 0;
  }

  [[nodiscard]] FileValue<double> read_roll(Turntable const& table) const {
    if (auto const roll = settings_.degrees(section, "ObjectRoll")) {
      return {*roll * (pi / 180), "ObjectRoll"};
    }
    auto const difference = of_ends(-1, 1);
    if (!difference || *difference == 0) return {{}, ""};
    return {std::atan(*difference / (table.size[1] * table.pixel[1])),
            "CentreOfRotationTop and CentreOfRotationBottom"};
  }

  double read_tilt(ScanFacts& facts) const {
    double const tilt = settings_.degrees(section, "ObjectTilt").value_or(0);
    if (tilt == 0) return 0;
    constexpr double most = 10;
    if (!(std::abs(tilt) <= most)) {
      settings_.fail("ObjectTilt", "is ", tilt, " degrees: laminography is not read");
    }
    facts.note("tilt of the axis [degrees]", tilt, Origin::file, "ObjectTilt");
    facts.note<std::string>("side of the tilt", "the last rows nearer to the source",
                            Origin::assumed, "as CIL has it");
    return tilt * (pi / 180);
  }

  double white_level(ImageStack const& images, ScanFacts& facts) const {
    double const level = required("WhiteLevel");
    if (!(level > 0)) settings_.fail("WhiteLevel", level, " must be positive");
    double const most = visit_number_type(images.type(), [](auto number) {
      return static_cast<double>(std::numeric_limits<decltype(number)>::max());
    });
    if (is_integer(images.type()) && level > most) {
      settings_.fail("WhiteLevel", level, " is more than the images of ", name_of(images.type()),
                     " can hold");
    }
    return facts.note("full intensity", level, Origin::file,
                      "WhiteLevel, to which the scanner's program has corrected the flat field");
  }

  /// Empty where no coefficient is there.
  std::vector<double> hardening(ScanFacts& facts) const {
    constexpr std::array<char const*, 5> keys{"CoefX0", "CoefX1", "CoefX2", "CoefX3", "CoefX4"};
    std::vector<double> coefficients(keys.size());
    bool is_there = false;
    std::string list;
    for (std::size_t i = 0; i < keys.size(); ++i) {
      auto const coefficient = settings_.number(section, keys[i]);
      is_there = is_there || coefficient;
      coefficients[i] = coefficient.value_or(0);
      list += (i == 0 ? "" : " ") + message(coefficients[i]);
    }
    if (!is_there) return {};
    bool const is_identity = coefficients == std::vector<double>{0, 1, 0, 0, 0};
    facts.note<std::string>(
        "hardening polynomial", list, Origin::file,
        is_identity ? "CoefX0 to CoefX4: no correction" : "CoefX0 to CoefX4: offered, not applied");
    return coefficients;
  }

  /// What is there and is not used.
  void note_leftovers(ScanFacts& facts) const {
    for (char const* const key : {"DetectorOffsetY", "Scattering", "ObjectOffsetY"}) {
      auto const value = settings_.number(section, key);
      if (value && *value != 0) facts.note(key, *value, Origin::assumed, "not applied");
    }
    double const ends = of_ends(0.5, 0.5).value_or(0);
    if (ends != 0 && has_object_offset()) {
      facts.note("CentreOfRotationTop and CentreOfRotationBottom", ends, Origin::assumed,
                 "not used beside ObjectOffsetX");
    }
    std::string const table = settings_.text(section, "BeamHardeningLUTFile");
    if (!table.empty()) {
      facts.note<std::string>("BeamHardeningLUTFile", table, Origin::assumed, "not applied");
    }
    if (settings_.is_on("CTPro", "Shuttling").value_or(false)) {
      facts.note<std::string>("Shuttling", "True", Origin::assumed,
                              "views were moved against rings, and are taken as moved back");
    }
  }

  SettingsText settings_;
};

}  // namespace pyronn::detail
