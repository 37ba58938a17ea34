// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Scans of Varian's flat panels: folders of .xim, .hnd or .hnc files.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <pyronn/core/error.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/scan/detail/units.hpp>
#include <pyronn/scan/detail/varian_file.hpp>
#include <pyronn/scan/image_files.hpp>
#include <pyronn/scan/scan.hpp>
#include <pyronn/scan/varian_images.hpp>

namespace pyronn {
namespace detail {

/// Makes a scan of the headers of its files.
class VarianReader {
 public:
  VarianReader(std::vector<VarianFile> files, GivenOfScan const& given)
      : files_{std::move(files)},
        given_{given},
        is_xim_{lower_case(files_.front().path.extension().string()) == ".xim"} {}

  [[nodiscard]] Scan read() {
    leave_out_empty();
    CircularScan circle{files_.front().size, read_pixel(), {}};
    read_rotation(circle);
    read_distances(circle);
    read_offsets(circle);
    circle.roll = facts_.choose_angle("roll", given_.roll, {{}, ""}, 0.0, "no file says it");
    facts_.note<std::string>("rows", "along +z from the first", ScanFact::Origin::assumed,
                             "as RTK has them");
    Scan scan{circle.geometry()};
    scan.circle = std::move(circle);
    for (VarianFile const& file : files_) scan.files.push_back(file.path);
    scan.views = varian_images(files_);
    scan.measured = Measured::intensities;
    scan.full_intensity = facts_.choose<double>(
        "full intensity", given_.full_intensity, {{}, ""}, greatest_of_first_view(*scan.views),
        "the greatest number of the first view, as there is no flat field");
    expects(*scan.full_intensity > 0, "full intensity: is ", *scan.full_intensity,
            ", where counts are positive");
    scan.facts = facts_.list();
    return scan;
  }

 private:
  void leave_out_empty() {
    auto const count = files_.size();
    files_.erase(std::remove_if(files_.begin(), files_.end(),
                                [](VarianFile const& file) { return file.size.count() == 0; }),
                 files_.end());
    expects(!files_.empty(), "there is no file with an image");
    if (files_.size() < count) {
      facts_.note("files without an image", count - files_.size(), ScanFact::Origin::file,
                  "their sizes are 0; they are left out");
    }
  }

  /// A number that must be in every file. Throws FileError where it is missing, or not finite.
  static double number(VarianFile const& file, std::string const& name) {
    auto const value = file.properties.number(name);
    if (!value) fail_file(file.path, name, ": is missing, or no single number");
    if (!std::isfinite(*value)) fail_file(file.path, name, ": is ", *value);
    return *value;
  }

  [[nodiscard]] bool has(std::string const& name) const {
    return std::all_of(files_.begin(), files_.end(), [&name](VarianFile const& file) {
      auto const value = file.properties.number(name);
      return value && std::isfinite(*value);
    });
  }

  /// The mean of all files of a length [mm], which may shake a little. Throws FileError where it
  /// changes by more than a pixel.
  [[nodiscard]] double steady_mm(std::string const& name, double mm, double pixel) const {
    double const first = number(files_.front(), name) * mm;
    double sum = 0;
    for (VarianFile const& file : files_) {
      double const value = number(file, name) * mm;
      if (!(std::abs(value - first) <= pixel)) {
        fail_file(file.path, name, ": is ", value, " mm, but ", first, " mm in ",
                  files_.front().path.filename(),
                  "; scans that are no circles are not read from such files");
      }
      sum += value;
    }
    return sum / static_cast<double>(files_.size());
  }

  Vec2d read_pixel() {
    std::string const u = is_xim_ ? "PixelWidth" : "IDUResolutionX";
    std::string const v = is_xim_ ? "PixelHeight" : "IDUResolutionY";
    double const mm = is_xim_ ? 10 : 1;
    std::optional<Vec2d> pixel;
    if (has(u) && has(v)) {
      pixel = Vec2d{number(files_.front(), u) * mm, number(files_.front(), v) * mm};
      constexpr double longest = 1e4;
      for (auto const& [name, size] : {std::pair{u, (*pixel)[0]}, {v, (*pixel)[1]}}) {
        if (size > 0 && size <= longest) continue;
        fail_file(files_.front().path, name, ": is ", size, " mm, which is no size of a pixel");
      }
      for (VarianFile const& file : files_) {
        Vec2d const other{number(file, u) * mm, number(file, v) * mm};
        if (other != *pixel) {
          fail_file(file.path, u, " and ", v, ": are ", other, " mm, but ", *pixel, " mm in ",
                    files_.front().path.filename());
        }
      }
    }
    return facts_.require<Vec2d>("pixel [mm]", given_.pixel,
                                 {pixel, u + ", " + v + (is_xim_ ? " in cm" : " in mm")});
  }

