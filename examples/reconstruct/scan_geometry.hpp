// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <pyronn/core/error.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/geometry/cone_beam.hpp>
#include <pyronn/io/npy.hpp>

#include "json_fields.hpp"

namespace example {

/// Reads the geometry of a description, one of three ways to write it down.
class GeometryReader {
 public:
  /// `folder` is where file names begin; `center` [mm] lies in front of every source.
  GeometryReader(std::filesystem::path folder, pyronn::Extents<2> detector_size,
                 pyronn::Vec3d center)
      : folder_{std::move(folder)}, detector_size_{detector_size}, center_{center} {}

  /// The one field of the description that says what the geometry is.
  static std::string find(Field const& description) {
    std::string found;
    for (char const* kind : {"circular", "vectors", "matrices"}) {
      if (!description.has(kind)) continue;
      if (!found.empty()) {
        throw BadInput(std::string{kind} + ": contradicts '" + found +
                       "'; describe the geometry once");
      }
      found = kind;
    }
    if (found.empty()) {
      throw BadInput("circular: is missing; so are vectors and matrices, one must be there");
    }
    return found;
  }

  [[nodiscard]] pyronn::ConeBeam read(Field const& description) const {
    std::string const found = find(description);
    Field const geometry = description[found.c_str()];
    Field const detector = description["detector"];
    if (found == "circular") return circular(geometry, detector);
    if (detector.has("pixel_mm")) {
      detector["pixel_mm"].refuse("contradicts '" + found + "', which says it already");
    }
    return refuse_with(geometry,
                       [&] { return found == "vectors" ? vectors(geometry) : matrices(geometry); });
  }

 private:
  static constexpr int most_views = 1000000;

  /// What the library refuses about a geometry, said of the field that it came from.
  template <class Make>
  static pyronn::ConeBeam refuse_with(Field const& field, Make const& make) {
    try {
      return make();
    } catch (pyronn::InvalidArgument const& error) {
      throw BadInput(field.name() + ": " + error.what());
    }
  }

  [[nodiscard]] pyronn::ConeBeam circular(Field const& field, Field const& detector) const {
    Field const& known = field.object(
        {"source_isocenter_mm", "source_detector_mm", "angles", "rotation", "detector_offset_mm"});
    pyronn::CircularOrbit orbit{known["source_isocenter_mm"].positive(),
                                known["source_detector_mm"].positive(), angles(known["angles"]),
                                rotation(known)};
    if (orbit.source_detector_distance < orbit.source_isocenter_distance) {
      known["source_detector_mm"].refuse("must not be less than source_isocenter_mm");
    }
    auto const pixel = detector["pixel_mm"].list<2>(&Field::positive);
    std::array<double, 2> offset{};
    if (known.has("detector_offset_mm")) {
      offset = known["detector_offset_mm"].list<2>(&Field::number);
    }
    return refuse_with(field, [&] {
      return pyronn::ConeBeam::circular(
          orbit, {detector_size_, {pixel[0], pixel[1]}, {offset[0], offset[1]}});
    });
  }

  static pyronn::Rotation rotation(Field const& circular) {
    if (!circular.has("rotation")) return pyronn::Rotation::counter_clockwise;
    Field const field = circular["rotation"];
    std::string const text = field.text();
    if (text == "counter_clockwise") return pyronn::Rotation::counter_clockwise;
    if (text == "clockwise") return pyronn::Rotation::clockwise;
    field.refuse("must be \"counter_clockwise\" or \"clockwise\"");
  }

