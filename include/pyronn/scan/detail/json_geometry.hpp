// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// JsonGeometryReader: the geometry of a scan that is described in JSON.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <pyronn/core/error.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/geometry/orbit/circular_orbit.hpp>
#include <pyronn/interop/detail/json_reader.hpp>
#include <pyronn/interop/detail/view_vectors.hpp>
#include <pyronn/io/npy.hpp>
#include <pyronn/scan/detail/json_angles.hpp>
#include <pyronn/scan/scan.hpp>

namespace pyronn::detail {

/// What a description says of source and detector, in one of three ways.
class JsonGeometryReader {
 public:
  /// `folder` is where names of files begin; `seen` [mm] lies in front of every source.
  JsonGeometryReader(JsonReader description, std::filesystem::path folder, Vec3d const& seen)
      : description_{std::move(description)}, folder_{std::move(folder)}, seen_{seen} {}

  /// Whether a description is of a scan of the plane.
  [[nodiscard]] static bool is_plane(JsonReader const& description, bool has_rows) {
    Beam const beam = beam_of(description);
    return beam == Beam::fan || beam == Beam::arc_fan || (beam == Beam::parallel && !has_rows);
  }

  [[nodiscard]] ScanGeometry read() const {
    Beam const beam = beam_of(description_);
    JsonReader const detector = description_["detector"].object({"columns"}, {"rows", "pixel_mm"});
    bool const has_rows = detector.has("rows");
    if (beam == Beam::cone) return space<ConeBeam>(detector);
    if (beam == Beam::parallel && has_rows) return space<ParallelBeam3D>(detector);
    if (has_rows) detector["rows"].refuse("contradicts a fan, which has one row: leave it out");
    if (beam == Beam::fan) return plane<FanBeam, FanVectors>(detector);
    if (beam == Beam::arc_fan) return plane<ArcFanBeam, FanVectors>(detector);
    return plane<ParallelBeam2D, ParallelVectors2D>(detector);
  }

  /// The circle, where that is what is described; `read` has checked it.
  [[nodiscard]] std::optional<CircularScan> circle() const {
    JsonReader const detector = description_["detector"];
    if (!description_.has("circular")) return std::nullopt;
    JsonReader const field = description_["circular"];
    bool const has_rows = detector.has("rows");
    auto const pixel = numbers_of_axes(detector["pixel_mm"], has_rows, &JsonReader::positive);
    CircularScan scan{{detector["columns"].count(), has_rows ? detector["rows"].count() : 1},
                      {pixel[0], pixel[1]},
                      json_angles(field["angles"])};
    if (!has_rows) {
      bool const is_arc = beam_of(description_) == Beam::arc_fan;
      scan.shape = is_arc ? DetectorShape::arc : DetectorShape::line;
    }
    scan.rotation = rotation(field);
    if (field.has("source_isocenter_mm")) {
      scan.source_isocenter = field["source_isocenter_mm"].positive();
      scan.source_detector = field["source_detector_mm"].positive();
    }
    if (field.has("detector_offset_mm")) {
      auto const offset =
          numbers_of_axes(field["detector_offset_mm"], has_rows, &JsonReader::finite);
      scan.axis_column = scan.column_of_axis() - offset[0] / pixel[0];
      if (has_rows) scan.central_row = scan.row_of_isocenter() - offset[1] / pixel[1];
    }
    return scan;
  }

 private:
  /// Along u and v; in the plane the one number stands for both.
  static std::array<double, 2> numbers_of_axes(JsonReader const& field, bool has_rows,
                                               double (JsonReader::*number)() const) {
    if (has_rows) return field.list_of<2>(number);
    return {(field.*number)(), (field.*number)()};
  }

  enum class Beam { cone, fan, arc_fan, parallel };

  static Beam beam_of(JsonReader const& description) {
    if (!description.has("beam")) return Beam::cone;
    return static_cast<Beam>(description["beam"].choice({"cone", "fan", "arc_fan", "parallel"}));
  }

