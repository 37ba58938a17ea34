// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Scans in NXtomo files (NeXus), layouts 1.0 to 2.1. Needs HDF5's C library, as hdf5_images.hpp.
/// The fields: https://manual.nexusformat.org/classes/applications/NXtomo.html
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <pyronn/scan/detail/nxtomo_entry.hpp>
#include <pyronn/scan/detail/nxtomo_frames.hpp>
#include <pyronn/scan/scan.hpp>

namespace pyronn {

namespace detail {

/// Makes a scan of an entry.
class NxtomoReader {
 public:
  NxtomoReader(std::shared_ptr<Hdf5File const> file, std::string const& entry,
               GivenOfScan const& given)
      : entry_{std::move(file), entry}, given_{given} {}

  [[nodiscard]] Scan read() {
    auto frames = open_hdf5_images(entry_.file(), entry_.path("instrument/detector/data"));
    int const count = frames.extents[2];
    Extents<2> const size{frames.extents[0], frames.extents[1]};
    Stack const images = std::make_shared<Hdf5Images>(std::move(frames));
    NxtomoFrames const kinds{entry_, count, facts_};
    refuse_movement(kinds);
    CircularScan circle = read_circle(size, kinds);
    Scan scan{circle.geometry()};
    scan.circle = std::move(circle);
    scan.views = upright(select(images, kinds.views()));
    scan.measured = kinds.flats().empty() ? Measured::line_integrals : Measured::intensities;
    if (!kinds.flats().empty()) {
      scan.flats = {upright(select(images, kinds.flats())), kinds.times(kinds.flats())};
    }
    if (!kinds.darks().empty()) {
      scan.darks = {upright(select(images, kinds.darks())), kinds.times(kinds.darks())};
    }
    facts_.note<std::string>("images",
                             scan.measured == Measured::intensities ? "counts" : "line integrals",
                             scan.flats ? ScanFact::Origin::file : ScanFact::Origin::assumed,
                             scan.flats ? "it has flat fields" : "there are no flat fields");
    scan.facts = facts_.list();
    scan.files = {entry_.file()->path()};
    return scan;
  }

 private:
  using Stack = std::shared_ptr<ImageStack const>;

  static Stack select(Stack const& images, std::vector<int> const& numbers) {
    return std::make_shared<SelectedImages>(images, numbers);
  }

  /// As layouts before 1.3 say whether images are mirrored.
  Stack upright(Stack images) const {
    ReversedAxes const axes{entry_.is_true("instrument/detector/x_flipped"),
                            entry_.is_true("instrument/detector/y_flipped")};
    return axes ? std::make_shared<ReversedImages>(std::move(images), axes) : images;
  }

  CircularScan read_circle(Extents<2> size, NxtomoFrames const& kinds) {
    CircularScan circle{size, {}, kinds.angles()};
    read_beam(circle);
    circle.pixel = read_pixel(circle.is_parallel());
    FileValue<double> const column{
        entry_.number("instrument/detector/x_rotation_axis_pixel_position"),
        "x_rotation_axis_pixel_position"};
    circle.axis_column = facts_.choose("axis column", given_.axis_column, column,
                                       circle.axis_column, "the middle of the panel");
    circle.roll = facts_.choose<double>("roll", given_.roll, {{}, ""}, 0.0, "no file says it");
    circle.rotation = facts_.choose<Rotation>("rotation", given_.rotation, {{}, ""},
                                              Rotation::counter_clockwise, "no file says it");
    note_leftovers();
    return circle;
  }

