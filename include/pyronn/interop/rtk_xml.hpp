// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// RTK's geometry files. Needs pugixml (Debian: libpugixml-dev; link pugixml::pugixml).
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <limits>
#include <map>
#include <new>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <pugixml.hpp>

#include <pyronn/core/error.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/geometry/projection_matrix.hpp>
#include <pyronn/interop/detail/text_file.hpp>
#include <pyronn/interop/detail/text_numbers.hpp>
#include <pyronn/interop/rtk_parameters.hpp>

namespace pyronn::rtk {
namespace detail {

using pyronn::detail::fail_file;
using pyronn::detail::quoted;

/// Reads one file; all messages begin with its name.
class GeometryReader {
 public:
  explicit GeometryReader(std::filesystem::path path) : path_{std::move(path)} {}

  [[nodiscard]] std::vector<Projection> read() const {
    std::string const text = pyronn::detail::read_text_file(path_);
    pugi::xml_document document;
    auto const parsed = document.load_buffer(text.data(), text.size());
    if (parsed.status == pugi::status_out_of_memory) throw std::bad_alloc{};
    if (!parsed) {
      fail_file(path_, "is not XML: ", parsed.description(), " at byte ", parsed.offset);
    }
    pugi::xml_node const root = document.document_element();
    if (std::string{root.name()} != "RTKThreeDCircularGeometry") {
      fail_file(path_, "holds ", quoted(root.name()), ", not RTKThreeDCircularGeometry");
    }
    std::string const version = root.attribute("version").value();
    if (version != "3" && version != "2") {
      fail_file(path_, "has the version ", quoted(version), "; pyronn reads 2 and 3");
    }
    Numbers const common = numbers(root, "Projection", "the geometry");
    std::vector<Projection> projections;
    for (pugi::xml_node const node : root.children("Projection")) {
      projections.push_back(projection(common, node, projections.size()));
    }
    if (projections.empty()) fail_file(path_, "has no Projection");
    return projections;
  }

 private:
  using Numbers = std::map<std::string, double>;

  static constexpr double open_jaw = std::numeric_limits<double>::max();

  /// The numbers in the elements of `parent`, without the elements called `other`.
  [[nodiscard]] Numbers numbers(pugi::xml_node parent, std::string const& other,
                                std::string const& where) const {
    Numbers result;
    for (pugi::xml_node const node : parent.children()) {
      std::string const name = node.name();
      if (node.type() != pugi::node_element || name == other) continue;
      if (!is_known(name)) fail_file(path_, where, " has an unknown ", quoted(name));
      if (!result.emplace(name, number(node, where)).second) {
        fail_file(path_, where, " has ", name, " twice");
      }
      check_unsupported(name, result[name], where);
    }
    return result;
  }

  [[nodiscard]] double number(pugi::xml_node node, std::string const& where) const {
    auto const words = pyronn::detail::words(node.text().get());
    auto const value = words.size() == 1 ? pyronn::detail::parse_number(words[0]) : std::nullopt;
    // Without jaws RTK prints the largest double, rounded up to a number that no double holds.
    bool const is_open = words.size() == 1 && words[0] == "1.79769313486232e+308";
    if (is_open && is_collimation(node.name())) return open_jaw;
    if (!value) {
      fail_file(path_, where, ": ", node.name(), " is ", quoted(node.text().get()),
                ", not a finite number");
    }
    return *value;
  }

  static bool is_known(std::string const& name) {
    for (char const* const known :
         {"SourceToIsocenterDistance", "SourceToDetectorDistance", "GantryAngle", "OutOfPlaneAngle",
          "InPlaneAngle", "SourceOffsetX", "SourceOffsetY", "ProjectionOffsetX",
          "ProjectionOffsetY", "RadiusCylindricalDetector"}) {
      if (name == known) return true;
    }
    return is_collimation(name);
  }

  static bool is_collimation(std::string const& name) {
    return name == "CollimationUInf" || name == "CollimationUSup" || name == "CollimationVInf" ||
           name == "CollimationVSup";
  }

  void check_unsupported(std::string const& name, double value, std::string const& where) const {
    if (name == "RadiusCylindricalDetector" && value != 0) {
      fail_file(path_, where, ": RadiusCylindricalDetector is ", value,
                ", but only flat detectors (0) can be represented");
    }
    if (is_collimation(name) && value < open_jaw) {
      fail_file(path_, where, ": ", name, " is ", value, ", but jaws cannot be represented");
    }
  }

  [[nodiscard]] Projection projection(Numbers const& common, pugi::xml_node node,
                                      std::size_t index) const {
    std::string const where = "projection " + std::to_string(index);
    Numbers values = numbers(node, "Matrix", where);
    values.insert(common.begin(), common.end());
    for (char const* const needed : {"SourceToIsocenterDistance", "SourceToDetectorDistance"}) {
      if (values.count(needed) == 0) fail_file(path_, where, " has no ", needed);
    }
    constexpr double rad_per_deg = pi / 180;
    Projection const result{values["SourceToIsocenterDistance"],
                            values["SourceToDetectorDistance"],
                            values["GantryAngle"] * rad_per_deg,
                            values["OutOfPlaneAngle"] * rad_per_deg,
                            values["InPlaneAngle"] * rad_per_deg,
                            values["SourceOffsetX"],
                            values["SourceOffsetY"],
                            values["ProjectionOffsetX"],
                            values["ProjectionOffsetY"]};
    try {
      check_matrix(node, matrix(result), where);
    } catch (InvalidArgument const& error) {
      fail_file(path_, where, ": ", error.what());
    }
    return result;
  }

  /// Checks that Matrix agrees with the other numbers: like RTK, it accepts differences up to
  /// 0.001.
  void check_matrix(pugi::xml_node node, ProjectionMatrix const& expected,
                    std::string const& where) const {
    constexpr double tolerance = 1e-3;
    pugi::xml_node const element = node.child("Matrix");
    if (element.empty()) fail_file(path_, where, " has no Matrix");
    if (!element.next_sibling("Matrix").empty()) fail_file(path_, where, " has Matrix twice");
    auto const words = pyronn::detail::words(element.text().get());
    if (words.size() != 12) {
      fail_file(path_, where, ": Matrix holds ", words.size(), " numbers, not 12");
    }
    for (int i = 0; i < 12; ++i) {
      auto const value = pyronn::detail::parse_number(words[static_cast<std::size_t>(i)]);
      double const wanted = expected.row[i / 4][i % 4];
      if (value && std::abs(*value - wanted) <= tolerance) continue;
      fail_file(path_, where, ": row ", i / 4, ", column ", i % 4, " of Matrix is ",
                quoted(words[static_cast<std::size_t>(i)]), ", but the other numbers give ",
                wanted);
    }
  }

  std::filesystem::path path_;
};

}  // namespace detail

/// Reads the projections of an RTK geometry file of version 2 or 3. A number may be given once for
/// all projections or in each of them; angles and offsets that are not given are 0. Throws
/// FileError, whose message names the projection, for a file that is not XML or holds something
/// else; for missing, repeated and unknown elements; for texts that are not numbers, distances that
/// are not positive (parallel rays), cylindrical detectors and collimation; and where Matrix
/// contradicts the other numbers.
inline std::vector<Projection> read_geometry(std::filesystem::path const& path) {
  return detail::GeometryReader{path}.read();
}

}  // namespace pyronn::rtk
