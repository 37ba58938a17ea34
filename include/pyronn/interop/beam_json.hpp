// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Scans with parallel rays, and scans of the plane, as JSON; units, precision and errors are as in
/// geometry_json.hpp. Of an ArcFanBeam the CircularOrbit and the LineDetector can be written.
#include <type_traits>

#include <nlohmann/json.hpp>

#include <pyronn/geometry/detector.hpp>
#include <pyronn/geometry/fan_beam.hpp>
#include <pyronn/geometry/parallel_beam_2d.hpp>
#include <pyronn/geometry/parallel_beam_3d.hpp>
#include <pyronn/interop/detail/json_reader.hpp>
#include <pyronn/interop/geometry_json.hpp>

namespace pyronn {

/// Writes {"columns": 640, "pixel_mm": 0.8, "offset_mm": 0}.
inline void to_json(nlohmann::json& json, LineDetector const& detector) {
  detector.validate();
  json = {{"columns", detector.columns},
          {"pixel_mm", detector.spacing},
          {"offset_mm", detector.offset}};
}

/// Reads what to_json writes. Throws InvalidArgument, and leaves the target unchanged then.
inline void from_json(nlohmann::json const& json, LineDetector& detector) {
  auto const fields =
      detail::JsonReader{json, "LineDetector"}.object({"columns", "pixel_mm", "offset_mm"});
  LineDetector const read{fields["columns"].whole_number(), fields["pixel_mm"].number(),
                          fields["offset_mm"].number()};
  read.validate();
  detector = read;
}

namespace detail {

inline ParallelVectors vectors_of(ParallelView const& view, Extents<2> size) {
  ProjectiveRays const& rays = view.projective_rays();
  return {rays.direction,
          rays.origin + 0.5 * (size[0] - 1) * rays.along_u + 0.5 * (size[1] - 1) * rays.along_v,
          rays.along_u, rays.along_v};
}

inline Vec2d of_plane(Vec3d const& vec) { return {vec[0], vec[1]}; }

inline ParallelVectors2D plane_vectors_of(ParallelView const& view, Extents<2> size) {
  ParallelVectors const vectors = vectors_of(view, size);
  return {of_plane(vectors.direction), of_plane(vectors.detector_center), of_plane(vectors.u_step)};
}

inline FanVectors plane_vectors_of(ConeView const& view, Extents<2> size) {
  ConeVectors const vectors = cone_vectors(view, size);
  return {of_plane(vectors.source), of_plane(vectors.detector_center), of_plane(vectors.u_step)};
}

/// Reads and writes {"columns": 640, "vectors": [...]}.
template <class Geometry, class Vectors>
struct PlaneGeometryJson {
  static void to_json(nlohmann::json& result, Geometry const& scan) {
    nlohmann::json views = nlohmann::json::array();
    for (int n = 0; n < scan.num_views(); ++n) {
      views.push_back(plane_vectors_of(scan.view(n), scan.detector_size()));
    }
    result = {{"columns", scan.detector_size()[0]}, {"vectors", views}};
  }

  static Geometry from_json(nlohmann::json const& text) {
    char const* const name = std::is_same_v<Geometry, FanBeam> ? "FanBeam" : "ParallelBeam2D";
    auto const fields = JsonReader{text, name}.object({"columns", "vectors"});
    int const columns = fields["columns"].whole_number();
    return Geometry::from_vectors(columns,
                                  read_views<Vectors>(fields["vectors"], text.at("vectors")));
  }
};

}  // namespace detail
}  // namespace pyronn

namespace nlohmann {

/// A FanBeam as {"columns": 640, "vectors": [...]}, each as FanVectors.
template <>
struct adl_serializer<pyronn::FanBeam>
    : pyronn::detail::PlaneGeometryJson<pyronn::FanBeam, pyronn::FanVectors> {};

/// A ParallelBeam2D as {"columns": 640, "vectors": [...]}, each as ParallelVectors2D.
template <>
struct adl_serializer<pyronn::ParallelBeam2D>
    : pyronn::detail::PlaneGeometryJson<pyronn::ParallelBeam2D, pyronn::ParallelVectors2D> {};

/// A ParallelBeam3D as {"detector": {"columns": 640, "rows": 480}, "vectors": [...]}.
template <>
struct adl_serializer<pyronn::ParallelBeam3D> {
  /// Writes the vectors of every view, whose directions have unit length.
  static void to_json(json& result, pyronn::ParallelBeam3D const& scan) {
    pyronn::Extents<2> const size = scan.detector_size();
    json views = json::array();
    for (int n = 0; n < scan.num_views(); ++n) {
      views.push_back(pyronn::detail::vectors_of(scan.view(n), size));
    }
    result = {{"detector", {{"columns", size[0]}, {"rows", size[1]}}}, {"vectors", views}};
  }

  /// Reads what to_json writes. Throws InvalidArgument; the message names the field and the view.
  static pyronn::ParallelBeam3D from_json(json const& text) {
    auto const fields =
        pyronn::detail::JsonReader{text, "ParallelBeam3D"}.object({"detector", "vectors"});
    auto const detector = fields["detector"].object({"columns", "rows"});
    return pyronn::ParallelBeam3D::from_vectors(
        {detector["columns"].whole_number(), detector["rows"].whole_number()},
        pyronn::detail::read_views<pyronn::ParallelVectors>(fields["vectors"], text.at("vectors")));
  }
};

}  // namespace nlohmann
