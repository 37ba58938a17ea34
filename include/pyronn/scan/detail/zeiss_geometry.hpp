// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// ZeissGeometry: where the rays of a Zeiss file went.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <pyronn/scan/circular_scan.hpp>
#include <pyronn/scan/detail/units.hpp>
#include <pyronn/scan/detail/zeiss_streams.hpp>
#include <pyronn/scan/scan_facts.hpp>

namespace pyronn::detail {

/// Reads the circle of a scan and how its views are moved. What it is made of must outlive it.
class ZeissGeometry {
 public:
  ZeissGeometry(ZeissStreams const& streams, GivenOfScan const& given, ScanFacts& facts)
      : streams_{streams}, given_{given}, facts_{facts} {}

  CircularScan read_circle(Extents<2> size, int count) {
    CircularScan circle{size, {}, read_angles(count)};
    read_beam(circle, count);
    double const shift = read_center_shift(size[0]);
    circle.axis_column = facts_.choose<double>(
        "axis column", given_.axis_column, {{}, ""}, circle.column_of_axis() - shift,
        shift == 0
            ? "the middle of the panel"
            : message("CenterShift is ", shift, " pixels, taken as left of the panel's middle"));
    circle.roll = facts_.choose_angle("roll", given_.roll, {{}, ""}, 0.0, "no file says it");
    circle.rotation =
        facts_.choose<Rotation>("rotation", given_.rotation, {{}, ""}, Rotation::clockwise,
                                "no file says it; it is what most programs take");
    facts_.note<std::string>("rows", "along z from first to last", Origin::assumed,
                             "no file says it, and programs differ");
    return circle;
  }

  /// By how many pixels views are to be moved, to the right and to higher rows; empty: by none.
  std::vector<Vec2d> read_shifts(Extents<2> size, int count) {
    std::vector<Vec2d> shifts(static_cast<std::size_t>(count), Vec2d{0, 0});
    Vec2d most{0, 0};
    for (int axis = 0; axis < 2; ++axis) {
      std::string const name = axis == 0 ? "Alignment/X-Shifts" : "Alignment/Y-Shifts";
      auto const values = of_views(name, count);
      for (std::size_t n = 0; n < values.size(); ++n) {
        if (!(std::abs(values[n]) <= size[axis])) {
          streams_.fail(name, ": moves view ", n, " by ", values[n], " pixels of ", size[axis]);
        }
        shifts[n][axis] = values[n];
        most[axis] = std::max(most[axis], std::abs(values[n]));
      }
    }
    if (most[0] == 0 && most[1] == 0) return {};
    facts_.note("views are moved, by at most [pixels]", most, Origin::file,
                "Alignment/X-Shifts, Alignment/Y-Shifts, right and to higher rows");
    return shifts;
  }

 private:
  using Origin = ScanFact::Origin;

  /// A list with a number for each view, and maybe more.
  [[nodiscard]] std::vector<double> of_views(std::string const& name, int count) const {
    auto values = streams_.list(name, count);
    if (!values.empty() && values.size() != static_cast<std::size_t>(count)) {
      streams_.fail(name, ": holds ", counted(values.size(), "number"), " of ",
                    counted(count, "view"));
    }
    return values;
  }

  std::vector<double> read_angles(int count) {
    std::string const name = "ImageInfo/Angles";
    auto angles = of_views(name, count);
    if (angles.empty()) streams_.fail(name, ": is missing; angles are not guessed");
    std::string const unit = unit_of_axis("Sample Theta");
    if (mm_of_unit(unit)) {
      streams_.fail("PositionInfo/AxisUnits", ": has '", unit, "' for Sample Theta, a length");
    }
    bool const is_known = rad_of_unit(unit).has_value();
    double const rad = rad_of_angles(angles, is_known ? unit : "",
                                     [&](auto const&... parts) { streams_.fail(name, parts...); });
    facts_.note<std::string>("unit of angles", is_known ? unit : "degrees",
                             is_known ? Origin::file : Origin::assumed,
                             is_known ? "PositionInfo/AxisUnits" : "as such files have them");
    for (double& angle : angles) angle *= rad;
    return angles;
  }

