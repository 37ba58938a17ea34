// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Scans of RTK, the Reconstruction Toolkit: a geometry file and projections. Needs pugixml and
/// zlib (Debian: libpugixml-dev zlib1g-dev; link pugixml::pugixml ZLIB::ZLIB).
#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <pyronn/interop/rtk_xml.hpp>
#include <pyronn/scan/detail/collimated_images.hpp>
#include <pyronn/scan/detail/rtk_pixels.hpp>
#include <pyronn/scan/image_files.hpp>
#include <pyronn/scan/metaimage_images.hpp>
#include <pyronn/scan/scan.hpp>

namespace pyronn {

namespace detail {

/// Makes a scan of a geometry file and images.
class RtkScanReader {
 public:
  RtkScanReader(std::filesystem::path const& geometry, std::filesystem::path const& projections,
                GivenOfScan const& given)
      : geometry_{geometry}, projections_{projections}, given_{given} {}

  [[nodiscard]] Scan read(OpenImages const& open) {
    auto const views = rtk::read_collimated_geometry(geometry_, [this](std::string const& note) {
      facts_.note<std::string>("geometry", "read in part", ScanFact::Origin::assumed, note);
    });
    bool const is_parallel = read_beam(views);
    std::vector<std::filesystem::path> files{geometry_, projections_};
    std::string const extension = lower_case(projections_.extension().string());
    std::shared_ptr<ImageStack const> images;
    RtkPixels pixels{};
    if (extension == ".mha" || extension == ".mhd") {
      auto const header = read_metaimage_header(projections_);
      pixels = pixels_of(header);
      check_count(views.size(), header.size[2]);
      images = metaimage_images(header);
      for (auto const& file : header.files) {
        if (file != projections_) files.push_back(file);
      }
    } else {
      images = open(projections_);
      pixels = assumed_pixels(images->extents());
      check_count(views.size(), images->extents()[2]);
    }
    Scan scan = is_parallel ? parallel_scan(views, pixels) : cone_scan(views, pixels);
    scan.measured = read_kind(images->type());
    if (scan.measured == Measured::intensities) scan.full_intensity = full_intensity;
    scan.views = is_parallel ? images : collimated(images, views, pixels, scan.measured);
    scan.facts = facts_.list();
    scan.files = files;
    scan.axes = WorldAxes::zxy;
    return scan;
  }

 private:
  using Views = RtkViews;
  using Origin = ScanFact::Origin;

  static constexpr double full_intensity = 65535;

  bool read_beam(Views const& views) {
    bool const is_parallel = views.front().projection.is_parallel();
    for (std::size_t n = 0; n < views.size(); ++n) {
      if (views[n].projection.is_parallel() != is_parallel) {
        fail_file(geometry_, "projection ", n, ": SourceToDetectorDistance is ",
                  views[n].projection.source_to_detector_distance,
                  ", but 0 means parallel rays, in all projections or in none");
      }
      check_jaws(n, views[n]);
    }
    facts_.note<std::string>("rays", is_parallel ? "parallel" : "of a point source", Origin::file,
                             "SourceToDetectorDistance");
    facts_.note<std::string>(
        "x, y, z", "RTK's z, x, y", Origin::file,
        "RTK's source turns about y; volumes in .mha and .nii lie in RTK's world");
    return is_parallel;
  }

  void check_jaws(std::size_t n, rtk::CollimatedProjection const& view) const {
    auto const& places = view.jaws.places;
    if (std::all_of(places.begin(), places.end(),
                    [](double place) { return place == rtk::Jaws::open; })) {
      return;
    }
    rtk::Projection const& projection = view.projection;
    if (projection.is_parallel()) {
      fail_file(geometry_, "projection ", n, " has jaws of collimation, which are known for ",
                "cone beams alone");
    }
    if (projection.in_plane_angle != 0 || projection.out_of_plane_angle != 0 ||
        projection.source_offset_y != 0) {
      fail_file(geometry_, "projection ", n, " has jaws of collimation and InPlaneAngle, ",
                "OutOfPlaneAngle or SourceOffsetY, with which versions of RTK measure jaws in ",
                "different ways; take the Collimation elements out of the file");
    }
  }

