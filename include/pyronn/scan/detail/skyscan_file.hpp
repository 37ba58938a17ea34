// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a Bruker (SkyScan) .log file says, without its images.
///
/// The public reader is TIGRE's (BrukerDataLoader). NRecon, the scanner's own program, writes the
/// angles of its cone into the files: they are those of Image Pixel Size at Object to Source, of
/// square pixels, whatever Camera Pixel Size and its ratio say.
#include <cmath>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <pyronn/core/math.hpp>
#include <pyronn/scan/detail/settings_text.hpp>
#include <pyronn/scan/detail/skyscan_angles.hpp>
#include <pyronn/scan/image_stack.hpp>
#include <pyronn/scan/scan.hpp>
#include <pyronn/scan/selected_images.hpp>

namespace pyronn::detail {

/// Makes a scan of the text and of images that somebody else opened.
class SkyscanFile {
 public:
  /// Throws FileError for what is no such file.
  SkyscanFile(std::filesystem::path path, std::string_view text)
      : settings_{std::move(path), text, section} {
    if (settings_.find(section, step_key) == nullptr) {
      settings_.fail("Rotation Step", "is missing; this is no .log of a scan");
    }
  }

  /// What the names of images begin with, before their number; empty: any.
  [[nodiscard]] std::string image_prefix() const {
    return settings_.text(section, "Filename Prefix");
  }

  /// The scan of these images. Throws FileError.
  [[nodiscard]] Scan scan(std::shared_ptr<ImageStack const> images,
                          GivenOfScan const& given) const {
    try {
      Scan scan = read(std::move(images), given);
      scan.validate();
      return scan;
    } catch (InvalidArgument const& error) {
      fail_file(settings_.path(), error.what());
    }
  }

 private:
  static constexpr char const* section = skyscan_section;
  static constexpr char const* step_key = "Rotation Step";
  using Origin = ScanFact::Origin;

  [[nodiscard]] Scan read(std::shared_ptr<ImageStack const> images,
                          GivenOfScan const& given) const {
    ScanFacts facts;
    check_images(*images);
    check_mode();
    auto const angles = SkyscanAngles{settings_}.read(images->extents()[2], facts);
    if (angles.size() < static_cast<std::size_t>(images->extents()[2])) {
      std::vector<int> views(angles.size());
      for (std::size_t i = 0; i < views.size(); ++i) views[i] = static_cast<int>(i);
      images = std::make_shared<SelectedImages const>(std::move(images), views);
    }
    CircularScan circle{{images->extents()[0], images->extents()[1]}, {}, angles};
    read_beam(circle, given, facts);
    circle.axis_column = facts.choose<double>("axis column", given.axis_column, {{}, ""},
                                              circle.column_of_axis(), "the middle of the panel");
    circle.central_row = read_central_row(circle, facts);
    circle.roll = read_roll(given, facts);
    circle.rotation = read_rotation(given, facts);
    Scan scan{circle.geometry()};
    scan.circle = std::move(circle);
    scan.views = std::move(images);
    scan.measured = Measured::intensities;
    scan.full_intensity = white_level(*scan.views, facts);
    note_leftovers(facts);
    scan.facts = facts.list();
    return scan;
  }

  /// Throws FileError where the images are not what the file says.
  void check_images(ImageStack const& images) const {
    auto const check = [&](char const* key, int found, char const* what) {
      auto const said = settings_.count(section, key, 1);
      if (said && *said != found) {
        settings_.fail(key, "is ", *said, ", but the images have ", found, " ", what);
      }
    };
    check("Number of Columns", images.extents()[0], "columns");
    check("Number of Rows", images.extents()[1], "rows");
    if (!is_integer(images.type())) {
      settings_.fail("Depth", "the images are of ", name_of(images.type()),
                     ", which no view of these scanners is; name a folder of the views");
    }
  }

  /// Throws FileError for what is no circle, and for images without their flat field.
  void check_mode() const {
    std::string const path = settings_.text(section, "Scanning Trajectory");
    if (!path.empty() && plain_key(path) != "round") {
      settings_.fail("Scanning Trajectory", "is ", quoted(path), ", of which ROUND alone is read");
    }
    auto const feed = settings_.number(section, "Table Feed");
    if (feed && *feed != 0) {
      settings_.fail("Table Feed", "is ", *feed, ": a helix, which is not read; circles are");
    }
    if (!settings_.is_on(section, "Flat Field Correction").value_or(true)) {
      settings_.fail("Flat Field Correction",
                     "is OFF; divide the images by their flat field first");
    }
    std::string const format = plain_key(settings_.text(section, "Image Format"));
    if (!format.empty() && format.compare(0, 3, "tif") != 0) {
      settings_.fail("Image Format", "is ", quoted(settings_.text(section, "Image Format")),
                     ", of which TIFF alone is read");
    }
  }