  static std::vector<double> angles(Field const& field) {
    constexpr double rad_per_deg = pyronn::pi / 180;
    if (field.object({"count", "start_deg", "range_deg", "list_deg"}).has("list_deg")) {
      for (char const* other : {"count", "start_deg", "range_deg"}) {
        if (field.has(other)) field[other].refuse("contradicts list_deg");
      }
      std::vector<double> result;
      for (Field const& angle : field["list_deg"].elements()) {
        result.push_back(angle.number() * rad_per_deg);
      }
      return result;
    }
    double const start = field.has("start_deg") ? field["start_deg"].number() : 0;
    double const range = field.has("range_deg") ? field["range_deg"].number() : 360;
    if (range == 0 || std::abs(range) > 36000) {
      field["range_deg"].refuse("must be an arc, at most 100 turns, negative to go back");
    }
    int const count = field["count"].count();
    if (count > most_views) field["count"].refuse("is more views than can be had");
    return pyronn::equal_angles(count, start * rad_per_deg, range * rad_per_deg);
  }

  [[nodiscard]] pyronn::ConeBeam vectors(Field const& field) const {
    static constexpr std::array<char const*, 4> names{"source_mm", "detector_center_mm",
                                                      "u_step_mm", "v_step_mm"};
    std::set<std::string> const known(names.begin(), names.end());
    std::vector<pyronn::ConeVectors> views;
    if (field.is_object()) {
      std::array<std::vector<double>, 4> columns;
      for (std::size_t i = 0; i < 4; ++i) {
        columns[i] = numbers(field.object(known)[names[i]], {3});
        if (columns[i].size() != columns[0].size()) {
          field[names[i]].refuse("holds " + std::to_string(columns[i].size() / 3) +
                                 " views, but source_mm " + std::to_string(columns[0].size() / 3));
        }
      }
      for (std::size_t n = 0; n < columns[0].size(); n += 3) {
        views.push_back({triple(&columns[0][n]), triple(&columns[1][n]), triple(&columns[2][n]),
                         triple(&columns[3][n])});
      }
    } else {
      for (Field const& view : field.elements()) {
        std::array<pyronn::Vec3d, 4> vector{};
        for (std::size_t i = 0; i < 4; ++i) {
          vector[i] = triple(view.object(known)[names[i]].list<3>(&Field::number).data());
        }
        views.push_back({vector[0], vector[1], vector[2], vector[3]});
      }
    }
    return pyronn::ConeBeam::from_vectors(detector_size_, views);
  }

  [[nodiscard]] pyronn::ConeBeam matrices(Field const& field) const {
    std::vector<pyronn::ProjectionMatrix> views;
    if (field.is_text()) {
      std::vector<double> const all = numbers(field, {3, 4});
      for (std::size_t n = 0; n < all.size(); n += 12) {
        views.push_back(pyronn::ProjectionMatrix::from_rows(&all[n]));
      }
    } else {
      for (Field const& matrix : field.elements()) {
        pyronn::ProjectionMatrix view{};
        auto const rows = matrix.elements(3);
        for (std::size_t r = 0; r < 3; ++r) {
          auto const row = rows[r].list<4>(&Field::number);
          std::copy(row.begin(), row.end(), view.row[r]);
        }
        views.push_back(view);
      }
    }
    return pyronn::ConeBeam::from_matrices(detector_size_, views, center_);
  }

  /// The .npy file that a field names, of shape (views, inner...).
  [[nodiscard]] std::vector<double> numbers(Field const& field,
                                            std::vector<std::int64_t> inner) const {
    try {
      auto array = pyronn::read_npy<double>(folder_ / field.text());
      inner.insert(inner.begin(), array.shape.empty() ? 0 : array.shape[0]);
      if (array.shape != inner || inner[0] == 0) {
        field.refuse("has the shape " + pyronn::detail::npy_shape_text(array.shape) +
                     (inner.size() == 2 ? ", not (views, 3)" : ", not (views, 3, 4)"));
      }
      return std::move(array.data);
    } catch (pyronn::FileError const& error) {
      throw BadInput(field.name() + ": " + error.what());
    }
  }

  static pyronn::Vec3d triple(double const* numbers) {
    return {numbers[0], numbers[1], numbers[2]};
  }

  std::filesystem::path folder_;
  pyronn::Extents<2> detector_size_;
  pyronn::Vec3d center_;
};

}  // namespace example