  void check_count(std::size_t projections, int images) const {
    if (projections == static_cast<std::size_t>(images)) return;
    fail_file(projections_, "holds ", detail::counted(images, "image"), ", but ",
              geometry_.string(), " has ", detail::counted(projections, "projection"));
  }

  /// Where another pixel size is given, the place at which RTK's coordinates are 0 stays.
  RtkPixels pixels_of(MetaImageHeader const& header) {
    Vec2d const said{header.spacing[0], header.spacing[1]};
    Vec2d const pixel =
        facts_.choose<Vec2d>("pixel [mm]", given_.pixel, {said, "ElementSpacing"}, said, "");
    facts_.note<Vec2d>("first pixel [mm]", {header.origin[0], header.origin[1]}, Origin::file,
                       "Offset");
    auto const& axes = header.axes;
    if (axes[0][2] != 0 || axes[1][2] != 0 || axes[2][0] != 0 || axes[2][1] != 0) {
      fail_file(projections_, "TransformMatrix turns images out of their plane: columns, rows, ",
                "views are along ", axes[0], ", ", axes[1], ", ", axes[2]);
    }
    RtkPixels result{{header.size[0], header.size[1]}, {}, {}, {}};
    for (int i = 0; i < 2; ++i) {
      result.u_step[i] = axes[0][i] * pixel[0];
      result.v_step[i] = axes[1][i] * pixel[1];
    }
    for (int i = 0; i < 2; ++i) {
      result.middle[i] = header.origin[i] * (pixel[i] / said[i]) +
                         0.5 * (header.size[0] - 1) * result.u_step[i] +
                         0.5 * (header.size[1] - 1) * result.v_step[i];
    }
    return result;
  }

  RtkPixels assumed_pixels(Extents<3> images) {
    Vec2d const pixel = facts_.require<Vec2d>("pixel [mm]", given_.pixel,
                                              {{}, "images that are no MetaImage do not say it"});
    facts_.note<std::string>("middle of images", "(0, 0) mm", Origin::assumed,
                             "images that are no MetaImage do not say it");
    return {{images[0], images[1]}, {}, {pixel[0], 0}, {0, pixel[1]}};
  }

  /// As RTK's reader of projections has it.
  Measured read_kind(NumberType type) {
    bool const are_counts = type == NumberType::uint16;
    facts_.note<std::string>("images", are_counts ? "counts of 65535 in air" : "line integrals",
                             Origin::assumed,
                             std::string{"as RTK takes numbers of type "} + name_of(type));
    return are_counts ? Measured::intensities : Measured::line_integrals;
  }

  /// What is given counts.
  void choose(CircularScan& circle) {
    if (!circle.is_parallel()) {
      choose("source-isocenter distance", given_.source_isocenter, "SourceToIsocenterDistance",
             circle.source_isocenter);
      choose("source-detector distance", given_.source_detector, "SourceToDetectorDistance",
             circle.source_detector);
    } else if (given_.source_isocenter || given_.source_detector) {
      fail_file(geometry_, "has parallel rays; distances were given");
    }
    double column = circle.column_of_axis();
    choose("axis column", given_.axis_column, "Offset and ProjectionOffsetX", column);
    circle.axis_column = column;
    choose("roll", given_.roll, "InPlaneAngle", circle.roll);
    choose("rotation", given_.rotation, "GantryAngle", circle.rotation);
  }
  template <class T>
  void choose(char const* what, std::optional<T> const& given, char const* key, T& value) {
    value = facts_.choose<T>(what, given, {value, key}, value, "");
  }