  void read_beam(CircularScan& circle, GivenOfScan const& given, ScanFacts& facts) const {
    auto const source = settings_.positive_length(section, "Object to Source", "mm");
    auto const camera = settings_.positive_length(section, "Camera to Source", "mm");
    bool const is_given = given.source_isocenter || given.source_detector;
    constexpr double far = 1e4;  // mm
    if (!is_given && source && *source > far) {
      facts.note<std::string>("rays", "parallel", Origin::assumed,
                              "Object to Source is more than 10 m");
    } else {
      circle.source_isocenter = facts.require<double>(
          "source-isocenter distance", given.source_isocenter, {source, "Object to Source (mm)"});
      circle.source_detector = facts.choose<double>(
          "source-detector distance", given.source_detector, {camera, "Camera to Source (mm)"},
          2 * circle.source_isocenter,
          "any will do, as pixels are known at the axis, and Camera to Source (mm) is missing");
    }
    circle.pixel = read_pixel(circle, given, facts);
  }

  /// Pixels at the axis, as the file has them, are larger on the camera.
  Vec2d read_pixel(CircularScan const& circle, GivenOfScan const& given, ScanFacts& facts) const {
    double const larger =
        circle.is_parallel() ? 1 : circle.source_detector / circle.source_isocenter;
    std::string key = "Image Pixel Size";
    auto size = settings_.positive_length(section, key.c_str(), "um");
    if (!size) {
      key = "Scaled Image Pixel Size";
      size = settings_.positive_length(section, key.c_str(), "um");
    }
    auto const on_camera = camera_pixel();
    FileValue<Vec2d> pixel{{}, "Image Pixel Size (um)"};
    if (size) {
      pixel = {Vec2d{*size * larger, *size * larger}, key + " (um), at the axis"};
    } else if (on_camera) {
      pixel = {Vec2d{*on_camera, *on_camera}, "Camera Pixel Size (um) and Camera binning"};
    }
    Vec2d const result = facts.require<Vec2d>("pixel [mm]", given.pixel, pixel);
    check_pixels(size && !given.pixel && !circle.is_parallel() ? on_camera : std::nullopt,
                 result[0], key);
    constexpr double nearly_one = 1e-3;
    if (size && on_camera && !(std::abs(*on_camera / result[0] - 1) <= nearly_one)) {
      facts.note("camera pixel [mm]", *on_camera, Origin::assumed,
                 "not used: NRecon takes Image Pixel Size and Object to Source");
    }
    auto const ratio = settings_.number("System", "CameraXYRatio");
    if (ratio && *ratio != 1) {
      facts.note(settings_.find("System", "CameraXYRatio")->key, *ratio, Origin::assumed,
                 "not used: NRecon takes pixels for square");
    }
    return result;
  }

  /// Throws FileError where the camera's pixels are not those that the file has at the axis, by
  /// more than binning or lenses that it does not name.
  void check_pixels(std::optional<double> on_camera, double other, std::string const& key) const {
    constexpr double most = 30;
    if (!on_camera || (*on_camera <= most * other && other <= most * *on_camera)) return;
    settings_.fail("Camera Pixel Size (um)", "makes pixels of ", rounded(1e3 * *on_camera),
                   " um, but ", key, " (um), Object to Source and Camera to Source make them ",
                   rounded(1e3 * other), " um; is one of them in another unit?");
  }

  [[nodiscard]] std::optional<double> camera_pixel() const {
    auto pixel = settings_.positive_length("System", "Camera Pixel Size", "um");
    if (!pixel) pixel = settings_.positive_length(section, "Camera Pixel Size", "um");
    if (!pixel) return std::nullopt;
    std::string const binning = settings_.text(section, "Camera binning");
    if (binning.empty()) return pixel;
    auto const first = parse_number_and_unit(binning);  // 2x2
    bool const is_known = first && first->number >= 1 && first->number <= 64;
    if (!is_known) settings_.fail("Camera binning", quoted(binning), " is not of a kind like 2x2");
    return *pixel * first->number;
  }