  /// The one field that says where source and detector stand.
  [[nodiscard]] JsonReader position(JsonReader const& detector, bool has_matrices) const {
    std::string found;
    for (char const* const kind : {"circular", "vectors", "matrices"}) {
      if (!description_.has(kind)) continue;
      if (!found.empty()) {
        throw InvalidArgument(
            message(kind, ": contradicts '", found, "'; describe the geometry once"));
      }
      found = kind;
    }
    if (found.empty()) {
      throw InvalidArgument("circular: is missing; so are vectors and matrices, one must be there");
    }
    JsonReader field = description_[found.c_str()];
    if (found == "matrices" && !has_matrices) field.refuse("are for cones alone; give vectors");
    if (found != "circular" && detector.has("pixel_mm")) {
      detector["pixel_mm"].refuse(message("contradicts '", found, "', which says it already"));
    }
    return field;
  }

  /// What the library refuses about a geometry, said of the field that it came from.
  template <class Make>
  static auto refuse_with(JsonReader const& field, Make const& make) {
    try {
      return make();
    } catch (InvalidArgument const& error) {
      throw InvalidArgument(message(field.name(), ": ", error.what()));
    }
  }

  template <class Geometry>
  [[nodiscard]] Geometry space(JsonReader const& detector) const {
    constexpr bool is_cone = std::is_same_v<Geometry, ConeBeam>;
    Extents<2> const size{detector["columns"].count(), detector["rows"].count()};
    JsonReader const field = position(detector, is_cone);
    if (description_.has("circular")) {
      auto const pixel = detector["pixel_mm"].list_of<2>(&JsonReader::positive);
      for (double const side : pixel) check_pixel(detector["pixel_mm"], side);
      std::array<double, 2> offset{};
      if (field.has("detector_offset_mm")) {
        offset = field["detector_offset_mm"].list_of<2>(&JsonReader::finite);
      }
      return circular<Geometry>(field,
                                Detector{size, {pixel[0], pixel[1]}, {offset[0], offset[1]}});
    }
    if constexpr (is_cone) {
      if (description_.has("matrices")) {
        return refuse_with(field,
                           [&] { return ConeBeam::from_matrices(size, matrices(field), seen_); });
      }
    }
    using Vectors = std::conditional_t<is_cone, ConeVectors, ParallelVectors>;
    return refuse_with(field,
                       [&] { return Geometry::from_vectors(size, vectors<Vectors>(field)); });
  }

  static void check_pixel(JsonReader const& field, double size) {
    constexpr double longest = 1e4;
    if (size > longest) field.refuse("is longer than pixels are");
  }

  template <class Geometry, class Vectors>
  [[nodiscard]] Geometry plane(JsonReader const& detector) const {
    int const columns = detector["columns"].count();
    JsonReader const field = position(detector, false);
    if (description_.has("circular")) {
      double offset = 0;
      check_pixel(detector["pixel_mm"], detector["pixel_mm"].positive());
      if (field.has("detector_offset_mm")) offset = field["detector_offset_mm"].finite();
      return circular<Geometry>(field,
                                LineDetector{columns, detector["pixel_mm"].positive(), offset});
    }
    return refuse_with(field,
                       [&] { return Geometry::from_vectors(columns, vectors<Vectors>(field)); });
  }

  template <class Geometry, class AnyDetector>
  [[nodiscard]] static Geometry circular(JsonReader const& field, AnyDetector const& detector) {
    constexpr bool is_parallel =
        std::is_same_v<Geometry, ParallelBeam2D> || std::is_same_v<Geometry, ParallelBeam3D>;
    JsonReader::Names const optional{"rotation", "detector_offset_mm"};
    if constexpr (is_parallel) {
      JsonReader const& known = field.object({"angles"}, optional);
      ParallelOrbit const orbit{json_angles(known["angles"]), rotation(known)};
      return refuse_with(field, [&] { return Geometry::circular(orbit, detector); });
    } else {
      JsonReader const& known =
          field.object({"source_isocenter_mm", "source_detector_mm", "angles"}, optional);
      CircularOrbit const orbit{known["source_isocenter_mm"].positive(),
                                known["source_detector_mm"].positive(),
                                json_angles(known["angles"]), rotation(known)};
      if (orbit.source_detector_distance < orbit.source_isocenter_distance) {
        known["source_detector_mm"].refuse("must not be less than source_isocenter_mm");
      }
      return refuse_with(field, [&] { return Geometry::circular(orbit, detector); });
    }
  }

