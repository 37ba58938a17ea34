// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Geometries as JSON: `nlohmann::json json = value;` writes one, `json.get<T>()` reads it. Needs
/// nlohmann_json (Debian: nlohmann-json3-dev; link nlohmann_json::nlohmann_json).
///
/// Lengths are in mm, angles in rad; vectors are (x, y, z) or (u, v). Grid, Detector, CircularOrbit
/// and the vectors of views are read back bit by bit as they were written. ConeBeam keeps matrices
/// and rays, and is read back up to rounding (some 1e-15 of the distances). Reading throws
/// InvalidArgument, whose message names the field, for fields that are missing, unknown, of another
/// type or refused by the type itself; writing throws it for numbers that are not finite.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <pyronn/core/error.hpp>
#include <pyronn/core/grid.hpp>
#include <pyronn/geometry/cone_beam.hpp>
#include <pyronn/geometry/detector.hpp>
#include <pyronn/geometry/fan_vectors.hpp>
#include <pyronn/geometry/orbit/circular_orbit.hpp>
#include <pyronn/geometry/parallel_vectors.hpp>
#include <pyronn/geometry/projection_matrix.hpp>
#include <pyronn/interop/detail/json_reader.hpp>
#include <pyronn/interop/detail/view_vectors.hpp>

namespace pyronn {

namespace detail {

/// An object with a field for each vector of a view.
template <class View>
nlohmann::json vectors_to_json(View const& view) {
  using Vectors = ViewVectors<View>;
  nlohmann::json json;
  for (auto const& named : Vectors::all) {
    json[named.field] = to_json_list(Vectors::name, view.*named.member);
  }
  return json;
}

/// Reads what vectors_to_json returns. Throws InvalidArgument.
template <class View>
View vectors_from_json(nlohmann::json const& json) {
  using Vectors = ViewVectors<View>;
  std::vector<char const*> names;
  for (auto const& named : Vectors::all) names.push_back(named.field);
  auto const fields = JsonReader{json, Vectors::name}.object(names);
  View view{};
  for (auto const& named : Vectors::all) {
    view.*named.member = fields[named.field].template vector<Vectors::dimension>();
  }
  return view;
}

}  // namespace detail

/// Writes {"size": [x, y, z], "voxel_mm": [x, y, z], "origin_mm": [x, y, z]}.
inline void to_json(nlohmann::json& json, Grid const& grid) {
  grid.validate();
  json = {{"size", grid.size.size},
          {"voxel_mm", detail::to_json_list("Grid", grid.spacing)},
          {"origin_mm", detail::to_json_list("Grid", grid.origin)}};
}

/// Reads what to_json writes. Throws InvalidArgument as said above, and leaves the target unchanged
/// then.
inline void from_json(nlohmann::json const& json, Grid& grid) {
  auto const fields = detail::JsonReader{json, "Grid"}.object({"size", "voxel_mm", "origin_mm"});
  Extents<3> size{};
  int axis = 0;
  for (auto const& element : fields["size"].elements(3)) size[axis++] = element.whole_number();
  grid = Grid::from_origin(size, fields["voxel_mm"].vector<3>(), fields["origin_mm"].vector<3>());
}

/// Writes {"columns": 640, "rows": 480, "pixel_mm": [u, v], "offset_mm": [u, v]}.
inline void to_json(nlohmann::json& json, Detector const& detector) {
  detector.validate();
  json = {{"columns", detector.size[0]},
          {"rows", detector.size[1]},
          {"pixel_mm", detail::to_json_list("Detector", detector.spacing)},
          {"offset_mm", detail::to_json_list("Detector", detector.offset)}};
}

/// Reads what to_json writes. Throws InvalidArgument as said above, and leaves the target unchanged
/// then.
inline void from_json(nlohmann::json const& json, Detector& detector) {
  auto const fields =
      detail::JsonReader{json, "Detector"}.object({"columns", "rows", "pixel_mm", "offset_mm"});
  Detector const read{{fields["columns"].whole_number(), fields["rows"].whole_number()},
                      fields["pixel_mm"].vector<2>(),
                      fields["offset_mm"].vector<2>()};
  read.validate();
  detector = read;
}

/// Writes {"source_isocenter_mm": R, "source_detector_mm": D, "angles_rad": [...],
/// "rotation": "counter_clockwise" or "clockwise"}.
inline void to_json(nlohmann::json& json, CircularOrbit const& orbit) {
  orbit.validate();
  bool const clockwise = orbit.rotation == Rotation::clockwise;
  json = {{"source_isocenter_mm", orbit.source_isocenter_distance},
          {"source_detector_mm", orbit.source_detector_distance},
          {"angles_rad", orbit.angles},
          {"rotation", clockwise ? "clockwise" : "counter_clockwise"}};
}

/// Reads what to_json writes. Throws InvalidArgument as said above, and leaves the target unchanged
/// then.
inline void from_json(nlohmann::json const& json, CircularOrbit& orbit) {
  auto const fields = detail::JsonReader{json, "CircularOrbit"}.object(
      {"source_isocenter_mm", "source_detector_mm", "angles_rad", "rotation"});
  CircularOrbit read{
      fields["source_isocenter_mm"].number(), fields["source_detector_mm"].number(), {}};
  for (auto const& angle : fields["angles_rad"].elements()) read.angles.push_back(angle.number());
  std::string const rotation = fields["rotation"].text();
  if (rotation != "clockwise" && rotation != "counter_clockwise") {
    fields["rotation"].refuse(R"(must be "counter_clockwise" or "clockwise")");
  }
  if (rotation == "clockwise") read.rotation = Rotation::clockwise;
  read.validate();
  orbit = read;
}

/// Writes {"source_mm": [x, y, z], "detector_center_mm": ..., "u_step_mm": ..., "v_step_mm": ...}.
inline void to_json(nlohmann::json& json, ConeVectors const& view) {
  json = detail::vectors_to_json(view);
}

/// Reads what to_json writes. Throws InvalidArgument as said above, and leaves the target unchanged
/// then.
inline void from_json(nlohmann::json const& json, ConeVectors& view) {
  view = detail::vectors_from_json<ConeVectors>(json);
}

/// Writes {"direction": [x, y, z], "detector_center_mm": ..., "u_step_mm": ..., "v_step_mm": ...}.
inline void to_json(nlohmann::json& json, ParallelVectors const& view) {
  json = detail::vectors_to_json(view);
}

/// Reads what to_json writes. Throws InvalidArgument as said above, and leaves the target unchanged
/// then.
inline void from_json(nlohmann::json const& json, ParallelVectors& view) {
  view = detail::vectors_from_json<ParallelVectors>(json);
}

/// Writes {"source_mm": [x, y], "detector_center_mm": [x, y], "u_step_mm": [x, y]}.
inline void to_json(nlohmann::json& json, FanVectors const& view) {
  json = detail::vectors_to_json(view);
}

/// Reads what to_json writes. Throws InvalidArgument as said above, and leaves the target unchanged
/// then.
inline void from_json(nlohmann::json const& json, FanVectors& view) {
  view = detail::vectors_from_json<FanVectors>(json);
}

/// Writes {"direction": [x, y], "detector_center_mm": [x, y], "u_step_mm": [x, y]}.
inline void to_json(nlohmann::json& json, ParallelVectors2D const& view) {
  json = detail::vectors_to_json(view);
}

/// Reads what to_json writes. Throws InvalidArgument as said above, and leaves the target unchanged
/// then.
inline void from_json(nlohmann::json const& json, ParallelVectors2D& view) {
  view = detail::vectors_from_json<ParallelVectors2D>(json);
}

/// Writes three lists of four numbers, the rows of the matrix from world mm to pixel indices.
inline void to_json(nlohmann::json& json, ProjectionMatrix const& matrix) {
  json = nlohmann::json::array();
  for (auto const& row : matrix.row) {
    json.push_back(
        detail::to_json_list("ProjectionMatrix", Vec<double, 4>{row[0], row[1], row[2], row[3]}));
  }
}

/// Reads what to_json writes. Throws InvalidArgument as said above, and leaves the target unchanged
/// then.
inline void from_json(nlohmann::json const& json, ProjectionMatrix& matrix) {
  ProjectionMatrix read{};
  int r = 0;
  for (auto const& row : detail::JsonReader{json, "ProjectionMatrix"}.elements(3)) {
    auto const numbers = row.vector<4>();
    for (int c = 0; c < 4; ++c) read.row[r][c] = numbers[c];
    ++r;
  }
  matrix = read;
}

namespace detail {

/// The vectors of a view whose detector position is known.
inline ConeVectors cone_vectors(ConeView const& view, Extents<2> size) {
  ProjectiveRays const& rays = view.projective_rays();
  return {rays.origin,
          rays.origin + rays.direction + 0.5 * (size[0] - 1) * rays.along_u +
              0.5 * (size[1] - 1) * rays.along_v,
          rays.along_u, rays.along_v};
}

/// The view of a matrix with the sign that the matrix has: w is positive in front of the source.
inline ConeView cone_view(ProjectionMatrix const& matrix) {
  Vec3d const depth = matrix.direction(2);
  double const square = dot(depth, depth);
  expects(std::isfinite(square) && square > 0, "ConeBeam: the third row of a projection matrix, ",
          depth, ", must be finite and not 0");
  // As far in front of the source as the world's origin is from it: no digit of the depth is lost.
  double const way = std::max(std::sqrt(square), std::abs(matrix.row[2][3]));
  return ConeView::from_matrix(matrix, (way - matrix.row[2][3]) / square * depth);
}

/// Calls make(element as a T) for every element of a list, and returns the results; messages of
/// errors name the view.
template <class T, class Make>
auto read_views(JsonReader const& list, nlohmann::json const& json, Make const& make) {
  std::size_t const count = list.elements().size();
  std::vector<decltype(make(std::declval<T>()))> views;
  views.reserve(count);
  for (std::size_t n = 0; n < count; ++n) {
    try {
      views.push_back(make(json[n].get<T>()));
    } catch (InvalidArgument const& error) {
      throw InvalidArgument(message(error.what(), " (view ", n, ")"));
    }
  }
  return views;
}

template <class T>
std::vector<T> read_views(JsonReader const& list, nlohmann::json const& json) {
  return read_views<T>(list, json, [](T const& view) { return view; });
}

}  // namespace detail
}  // namespace pyronn

