// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Scan: what a scanner measured, and where its rays went.
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

#include <pyronn/core/error.hpp>
#include <pyronn/core/grid.hpp>
#include <pyronn/io/world_axes.hpp>
#include <pyronn/scan/circular_scan.hpp>
#include <pyronn/scan/detail/panel_checks.hpp>
#include <pyronn/scan/image_stack.hpp>
#include <pyronn/scan/scan_facts.hpp>
#include <pyronn/scan/scan_geometry.hpp>

namespace pyronn {

/// What the images of a scan hold.
enum class Measured {
  line_integrals,  ///< of attenuation, without a unit
  transmissions,   ///< the part of the light that arrives: 1 where there is no object
  intensities      ///< counts, which want flat fields
};

/// Images without light (darks) or without an object (flats).
struct CalibrationImages {
  std::shared_ptr<ImageStack const> images;  ///< null: there are none
  std::vector<double> times;  ///< of each image: how many views had been taken before it

  /// Whether there are any.
  [[nodiscard]] explicit operator bool() const { return images != nullptr; }
};

/// A measured scan. Images are read when they are asked for; all else is here.
struct Scan {
  ScanGeometry geometry;                         ///< where the rays of all views went
  std::shared_ptr<ImageStack const> views{};     ///< one image a view, in the order of the geometry
  Measured measured = Measured::line_integrals;  ///< what `views` hold
  CalibrationImages darks{};                     ///< none: there is no signal without light
  CalibrationImages flats{};               ///< of intensities; none: `full_intensity` is there
  std::optional<double> full_intensity{};  ///< the flat field where it is the same in all pixels
  std::optional<Grid> grid{};              ///< the volume, where the file names one
  WorldAxes axes = WorldAxes::xyz;         ///< what the file calls the axes of `geometry`
  std::optional<CircularScan> circle{};    ///< the circle that `geometry` is, or nearly is
  /// The correction of beam hardening that the file names, which nobody has applied: coefficients
  /// of a polynomial of the line integral, from the constant on; empty: it names none.
  std::vector<double> hardening{};
  std::vector<ScanFact> facts{};               ///< what is known, and from where
  std::vector<std::filesystem::path> files{};  ///< all that were named; nobody may overwrite them

  /// How many there are.
  [[nodiscard]] int num_views() const {
    return std::visit([](auto const& beam) { return beam.num_views(); }, geometry);
  }

  /// Columns and rows of an image; in the plane there is one row.
  [[nodiscard]] Extents<2> detector_size() const {
    return std::visit([](auto const& beam) { return beam.detector_size(); }, geometry);
  }

  /// Whether it is a scan of the plane.
  [[nodiscard]] bool is_plane() const {
    return std::visit(
        [](auto const& beam) { return is_plane_geometry_v<std::decay_t<decltype(beam)>>; },
        geometry);
  }

  /// Throws InvalidArgument unless all images have the detector's size, there is one a view, and
  /// calibration images come with as many times; and for a circle's panel whose measures cannot all
  /// be mm: pixels of more than 1 m, or 50 times as long as wide, or a panel 20 times as wide as
  /// its source is far, or of more than 10 m where rays are parallel.
  void validate() const;
};

namespace detail {

inline void check_images(char const* name, std::shared_ptr<ImageStack const> const& images,
                         Extents<2> detector) {
  auto const found = images->extents();
  expects(found[0] == detector[0] && found[1] == detector[1], "Scan: ", name, " of ",
          counted(found[0], "column"), " and ", counted(found[1], "row"), " on a detector of ",
          detector);
}

inline void check_calibration(char const* name, CalibrationImages const& calibration,
                              Extents<2> detector) {
  if (!calibration) return;
  check_images(name, calibration.images, detector);
  auto const count = static_cast<std::size_t>(calibration.images->extents()[2]);
  expects(calibration.times.size() == count, "Scan: ", counted(calibration.times.size(), "time"),
          " of ", count, " ", name);
}

}  // namespace detail

inline void Scan::validate() const {
  detail::expects(views != nullptr, "Scan: there are no views");
  detail::check_images("views", views, detector_size());
  detail::expects(views->extents()[2] == num_views(),
                  "Scan: ", detail::counted(views->extents()[2], "image"), " of ",
                  detail::counted(num_views(), "view"));
  detail::check_calibration("darks", darks, detector_size());
  detail::check_calibration("flats", flats, detector_size());
  if (measured != Measured::intensities) {
    detail::expects(!darks && !flats && !full_intensity,
                    "Scan: darks and flats are of intensities, which these images are not");
  }
  if (measured == Measured::intensities) {
    detail::expects(flats || full_intensity, "Scan: intensities without flats need full_intensity");
  }
  std::string const fault = circle ? detail::fault_of_panel(*circle) : "";
  detail::expects(fault.empty(), fault);
}

}  // namespace pyronn