  /// The unit of a stage; empty where the file does not say it.
  [[nodiscard]] std::string unit_of_axis(std::string const& axis) const {
    auto const names = streams_.texts("PositionInfo/AxisNames");
    auto const units = streams_.texts("PositionInfo/AxisUnits");
    auto const found = std::find(names.begin(), names.end(), axis);
    if (found == names.end() || names.size() != units.size()) return "";
    return units[static_cast<std::size_t>(found - names.begin())];
  }

  /// A distance [mm] that does not change; nothing where it is not there, or 0.
  [[nodiscard]] std::optional<double> distance(std::string const& name, int count) const {
    auto const all = streams_.list(name, count);
    if (all.empty() || all.front() == 0) return std::nullopt;
    if (!(std::abs(all.front()) < 1e7)) {
      streams_.fail(name, ": is ", all.front(), ", where millimetres are meant");
    }
    constexpr double negligible = 1e-3;
    for (double const value : all) {
      if (std::abs(value - all.front()) <= negligible * std::abs(all.front())) continue;
      streams_.fail(name, ": changes from ", all.front(), " to ", value,
                    " during the scan; scans that are no circles are not read from such files");
    }
    return std::abs(all.front());  // it is negative upstream
  }

  void read_beam(CircularScan& circle, int count) {
    std::string const geometry = "ImageInfo/XrayGeometry";
    auto const source = distance("ImageInfo/StoRADistance", count);
    auto const detector = distance("ImageInfo/DtoRADistance", count);
    auto const code = streams_.integer(geometry);
    bool const is_given = given_.source_isocenter || given_.source_detector;
    constexpr double farthest = 2e4;  // of a laboratory's
    if (!is_given && code && *code == 1 && source && !(*source <= farthest)) {
      streams_.fail("ImageInfo/StoRADistance", ": is ", *source,
                    ", where millimetres are meant; is it in another unit?");
    }
    bool const is_cone = is_given || (code ? *code == 1 : source && detector);
    facts_.note<std::string>("rays", is_cone ? "of a point source" : "parallel",
                             is_given ? Origin::given
                             : code   ? Origin::file
                                      : Origin::assumed,
                             code ? geometry : geometry + " is missing");
    double magnification = 1;
    if (is_cone) {
      circle.source_isocenter = facts_.require("source-isocenter distance", given_.source_isocenter,
                                               {source, "ImageInfo/StoRADistance"});
      std::optional<double> to_detector;
      if (detector) to_detector = circle.source_isocenter + *detector;
      circle.source_detector = facts_.require("source-detector distance", given_.source_detector,
                                              {to_detector, "ImageInfo/DtoRADistance"});
      magnification = source && detector ? (*source + *detector) / *source
                                         : circle.source_detector / circle.source_isocenter;
    }
    circle.pixel = read_pixel(magnification);
  }

  /// The file has it as seen at the object [um].
  Vec2d read_pixel(double magnification) {
    std::string const name = "ImageInfo/PixelSize";
    auto const at_object = streams_.number(name);
    if (at_object && !(*at_object > 1e-5 && *at_object < 1e5)) {
      streams_.fail(name, ": is ", *at_object, ", where micrometres are meant");
    }
    FileValue<Vec2d> pixel{{}, name};
    if (at_object) {
      double const mm = 1e-3 * *at_object * magnification;
      pixel.value = Vec2d{mm, mm};
      if (magnification != 1) {
        pixel.key += message(" times the magnification ", magnification);
      }
    }
    return facts_.require("pixel [mm]", given_.pixel, pixel);
  }

  [[nodiscard]] double read_center_shift(int columns) const {
    for (std::string const name : {"AutoRecon/CenterShift", "ReconSettings/CenterShift"}) {
      auto const shift = streams_.number(name);
      if (!shift) continue;
      if (!(std::abs(*shift) <= columns)) {
        streams_.fail(name, ": is ", *shift, " pixels on a panel of ", columns, " columns");
      }
      return *shift;
    }
    return 0;
  }

  ZeissStreams const& streams_;
  GivenOfScan const& given_;
  ScanFacts& facts_;
};

}  // namespace pyronn::detail