namespace nlohmann {

/// A ConeBeam as {"detector": {"columns": 640, "rows": 480}, "vectors": [...]}, or with "matrices"
/// instead of "vectors" where the detector's position is not known. Matrices are normalised: w is
/// the depth in mm, positive in front of the source. They are read with the sign that they have.
template <>
struct adl_serializer<pyronn::ConeBeam> {
  /// Throws InvalidArgument where the detector's position is known in some views and not in others.
  static void to_json(json& result, pyronn::ConeBeam const& scan) {
    pyronn::Extents<2> const size = scan.detector_size();
    auto const ends = [&scan](int n) { return std::isfinite(scan.view(n).projective_rays().end); };
    json views = json::array();
    for (int n = 0; n < scan.num_views(); ++n) {
      pyronn::detail::expects(ends(n) == ends(0),
                              "ConeBeam: the detector's place is known in some ",
                              "views alone; view ", n, " differs from view 0");
      if (ends(n)) {
        views.push_back(pyronn::detail::cone_vectors(scan.view(n), size));
      } else {
        views.push_back(scan.view(n).projection_matrix());
      }
    }
    result = {{"detector", {{"columns", size[0]}, {"rows", size[1]}}},
              {ends(0) ? "vectors" : "matrices", std::move(views)}};
  }

  /// Reads what to_json writes. Throws InvalidArgument; the message names the field and the view.
  static pyronn::ConeBeam from_json(json const& text) {
    using pyronn::ConeView;
    pyronn::detail::JsonReader const reader{text, "ConeBeam"};
    bool const has_matrices = reader.has("matrices");
    char const* const kind = has_matrices ? "matrices" : "vectors";
    auto const fields = reader.object({"detector", kind});
    auto const detector = fields["detector"].object({"columns", "rows"});
    pyronn::Extents<2> const size{detector["columns"].whole_number(),
                                  detector["rows"].whole_number()};
    pyronn::Detector::validate_size(size);
    auto const list = fields[kind];
    if (has_matrices) {
      return pyronn::ConeBeam::from_views(
          size, pyronn::detail::read_views<pyronn::ProjectionMatrix>(list, text.at(kind),
                                                                     pyronn::detail::cone_view));
    }
    return pyronn::ConeBeam::from_views(
        size, pyronn::detail::read_views<pyronn::ConeVectors>(
                  list, text.at(kind), [size](pyronn::ConeVectors const& view) {
                    return ConeView::from_vectors(view, size);
                  }));
  }
};

}  // namespace nlohmann