  void refuse_given() const {
    if (given_.axis_column || given_.roll || given_.rotation || given_.source_isocenter ||
        given_.source_detector) {
      fail_file(geometry_, "has views that are on no circle; their axis, sense or distances ",
                "cannot be given");
    }
  }

  Scan circular_scan(CircularScan circle) {
    choose(circle);
    Scan scan{circle.geometry()};
    scan.circle = std::move(circle);
    return scan;
  }

  Scan cone_scan(Views const& views, RtkPixels const& pixels) {
    if (auto circle = circle_of_rtk(views, pixels)) return circular_scan(std::move(*circle));
    refuse_given();
    std::vector<ConeVectors> vectors;
    for (auto const& view : views) {
      vectors.push_back(rtk::rotated_to_z_up(cone_vectors_of(view.projection, pixels)));
    }
    return {ConeBeam::from_vectors(pixels.size, vectors)};
  }

  Scan parallel_scan(Views const& views, RtkPixels const& pixels) {
    if (auto circle = circle_of_rtk(views, pixels)) return circular_scan(std::move(*circle));
    refuse_given();
    std::vector<ParallelVectors> vectors;
    for (auto const& view : views) {
      vectors.push_back(rtk::rotated_to_z_up(parallel_vectors_of(view.projection, pixels)));
    }
    return {ParallelBeam3D::from_vectors(pixels.size, vectors)};
  }

  /// What jaws hide counts as air, as with RTK's filter for it.
  std::shared_ptr<ImageStack const> collimated(std::shared_ptr<ImageStack const> images,
                                               Views const& views, RtkPixels const& pixels,
                                               Measured measured) {
    std::vector<CollimatedView> result;
    int hiding = 0;
    for (auto const& view : views) {
      result.push_back({view, cone_vectors_of(view.projection, pixels)});
      if (!result.back().is_open(pixels.size)) ++hiding;
    }
    if (hiding == 0) return images;
    facts_.note<std::string>(
        "pixels behind jaws", "air", Origin::assumed,
        message("the collimation hides some in ", hiding, " of ", views.size(), " views"));
    return std::make_shared<CollimatedImages>(
        std::move(images), std::move(result),
        static_cast<float>(measured == Measured::intensities ? full_intensity : 0));
  }

  std::filesystem::path const& geometry_;
  std::filesystem::path const& projections_;
  GivenOfScan given_;
  ScanFacts facts_;
};

/// Refuses all files.
inline std::shared_ptr<ImageStack const> no_images(std::filesystem::path const& path) {
  fail_file(path, "is no MetaImage by its name (.mha, .mhd)");
}

}  // namespace detail

/// Reads a scan of RTK's: a geometry file of version 2 or 3 and the projections that belong to it,
/// a MetaImage whose spacing, origin and directions say where pixels are, or whatever `open` opens;
/// then the pixel size must be given, and images have their middle at (0, 0). Rays are parallel or
/// those of a cone beam, each view has its own offsets and angles. RTK's axes z, x, y become
/// x, y, z, so that the source turns about z, and `axes` says so to writers of volumes. Numbers of
/// 16 bits without sign are counts, of which 65535 pass where nothing is, all others line
/// integrals, as in RTK; pixels that jaws hide count as air; jaws of views that are tilted or whose
/// source is moved along y are refused, as versions of RTK measure them in different ways.
///
/// Throws FileError where read_collimated_geometry and metaimage_images do, where there are not as
/// many images as projections, and for numbers that are given for views on no circle; `facts` lists
/// what was assumed.
[[nodiscard]] inline Scan read_rtk_scan(std::filesystem::path const& geometry,
                                        std::filesystem::path const& projections,
                                        GivenOfScan const& given = {},
                                        OpenImages const& open = detail::no_images) {
  try {
    Scan scan = detail::RtkScanReader{geometry, projections, given}.read(open);
    scan.validate();
    return scan;
  } catch (InvalidArgument const& error) {
    detail::fail_file(geometry, error.what());
  }
}

}  // namespace pyronn