  /// RTK has the source at 180 degrees less KVSourceRtn (.xim), or at CTProjectionAngle.
  void read_rotation(CircularScan& circle) {
    std::string const name = is_xim_ ? "KVSourceRtn" : "CTProjectionAngle";
    for (VarianFile const& file : files_) {
      circle.angles.push_back(number(file, name) - (is_xim_ ? 180 : 0));
    }
    double const rad = rad_of_angles(circle.angles, "degrees", [&](auto const&... parts) {
      fail_file(files_.front().path.parent_path(), name, parts...);
    });
    for (double& angle : circle.angles) angle *= rad;
    facts_.note<std::string>("angles", name + (is_xim_ ? " - 180 degrees" : ""),
                             ScanFact::Origin::assumed, "as RTK has them");
    circle.rotation = facts_.choose<Rotation>(
        "rotation", given_.rotation, {{}, ""},
        is_xim_ ? Rotation::clockwise : Rotation::counter_clockwise, "as RTK has it");
  }

  void read_distances(CircularScan& circle) {
    std::string const source = "KVSourceVrt";
    std::string const panel = "KVDetectorVrt";
    std::optional<double> isocenter;
    std::optional<double> detector;
    std::string from_source = source + " in cm";
    std::string from_both = source + " and " + panel + " in cm";
    if (!is_xim_) {
      from_source = "SAD, of which no reader knows the unit";
      from_both = "SFD, of which no reader knows the unit";
    } else if (has(source)) {
      isocenter = std::abs(steady_mm(source, 10, 1));
      if (has(panel)) detector = *isocenter + std::abs(steady_mm(panel, 10, 1));
    }
    circle.source_isocenter = facts_.require<double>(
        "source-isocenter distance", given_.source_isocenter, {isocenter, from_source});
    circle.source_detector = facts_.require<double>("source-detector distance",
                                                    given_.source_detector, {detector, from_both});
  }

  /// RTK moves the panel by KVDetectorLat and KVDetectorLng.
  void read_offsets(CircularScan& circle) {
    std::optional<double> column;
    std::optional<double> row;
    double const smallest = std::min(circle.pixel[0], circle.pixel[1]);
    if (is_xim_ && has("KVDetectorLat")) {
      column = circle.column_of_axis() - steady_mm("KVDetectorLat", 10, smallest) / circle.pixel[0];
    }
    if (is_xim_ && has("KVDetectorLng")) {
      row = circle.row_of_isocenter() - steady_mm("KVDetectorLng", 10, smallest) / circle.pixel[1];
    }
    std::string const middle =
        is_xim_ ? "the middle of the panel" : "the middle of the panel; the file may know better";
    circle.axis_column = facts_.choose<double>("axis column", given_.axis_column,
                                               {column, "KVDetectorLat in cm, RTK's sign"},
                                               circle.column_of_axis(), middle);
    circle.central_row = facts_.choose<double>("central row", std::optional<double>{},
                                               {row, "KVDetectorLng in cm, RTK's sign"},
                                               circle.row_of_isocenter(), middle);
  }

  static double greatest_of_first_view(ImageStack const& views) {
    auto const size = views.extents();
    std::vector<double> row(static_cast<std::size_t>(size[0]) * static_cast<std::size_t>(size[1]));
    views.read({0, 1, 0, size[1]}, row.data());
    return *std::max_element(row.begin(), row.end());
  }

  std::vector<VarianFile> files_;
  GivenOfScan given_;
  bool is_xim_;
  ScanFacts facts_;
};

}  // namespace detail

/// Reads the scan of a folder of .xim, .hnd or .hnc files, or of one of them: a panel on a circle.
/// Pixels and angles are the files', of .xim the distances and the panel's place, too; what moves
/// by less than a pixel is its mean. Where the full intensity is not given, the count without an
/// object, it is the greatest number of the first view; `flats` of the scan may take its place.
/// Throws FileError for whatever is missing or contradictory, with its name in the file; `facts`
/// lists what was assumed.
[[nodiscard]] inline Scan read_varian(std::filesystem::path const& path,
                                      GivenOfScan const& given = {}) {
  std::vector<detail::VarianFile> files;
  for (auto const& file : detail::varian_files(path)) {
    files.push_back(detail::read_varian_header(file));
  }
  try {
    Scan scan = detail::VarianReader{std::move(files), given}.read();
    scan.validate();
    return scan;
  } catch (InvalidArgument const& error) {
    detail::fail_file(path, error.what());
  }
}

}  // namespace pyronn