  /// Lines count from the last row of an image.
  double read_central_row(CircularScan const& circle, ScanFacts& facts) const {
    auto const line = settings_.number(section, "Optical Axis");
    int const rows = circle.size[1];
    if (!line) {
      return facts.note("central row", circle.row_of_isocenter(), Origin::assumed,
                        "the middle of the panel, as there is no Optical Axis (line)");
    }
    if (!(std::abs(*line) <= 4.0 * rows)) {
      settings_.fail("Optical Axis (line)", "is ", *line, " of ", rows, " rows");
    }
    return facts.note("central row", rows - 0.5 - *line, Origin::assumed,
                      "Optical Axis (line) counts from the last row, as TIGRE has it");
  }

  double read_roll(GivenOfScan const& given, ScanFacts& facts) const {
    auto const rotation = settings_.degrees(section, "Image Rotation");
    if (rotation && !given.roll) {
      constexpr double most = 10;
      if (!(std::abs(*rotation) <= most)) {
        settings_.fail("Image Rotation", "is ", *rotation, " degrees; turn the images first");
      }
      return facts.choose_angle(
          "roll", {}, {{}, ""}, *rotation * (pi / 180),
          "Image Rotation, from columns to rows; no public reader knows its sense");
    }
    return facts.choose_angle("roll", given.roll, {{}, ""}, 0.0, "there is no Image Rotation");
  }

  Rotation read_rotation(GivenOfScan const& given, ScanFacts& facts) const {
    std::string const direction = settings_.text(section, "Rotation Direction");
    std::string const plain = plain_key(direction);
    bool const is_clockwise = plain == "cw";
    if (!plain.empty() && !is_clockwise && plain != "cc" && plain != "ccw") {
      settings_.fail("Rotation Direction", "is ", quoted(direction), ", neither CC nor CW");
    }
    return facts.choose<Rotation>(
        "rotation", given.rotation, {{}, ""},
        is_clockwise ? Rotation::clockwise : Rotation::counter_clockwise,
        is_clockwise ? "Rotation Direction is not that which TIGRE takes for counter-clockwise"
                     : "as TIGRE has it; z is along the rows");
  }

  double white_level(ImageStack const& images, ScanFacts& facts) const {
    int const bits = 8 * bytes_of(images.type());
    auto const depth = settings_.count(section, "Depth", 1);
    if (depth && *depth > bits) {
      settings_.fail("Depth (bits)", "is ", *depth, ", but the images are of ",
                     name_of(images.type()));
    }
    double const level = std::ldexp(1.0, depth.value_or(bits)) - 1;
    facts.note("full intensity", level, Origin::assumed,
               depth ? "the most that Depth (bits) can hold, as flat fields are corrected"
                     : "the most that the images can hold, as flat fields are corrected");
    if (auto const reference = settings_.number(section, "Reference Intensity")) {
      facts.note("Reference Intensity", *reference, Origin::assumed,
                 "not used: no public reader knows what it is of");
    }
    return level;
  }

  /// What is there and is not used.
  void note_leftovers(ScanFacts& facts) const {
    if (settings_.is_on(section, "Random Movement").value_or(false)) {
      facts.note("Random Movement", settings_.text(section, "Random Movement"), Origin::assumed,
                 "views were moved against rings, and are taken as moved back");
    }
    auto const note = [&](char const* part, char const* key, double usual, char const* reason) {
      auto const value = settings_.number(part, key);
      if (value && *value != usual) facts.note(key, *value, Origin::assumed, reason);
    };
    note(section, "Number of connected scans", 1, "this file is one of them, and is read alone");
    note(section, "Number Of Horizontal Offset Positions", 1, "images are taken as joined");
    note(section, "Image crop origin Y", 0, "Optical Axis (line) is taken as of what is left");
    note(section, "Image crop origin X", 0, "the axis is taken as in the middle of what is left");
    note("Reconstruction", "Postalignment", 0, "not used: NRecon's axis, whose side is not known");
    if (settings_.is_on(section, "Camera Offset").value_or(false)) {
      facts.note<std::string>("Camera Offset", "ON", Origin::assumed,
                              "the axis is taken as in the middle all the same");
    }
  }

  SettingsText settings_;
};

}  // namespace pyronn::detail
