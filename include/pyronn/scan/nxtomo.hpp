// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Scans in NXtomo files (NeXus), layouts 1.0 to 2.1. Needs HDF5's C library, as hdf5_images.hpp.
/// The fields: https://manual.nexusformat.org/classes/applications/NXtomo.html
#include <algorithm>
#include <cmath>
#include <cstdint>
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
               GivenOfScan const& given, std::int64_t kept_bytes)
      : entry_{std::move(file), entry},
        given_{given},
        kept_{std::make_shared<KeptBlocks>(kept_bytes)} {}

  [[nodiscard]] Scan read() {
    auto frames = open_hdf5_images(entry_.file(), entry_.path("instrument/detector/data"));
    int const count = frames.extents[2];
    Extents<2> const size{frames.extents[0], frames.extents[1]};
    auto const sources = frames.storage.files;
    Stack const images = std::make_shared<Hdf5Images>(std::move(frames), kept_);
    NxtomoFrames const kinds{entry_, count, facts_};
    refuse_movement(kinds);
    CircularScan circle = read_circle(size, kinds);
    Scan scan{circle.geometry()};
    scan.circle = std::move(circle);
    scan.views = upright(select(images, kinds.views()));
    scan.measured = read_kind(*images, kinds);
    if (!kinds.flats().empty()) {
      scan.flats = {upright(select(images, kinds.flats())), kinds.times(kinds.flats())};
    }
    if (!kinds.darks().empty()) {
      scan.darks = {upright(select(images, kinds.darks())), kinds.times(kinds.darks())};
    }
    scan.facts = facts_.list();
    scan.files = all_files(*entry_.file(), {sources});
    return scan;
  }

 private:
  using Stack = std::shared_ptr<ImageStack const>;

  static Stack select(Stack const& images, std::vector<int> const& numbers) {
    return std::make_shared<SelectedImages>(images, numbers);
  }

  /// As layouts before 1.3 say whether images are mirrored.
  [[nodiscard]] ReversedAxes mirrored() const {
    return {entry_.is_true("instrument/detector/x_flipped"),
            entry_.is_true("instrument/detector/y_flipped")};
  }
  [[nodiscard]] Stack upright(Stack images) const {
    ReversedAxes const axes = mirrored();
    return axes ? std::make_shared<ReversedImages>(std::move(images), axes) : images;
  }

  /// Counts want flat fields; floating point without them is taken for line integrals.
  Measured read_kind(ImageStack const& images, NxtomoFrames const& kinds) {
    if (!kinds.flats().empty()) {
      facts_.note<std::string>("images", "counts", ScanFact::Origin::file, "it has flat fields");
      return Measured::intensities;
    }
    if (is_integer(images.type()) || !kinds.darks().empty()) {
      entry_.fail("instrument/detector/image_key", ": has no flat field, which counts want");
    }
    facts_.note<std::string>("images", "line integrals", ScanFact::Origin::assumed,
                             "there are no flat fields, and numbers are not whole");
    return Measured::line_integrals;
  }

  CircularScan read_circle(Extents<2> size, NxtomoFrames const& kinds) {
    CircularScan circle{size, {}, kinds.angles()};
    read_beam(circle);
    circle.pixel = read_pixel(circle.is_parallel());
    circle.axis_column = facts_.choose("axis column", given_.axis_column, read_column(size[0]),
                                       circle.column_of_axis(), "the middle of the panel");
    circle.roll = facts_.choose_angle("roll", given_.roll, {{}, ""}, 0.0, "no file says it");
    circle.rotation = facts_.choose<Rotation>("rotation", given_.rotation, {{}, ""},
                                              Rotation::counter_clockwise, "no file says it");
    note_leftovers();
    return circle;
  }

  /// NeXus counts from the first column. Some writers count from the middle, so that a number near
  /// the panel's border may be either, unless the axis is there on purpose.
  FileValue<double> read_column(int columns) {
    std::string const name = "x_rotation_axis_pixel_position";
    auto column = entry_.number("instrument/detector/" + name);
    if (!column) return {{}, name};
    bool const is_half = entry_.is_true("instrument/detector/half_acquisition") ||
                         lower_case(entry_.text("instrument/detector/field_of_view")) == "half";
    double const border = is_half ? 0.0 : 0.05 * columns;
    if (!(*column >= border && *column <= columns - 1 - border)) {
      facts_.note(
          name, *column, ScanFact::Origin::assumed,
          "not used: counted from the first column it is at the border of the panel, and some "
          "writers count from the middle");
      return {{}, name};
    }
    if (mirrored().columns) column = columns - 1 - *column;
    return {column, name};
  }

  /// A length and, where it has no unit, a note that it was taken for metres.
  std::optional<double> length(std::string const& field) {
    auto const value = entry_.length(field);
    if (value && entry_.unit(field).empty()) {
      facts_.note<std::string>("unit of " + field, "m", ScanFact::Origin::assumed,
                               "it has none, and NeXus has metres");
    }
    return value;
  }

  /// Rays are parallel unless the source is an X-ray tube at a known distance, or distances are
  /// given: files of synchrotrons have the distance of their source, too.
  void read_beam(CircularScan& circle) {
    std::string const source_name = "instrument/source/distance";
    std::string const detector_name = "instrument/detector/distance";
    std::string const type = lower_case(entry_.text("instrument/source/type"));
    bool const is_tube =
        type.find("x-ray") != std::string::npos && type.find("synchrotron") == std::string::npos;
    bool const is_cone = is_tube || given_.source_isocenter || given_.source_detector;
    facts_.note<std::string>(
        "rays", is_cone ? "of a point source" : "parallel",
        !is_tube && is_cone ? ScanFact::Origin::given
        : type.empty()      ? ScanFact::Origin::assumed
                            : ScanFact::Origin::file,
        type.empty() ? "the source's type is not said" : "instrument/source/type " + type);
    if (!is_cone) return;
    auto source = length(source_name);
    if (source) *source = std::abs(*source);  // it is negative: upstream
    circle.source_isocenter =
        facts_.require("source-isocenter distance", given_.source_isocenter, {source, source_name});
    std::optional<double> to_detector;
    if (auto const detector = length(detector_name)) {
      to_detector = circle.source_isocenter + std::abs(*detector);
    }
    circle.source_detector = facts_.require("source-detector distance", given_.source_detector,
                                            {to_detector, detector_name});
  }

  /// Where rays are parallel, as seen at the sample.
  Vec2d read_pixel(bool is_parallel) {
    for (std::string const group : {"sample/", "instrument/detector/"}) {
      if (group[0] == 's' && !is_parallel) continue;
      auto const x = length(group + "x_pixel_size");
      auto const y = length(group + "y_pixel_size");
      if (!x && !y) continue;
      if (!x) entry_.fail(group + "x_pixel_size", ": is missing beside y_pixel_size");
      if (!y) entry_.fail(group + "y_pixel_size", ": is missing beside x_pixel_size");
      for (auto const& [name, size] : {std::pair{"x_pixel_size", *x}, {"y_pixel_size", *y}}) {
        if (!(size > 0)) entry_.fail(group + name, ": is ", size, " mm, and must be positive");
        constexpr double largest = 100;  // that is believed without a unit
        if (!given_.pixel && size > largest && entry_.unit(group + name).empty()) {
          entry_.fail(group + name, ": is ", size / 1000,
                      " without a unit, which NeXus has in metres; write its unit");
        }
      }
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

  /// A sample that moves while it is scanned is no circle, in whatever frame the file has its axes.
  void refuse_movement(NxtomoFrames const& kinds) const {
    auto const pixel = entry_.length("instrument/detector/x_pixel_size").value_or(1);
    for (std::string const axis : {"x", "y", "z"}) {
      std::string const name = "sample/" + axis + "_translation";
      auto const moved = entry_.lengths(name);
      if (moved.size() <= 1) continue;  // it is where it is
      bool const is_of_frames = moved.size() == static_cast<std::size_t>(kinds.count());
      if (!is_of_frames && moved.size() != kinds.views().size()) {
        entry_.fail(name, ": holds ", moved.size(), " lengths of ",
                    counted(kinds.count(), "frame"));
      }
      auto const at = [&](std::size_t view) {
        return moved[is_of_frames ? static_cast<std::size_t>(kinds.views()[view]) : view];
      };
      double low = at(0);
      double high = low;
      for (std::size_t view = 0; view < kinds.views().size(); ++view) {
        if (!std::isfinite(at(view))) entry_.fail(name, ": is ", at(view), " of view ", view);
        low = std::min(low, at(view));
        high = std::max(high, at(view));
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
  std::shared_ptr<KeptBlocks> kept_;
  ScanFacts facts_;
};

}  // namespace detail

/// The entries of a file that read_nxtomo reads, of which it wants one to be named where there are
/// several: all that hold a scan, or the one that the file calls its default. Throws FileError
/// where there is none.
[[nodiscard]] inline std::vector<std::string> nxtomo_entries(std::filesystem::path const& path) {
  return detail::NxtomoEntry::entries(detail::Hdf5File{path});
}

/// Reads the scan of an entry; without a name that of the only one, or of the default one. Views,
/// darks and flats are sorted by their image keys; images are read when they are asked for. z is
/// along the detector's rows from first to last. Throws FileError for whatever is missing or
/// contradictory, with its name in the file; `facts` lists what was assumed. `kept_bytes` is what
/// hdf5_images keeps of compressed images.
[[nodiscard]] inline Scan read_nxtomo(std::filesystem::path const& path,
                                      GivenOfScan const& given = {}, std::string const& entry = "",
                                      std::int64_t kept_bytes = kept_hdf5_bytes) {
  auto file = std::make_shared<detail::Hdf5File const>(path);
  try {
    Scan scan = detail::NxtomoReader{std::move(file), entry, given, kept_bytes}.read();
    scan.validate();
    return scan;
  } catch (InvalidArgument const& error) {
    detail::fail_file(path, error.what());
  }
}

}  // namespace pyronn