  static Rotation rotation(JsonReader const& circular) {
    if (!circular.has("rotation")) return Rotation::counter_clockwise;
    return static_cast<Rotation>(circular["rotation"].choice({"counter_clockwise", "clockwise"}));
  }

  /// A list with an object a view, or one object that names a .npy file for each vector.
  template <class Vectors>
  [[nodiscard]] std::vector<Vectors> vectors(JsonReader const& field) const {
    using Named = ViewVectors<Vectors>;
    constexpr int dimension = Named::dimension;
    JsonReader::Names names;
    for (auto const& named : Named::all) names.push_back(named.field);
    std::vector<Vectors> views;
    if (!field.is_object()) {
      for (JsonReader const& view : field.elements()) {
        JsonReader const& known = view.object(names);
        views.emplace_back();
        for (auto const& named : Named::all) {
          auto const vector = known[named.field].template list_of<dimension>(&JsonReader::finite);
          for (int axis = 0; axis < dimension; ++axis) {
            (views.back().*named.member)[axis] = vector[static_cast<std::size_t>(axis)];
          }
        }
      }
      return views;
    }
    JsonReader const& known = field.object(names);
    for (auto const& named : Named::all) {
      auto const all = numbers(known[named.field], {dimension});
      auto const count = all.size() / dimension;
      if (views.empty()) views.resize(count);
      if (views.size() != count) {
        known[named.field].refuse(
            message("holds ", count, " views, but ", names[0], " ", views.size()));
      }
      for (std::size_t i = 0; i < all.size(); ++i) {
        (views[i / dimension].*named.member)[static_cast<int>(i % dimension)] = all[i];
      }
    }
    return views;
  }

  [[nodiscard]] std::vector<ProjectionMatrix> matrices(JsonReader const& field) const {
    std::vector<ProjectionMatrix> views;
    if (field.is_text()) {
      std::vector<double> const all = numbers(field, {3, 4});
      for (std::size_t n = 0; n < all.size(); n += 12) {
        views.push_back(ProjectionMatrix::from_rows(&all[n]));
      }
      return views;
    }
    for (JsonReader const& matrix : field.elements()) {
      ProjectionMatrix view{};
      auto const rows = matrix.elements(3);
      for (std::size_t r = 0; r < 3; ++r) {
        auto const row = rows[r].list_of<4>(&JsonReader::finite);
        std::copy(row.begin(), row.end(), view.row[r]);
      }
      views.push_back(view);
    }
    return views;
  }

  /// The .npy file that a field names, of shape (views, inner...).
  [[nodiscard]] std::vector<double> numbers(JsonReader const& field,
                                            std::vector<std::int64_t> inner) const {
    auto array = [&] {
      try {
        return read_npy<double>(folder_ / field.text());
      } catch (FileError const& error) {
        throw InvalidArgument(message(field.name(), ": ", error.what()));
      }
    }();
    inner.insert(inner.begin(), array.shape.empty() ? 0 : array.shape[0]);
    if (array.shape != inner || inner[0] == 0) {
      field.refuse(message("has the shape ", npy_shape_text(array.shape), ", not ",
                           inner.size() == 3 ? "(views, 3, 4)"
                           : inner[1] == 3   ? "(views, 3)"
                                             : "(views, 2)"));
    }
    return std::move(array.data);
  }

  JsonReader description_;
  std::filesystem::path folder_;
  Vec3d seen_;
};

}  // namespace pyronn::detail