  /// Rays are parallel unless the source is an X-ray tube at a known distance, or distances are
  /// given: files of synchrotrons have the distance of their source, too.
  void read_beam(CircularScan& circle) {
    std::string const type = lower_case(entry_.text("instrument/source/type"));
    bool const is_tube =
        type.find("x-ray") != std::string::npos && type.find("synchrotron") == std::string::npos;
    auto source = entry_.length("instrument/source/distance");
    auto detector = entry_.length("instrument/detector/distance");
    bool const is_cone = given_.source_isocenter || (is_tube && source && detector);
    facts_.note<std::string>(
        "rays", is_cone ? "of a point source" : "parallel",
        given_.source_isocenter ? ScanFact::Origin::given
        : type.empty()          ? ScanFact::Origin::assumed
                                : ScanFact::Origin::file,
        type.empty() ? "the source's type is not said" : "instrument/source/type " + type);
    if (!is_cone) return;
    std::optional<double> to_axis;
    std::optional<double> to_detector;
    if (source) to_axis = std::abs(*source);  // it is negative: upstream
    if (source && detector) to_detector = std::abs(*source) + std::abs(*detector);
    circle.source_isocenter =
        facts_.require<double>("source-isocenter distance", given_.source_isocenter,
                               {to_axis, "instrument/source/distance"});
    circle.source_detector = facts_.require<double>(
        "source-detector distance", given_.source_detector,
        {to_detector, "instrument/source/distance and instrument/detector/distance"});
  }

  /// Where rays are parallel, as seen at the sample.
  Vec2d read_pixel(bool is_parallel) {
    for (std::string const group : {"sample/", "instrument/detector/"}) {
      if (group[0] == 's' && !is_parallel) continue;
      auto const x = entry_.length(group + "x_pixel_size");
      auto const y = entry_.length(group + "y_pixel_size");
      if (!x || !y) continue;
      return facts_.choose<Vec2d>("pixel [mm]", given_.pixel,
                                  {Vec2d{*x, *y}, group + "x_pixel_size"}, Vec2d{}, "");
    }
    if (!is_parallel) {
      return facts_.require<Vec2d>("pixel [mm]", given_.pixel, {{}, "x_pixel_size, y_pixel_size"});
    }
    return facts_.choose<Vec2d>("pixel [mm]", given_.pixel, {{}, ""}, Vec2d{1, 1},
                                "the file has no pixel sizes: attenuation is per pixel");
  }

  /// What is there and is not used.
  void note_leftovers() {
    using Origin = ScanFact::Origin;
    if (auto const motor = entry_.number("instrument/detector/estimated_cor_from_motor")) {
      facts_.note("estimated_cor_from_motor", *motor, Origin::assumed,
                  "not used, as writers differ in what it counts from");
    }
    if (entry_.has("instrument/detector/transformations")) {
      facts_.note<std::string>("instrument/detector/transformations", "there", Origin::assumed,
                               "not applied");
    }
  }

  /// A sample that moves while it is scanned is no circle.
  void refuse_movement(NxtomoFrames const& kinds) const {
    for (std::string const axis : {"x", "z"}) {
      std::string const name = "sample/" + axis + "_translation";
      auto const moved = entry_.lengths(name);
      if (moved.size() != static_cast<std::size_t>(kinds.count())) continue;
      auto const pixel = entry_.length("instrument/detector/x_pixel_size").value_or(1);
      double low = moved[static_cast<std::size_t>(kinds.views().front())];
      double high = low;
      for (int const view : kinds.views()) {
        low = std::min(low, moved[static_cast<std::size_t>(view)]);
        high = std::max(high, moved[static_cast<std::size_t>(view)]);
      }
      if (high - low > pixel) {
        entry_.fail(name, ": moves by ", high - low,
                    " mm during the scan, more than a pixel; "
                    "scans that are no circles are not read from such files");
      }
    }
  }

  NxtomoEntry entry_;
  GivenOfScan given_;
  ScanFacts facts_;
};

}  // namespace detail

/// Reads the scan of an entry; without a name that of the only one, or of the default one. Views,
/// darks and flats are sorted by their image keys; images are read when they are asked for. z is
/// along the detector's rows from first to last. Throws FileError for whatever is missing or
/// contradictory, with its name in the file; `facts` lists what was assumed.
[[nodiscard]] inline Scan read_nxtomo(std::filesystem::path const& path,
                                      GivenOfScan const& given = {},
                                      std::string const& entry = "") {
  auto file = std::make_shared<detail::Hdf5File const>(path);
  try {
    Scan scan = detail::NxtomoReader{std::move(file), entry, given}.read();
    scan.validate();
    return scan;
  } catch (InvalidArgument const& error) {
    detail::fail_file(path, error.what());
  }
}

}  // namespace pyronn
