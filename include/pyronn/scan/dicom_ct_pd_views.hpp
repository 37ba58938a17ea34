// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What DICOM-CT-PD files say, one view each. Needs DCMTK 3.6.7 or later (Debian: libdcmtk-dev;
/// link DCMTK::dcmdata), which prints what it thinks of a file unless its OFLog is told not to. The
/// fields: T. R. Moen et al., Med. Phys. 48, 902 (2021), table IV.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <pyronn/core/extents.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/scan/detail/dicom_file.hpp>
#include <pyronn/scan/detail/dicom_projections.hpp>
#include <pyronn/scan/image_files.hpp>
#include <pyronn/scan/image_stack.hpp>

namespace pyronn {

/// Where source and detector were in one view. The focal centre is what the detector is aimed at;
/// it is at (-R sin a, R cos a, z) for an angle a and a radius R.
struct DicomCtPdView {
  int number;               ///< InstanceNumber of the file
  double angle;             ///< of the focal centre [rad]
  double z;                 ///< of the focal centre [mm]
  double source_isocenter;  ///< distance of the focal centre from the axis, the radius [mm]
  double source_detector;   ///< of the focal centre from the central element [mm]
  double angle_shift;       ///< of the focal spot against the focal centre [rad]
  double z_shift;           ///< the same along the axis [mm]
  double radius_shift;      ///< the same of the radius [mm]
};

/// What DICOM-CT-PD files say, in the order of their InstanceNumbers.
struct DicomCtPd {
  Extents<2> size;        ///< columns, rows of the detector
  Vec2d pixel;            ///< distance between elements along (columns, rows), on the detector [mm]
  std::string shape;      ///< of the detector: CYLINDRICAL, SPHERICAL or FLAT
  Vec2d central_element;  ///< column and row that see the isocentre; centres are at integers from 0
  std::string focal_spot;                   ///< FFSNONE, FFSZ, FFSXY, FFSXYZ; empty: it is not said
  std::optional<double> steps_per_turn;     ///< views of a turn
  std::optional<double> water_attenuation;  ///< for Hounsfield units, as the file has it [1/mm]
  std::vector<DicomCtPdView> views;         ///< of each file
  std::shared_ptr<ImageStack const> images;  ///< line integrals `[view][row][column]`
  bool is_transposed;  ///< whether a row of a file's image holds a column of the detector
  std::vector<std::filesystem::path> files;  ///< in the order of the views
};

namespace detail {

/// Reads the values of one file.
class DicomCtPdFile {
 public:
  explicit DicomCtPdFile(std::filesystem::path const& path) : file_{path} {}

  /// What is the same in all files of a scan.
  [[nodiscard]] DicomCtPd common() const {
    DicomCtPd scan{};
    scan.size = {file_.count(columns, 65535), file_.count(rows, 65535)};
    scan.pixel = {positive(transverse), positive(axial)};
    scan.shape = file_.text(shape);
    if (scan.shape.empty()) file_.fail(DicomFile::name_of(shape), ": is missing");
    auto const center = file_.numbers(central, DicomBytes::float32);
    if (center.size() != 2) {
      file_.fail(DicomFile::name_of(central), ": holds ", center.size(),
                 " numbers, not a column and a row");
    }
    scan.central_element = {center[0] - 1, center[1] - 1};  // the file counts from 1
    scan.focal_spot = file_.text(focal_spot);
    scan.steps_per_turn = file_.number(steps, DicomBytes::uint16);
    scan.water_attenuation = file_.number(water, DicomBytes::text);
    return scan;
  }

  [[nodiscard]] DicomCtPdView view() const {
    return {number(),
            file_.required(angle, DicomBytes::float32),
            file_.required(z, DicomBytes::float32),
            positive(radius),
            positive(distance),
            file_.number(angle_shift, DicomBytes::float32).value_or(0),
            file_.number(z_shift, DicomBytes::float32).value_or(0),
            file_.number(radius_shift, DicomBytes::float32).value_or(0)};
  }

  [[nodiscard]] DicomImage image(Extents<2> size) const { return dicom_image(file_, size); }

  [[nodiscard]] std::string series() const { return file_.text(series_uid); }

  /// Throws FileError where a file's detector is not that of the others.
  void check_like(DicomCtPd const& first, DicomCtPd const& found) const {
    bool const is_like = found.size == first.size && found.pixel == first.pixel &&
                         found.shape == first.shape &&
                         found.central_element == first.central_element;
    if (!is_like) {
      file_.fail("has another detector than ", first.files.front().filename(), ": ", found.shape,
                 ", ", found.size, " of ", found.pixel, " mm, central element ",
                 found.central_element, ", where that has ", first.shape, ", ", first.size, " of ",
                 first.pixel, " mm, ", first.central_element);
    }
  }

  template <class... Parts>
  [[noreturn]] void fail(Parts const&... parts) const {
    file_.fail(parts...);
  }

