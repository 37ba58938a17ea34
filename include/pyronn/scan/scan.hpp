// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Scan: what a scanner measured, and where its rays went.
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <pyronn/core/error.hpp>
#include <pyronn/core/grid.hpp>
#include <pyronn/geometry/arc_fan_beam.hpp>
#include <pyronn/geometry/cone_beam.hpp>
#include <pyronn/geometry/fan_beam.hpp>
#include <pyronn/geometry/parallel_beam_2d.hpp>
#include <pyronn/geometry/parallel_beam_3d.hpp>
#include <pyronn/scan/image_stack.hpp>

namespace pyronn {

/// Any of the geometries that pyronn has.
using ScanGeometry = std::variant<ParallelBeam2D, FanBeam, ArcFanBeam, ParallelBeam3D, ConeBeam>;

/// Whether a geometry is one of the plane: then a view is one row of pixels, and a volume an image.
template <class Geometry>
inline constexpr bool is_plane_geometry_v = decltype(std::declval<Geometry>().extents())::rank == 2;

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

  [[nodiscard]] explicit operator bool() const { return images != nullptr; }
};

/// One thing that is known of a scan, and from where. What a file leaves open is assumed: never
/// without one of these.
struct ScanFact {
  enum class Origin { file, given, assumed };

  std::string what;   ///< "rotation axis"
  std::string value;  ///< "column 319.5"
  Origin origin;
  std::string basis;  ///< the key of the file; for what is assumed, why, and how to say otherwise
};

/// A measured scan. Images are read when they are asked for; all else is here.
struct Scan {
  ScanGeometry geometry;
  std::shared_ptr<ImageStack const> views;  ///< one image a view, in the order of the geometry
  Measured measured;
  CalibrationImages darks;               ///< none: there is no signal without light
  CalibrationImages flats;               ///< of intensities; none: `full_intensity` is there
  std::optional<double> full_intensity;  ///< the flat field where it is the same in all pixels
  std::optional<Grid> grid;              ///< the volume, where the file names one
  std::vector<ScanFact> facts;
  std::vector<std::filesystem::path> files;  ///< all that were named, which nobody may overwrite

  [[nodiscard]] int num_views() const {
    return std::visit([](auto const& beam) { return beam.num_views(); }, geometry);
  }

  /// Columns and rows of an image; in the plane there is one row.
  [[nodiscard]] Extents<2> detector_size() const {
    return std::visit([](auto const& beam) { return beam.detector_size(); }, geometry);
  }

  [[nodiscard]] bool is_plane() const {
    return std::visit(
        [](auto const& beam) { return is_plane_geometry_v<std::decay_t<decltype(beam)>>; },
        geometry);
  }

  /// Throws InvalidArgument unless all images have the detector's size, there is one a view, and
  /// calibration images come with as many times.
  void validate() const;
};

namespace detail {

inline void check_images(char const* name, std::shared_ptr<ImageStack const> const& images,
                         Extents<2> detector) {
  auto const found = images->extents();
  expects(found[0] == detector[0] && found[1] == detector[1], "Scan: ", name, " of ", found[0],
          " columns and ", found[1], " rows on a detector of ", detector);
}

inline void check_calibration(char const* name, CalibrationImages const& calibration,
                              Extents<2> detector) {
  if (!calibration) return;
  check_images(name, calibration.images, detector);
  auto const count = static_cast<std::size_t>(calibration.images->extents()[2]);
  expects(calibration.times.size() == count, "Scan: ", calibration.times.size(), " times of ",
          count, " ", name);
}

}  // namespace detail

inline void Scan::validate() const {
  detail::expects(views != nullptr, "Scan: there are no views");
  detail::check_images("views", views, detector_size());
  detail::expects(views->extents()[2] == num_views(), "Scan: ", views->extents()[2], " images of ",
                  num_views(), " views");
  detail::check_calibration("darks", darks, detector_size());
  detail::check_calibration("flats", flats, detector_size());
  if (measured == Measured::intensities) {
    detail::expects(flats || full_intensity, "Scan: intensities without flats need full_intensity");
  }
}

}  // namespace pyronn