 private:
  static constexpr DicomTag instance{0x0020, 0x0013, "InstanceNumber"};
  static constexpr DicomTag series_uid{0x0020, 0x000E, "SeriesInstanceUID"};
  static constexpr DicomTag rows{0x7029, 0x1010, "NumberofDetectorRows"};
  static constexpr DicomTag columns{0x7029, 0x1011, "NumberofDetectorColumns"};
  static constexpr DicomTag transverse{0x7029, 0x1002, "DetectorElementTransverseSpacing"};
  static constexpr DicomTag axial{0x7029, 0x1006, "DetectorElementAxialSpacing"};
  static constexpr DicomTag shape{0x7029, 0x100B, "DetectorShape"};
  static constexpr DicomTag angle{0x7031, 0x1001, "DetectorFocalCenterAngularPosition"};
  static constexpr DicomTag z{0x7031, 0x1002, "DetectorFocalCenterAxialPosition"};
  static constexpr DicomTag radius{0x7031, 0x1003, "DetectorFocalCenterRadialDistance"};
  static constexpr DicomTag distance{0x7031, 0x1031, "ConstantRadialDistance"};
  static constexpr DicomTag central{0x7031, 0x1033, "DetectorCentralElement"};
  static constexpr DicomTag angle_shift{0x7033, 0x100B, "SourceAngularPositionShift"};
  static constexpr DicomTag z_shift{0x7033, 0x100C, "SourceAxialPositionShift"};
  static constexpr DicomTag radius_shift{0x7033, 0x100D, "SourceRadialDistanceShift"};
  static constexpr DicomTag focal_spot{0x7033, 0x100E, "FlyingFocalSpotMode"};
  static constexpr DicomTag steps{0x7033, 0x1013, "NumberofSourceAngularSteps"};
  static constexpr DicomTag water{0x7041, 0x1001, "WaterAttenuationCoefficient"};

  [[nodiscard]] double positive(DicomTag const& tag) const {
    double const value = file_.required(tag, DicomBytes::float32);
    if (!(value > 0)) file_.fail(DicomFile::name_of(tag), ": is ", value, ", not positive");
    return value;
  }

  [[nodiscard]] int number() const {
    double const value = file_.required(instance, DicomBytes::text);
    constexpr double most = std::numeric_limits<int>::max();
    if (!(std::abs(value) <= most) || value != std::floor(value)) {
      file_.fail(DicomFile::name_of(instance), ": is ", value, ", no whole number");
    }
    return static_cast<int>(value);
  }

  DicomFile file_;
};

/// Throws FileError where a number of the views is missing, or comes twice.
inline void check_view_numbers(std::filesystem::path const& folder, DicomCtPd const& scan) {
  for (std::size_t i = 1; i < scan.views.size(); ++i) {
    int const last = scan.views[i - 1].number;
    int const next = scan.views[i].number;
    if (next == last) {
      fail_file(folder, "holds InstanceNumber ", next, " twice, in ", scan.files[i - 1].filename(),
                " and ", scan.files[i].filename(), "; move one scan to a folder of its own");
    }
    if (next - 1 != last) {
      fail_file(folder, "holds no view between InstanceNumber ", last, " and ", next,
                "; a file is missing");
    }
  }
}

}  // namespace detail

/// Reads what the .dcm and .ima files of a folder say, of any detector and any orbit; images are
/// read when they are asked for. Throws FileError for whatever is missing or contradictory, with
/// its name in the file, where files differ in their detector or series, and for missing views.
[[nodiscard]] inline DicomCtPd read_dicom_ct_pd_views(std::filesystem::path const& folder) {
  auto const files = detail::files_of_folder(folder, {".dcm", ".ima"});
  struct View {
    DicomCtPdView view;
    detail::DicomImage image;
  };
  std::vector<View> views;
  DicomCtPd scan{};
  std::string series;
  for (auto const& path : files) {
    detail::DicomCtPdFile const file{path};
    DicomCtPd found = file.common();
    if (views.empty()) {
      scan = std::move(found);
      scan.files = {path};
      series = file.series();
    } else {
      file.check_like(scan, found);
      if (file.series() != series) {
        file.fail("belongs to another series than ", scan.files.front().filename(),
                  "; move one of them to a folder of its own");
      }
    }
    views.push_back({file.view(), file.image(scan.size)});
    if (views.size() > 1 && views.back().image.is_transposed != views[0].image.is_transposed) {
      file.fail("has rows and columns swapped against ", scan.files.front().filename());
    }
  }
  std::stable_sort(views.begin(), views.end(),
                   [](View const& a, View const& b) { return a.view.number < b.view.number; });
  scan.is_transposed = views[0].image.is_transposed;
  scan.files.clear();
  std::vector<detail::DicomImage> images;
  for (View const& view : views) {
    scan.views.push_back(view.view);
    scan.files.push_back(view.image.path);
    images.push_back(view.image);
  }
  detail::check_view_numbers(folder, scan);
  scan.images = std::make_shared<detail::DicomProjections>(scan.size, std::move(images));
  return scan;
}

}  // namespace pyronn
