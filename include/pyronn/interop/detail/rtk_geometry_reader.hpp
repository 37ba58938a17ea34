// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// GeometryReader: what RTK's geometry files say. Needs pugixml.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <new>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <pugixml.hpp>

#include <pyronn/core/error.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/geometry/projection_matrix.hpp>
#include <pyronn/interop/detail/text_file.hpp>
#include <pyronn/interop/rtk_parameters.hpp>
#include <pyronn/io/detail/text_numbers.hpp>

namespace pyronn::rtk::detail {

using pyronn::detail::fail_file;
using pyronn::detail::quoted;

/// Called with one sentence about something that a reader skips.
using Note = std::function<void(std::string const&)>;

/// A number of a file, and how much of it the file's digits leave open.
struct RoundedNumber {
  double value = 0;
  double rounding = 0;  ///< at most so much may be lost
};

/// Reads one file; all messages begin with its name.
class GeometryReader {
 public:
  GeometryReader(std::filesystem::path path, Note note)
      : path_{std::move(path)}, note_{std::move(note)} {}

  [[nodiscard]] std::vector<CollimatedProjection> read() {
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
    auto const number = pyronn::detail::parse_number(version);
    if (!number || (std::floor(*number) != 2 && std::floor(*number) != 3)) {
      fail_file(path_, "has the version ", quoted(version), "; pyronn reads 2 and 3");
    }
    file_digits_ = most_digits(root);
    return projections(root);
  }

 private:
  using Numbers = std::map<std::string, RoundedNumber>;

  /// As many digits as anybody prints.
  static constexpr int least_digits = 6;

  /// The precision that the file was printed with: numbers with fewer digits end in zeros.
  static int most_digits(pugi::xml_node root) {
    int most = least_digits;
    auto const look_at = [&most](pugi::xml_node node) {
      for (std::string const& word : pyronn::detail::words(node.text().get())) {
        most = std::max(most, pyronn::detail::significant_digits(word));
      }
    };
    for (pugi::xml_node const node : root.children()) {
      look_at(node);
      for (pugi::xml_node const inner : node.children()) look_at(inner);
    }
    return most;
  }

  /// Numbers hold from where they stand on, until others take their place.
  [[nodiscard]] std::vector<CollimatedProjection> projections(pugi::xml_node root) {
    Numbers current;
    std::set<std::string> common;
    std::vector<CollimatedProjection> result;
    for (pugi::xml_node const node : root.children()) {
      if (node.type() != pugi::node_element) continue;
      if (std::string{node.name()} == "Projection") {
        result.push_back(projection(current, node, result.size()));
      } else {
        set(current, common, node, "the geometry");
      }
    }
    if (result.empty()) fail_file(path_, "has no Projection");
    return result;
  }

  /// Sets the number of an element; `seen` are the names of its neighbours so far.
  void set(Numbers& numbers, std::set<std::string>& seen, pugi::xml_node node,
           std::string const& where) {
    std::string const written = node.name();
    std::string const name = written == "Angle" ? "GantryAngle" : written;  // of older files
    if (!is_known(name)) {
      if (skipped_.insert(name).second) {
        note_(pyronn::detail::message(path_.string(), ": ", quoted(name),
                                      " is skipped: it is not known"));
      }
      return;
    }
    if (!seen.insert(name).second) fail_file(path_, where, " has ", name, " twice");
    if (is_collimation(name)) {
      numbers[name] = {jaw(node, where)};
      return;
    }
    numbers[name] = number(node.text().get(), name, where);
    if (name == "RadiusCylindricalDetector" && numbers[name].value != 0) {
      fail_file(path_, where, ": RadiusCylindricalDetector is ", numbers[name].value,
                ", but only flat detectors (0) can be represented");
    }
  }

  [[nodiscard]] RoundedNumber number(std::string const& text, std::string const& name,
                                     std::string const& where) const {
    auto const words = pyronn::detail::words(text);
    auto const value = words.size() == 1 ? pyronn::detail::parse_number(words[0]) : std::nullopt;
    if (!value) {
      fail_file(path_, where, ": ", name, " is ", quoted(text), ", not a finite number");
    }
    int const digits = pyronn::detail::significant_digits(words[0]);
    return {*value,
            pyronn::detail::rounding_of(*value, digits < least_digits ? file_digits_ : digits)};
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
    return std::find(jaw_names.begin(), jaw_names.end(), name) != jaw_names.end();
  }

  /// Without jaws RTK prints the largest double, often rounded up to a number that no double holds.
  [[nodiscard]] double jaw(pugi::xml_node node, std::string const& where) const {
    constexpr double open_jaw = 1e300;
    std::string const text = node.text().get();
    auto const words = pyronn::detail::words(text);
    std::size_t const exponent = words.size() == 1 ? words[0].rfind("e+308") : std::string::npos;
    if (exponent != std::string::npos && exponent + 5 == words[0].size() &&
        pyronn::detail::parse_number(words[0].substr(0, exponent)).value_or(0) > 0) {
      return Jaws::open;
    }
    double const place = number(text, node.name(), where).value;
    return place >= open_jaw ? Jaws::open : place;
  }

  [[nodiscard]] CollimatedProjection projection(Numbers& numbers, pugi::xml_node node,
                                                std::size_t index) {
    std::string const where = "projection " + std::to_string(index);
    std::set<std::string> seen;
    for (pugi::xml_node const element : node.children()) {
      bool const is_matrix = std::string{element.name()} == "Matrix";
      if (element.type() == pugi::node_element && !is_matrix) set(numbers, seen, element, where);
    }
    bool const is_parallel = numbers["SourceToDetectorDistance"].value == 0;
    if (numbers.count("SourceToIsocenterDistance") == 0 && !is_parallel) {
      fail_file(path_, where, " has no SourceToIsocenterDistance");
    }
    Nine nine{};
    for (std::size_t i = 0; i < nine.size(); ++i) nine[i] = numbers[names[i]];
    try {
      check_matrix(node, nine, where);
    } catch (InvalidArgument const& error) {
      fail_file(path_, where, ": ", error.what());
    }
    Jaws jaws;
    for (std::size_t i = 0; i < jaw_names.size(); ++i) {
      auto const found = numbers.find(jaw_names[i]);
      if (found != numbers.end()) jaws.places[i] = found->second.value;
    }
    return {projection_of(nine), jaws};
  }

  using Nine = std::array<RoundedNumber, 9>;

  /// In the order of Projection's members.
  static constexpr std::array<char const*, 9> names{"SourceToIsocenterDistance",
                                                    "SourceToDetectorDistance",
                                                    "GantryAngle",
                                                    "OutOfPlaneAngle",
                                                    "InPlaneAngle",
                                                    "SourceOffsetX",
                                                    "SourceOffsetY",
                                                    "ProjectionOffsetX",
                                                    "ProjectionOffsetY"};

  /// In the order of Jaws' members.
  static constexpr std::array<char const*, 4> jaw_names = Jaws::names;

  static Projection projection_of(Nine const& nine) {
    constexpr double rad_per_deg = pi / 180;
    return {nine[0].value,
            nine[1].value,
            nine[2].value * rad_per_deg,
            nine[3].value * rad_per_deg,
            nine[4].value * rad_per_deg,
            nine[5].value,
            nine[6].value,
            nine[7].value,
            nine[8].value};
  }

  static ProjectionMatrix matrix_of(Nine const& nine) {
    Projection const projection = projection_of(nine);
    return projection.is_parallel() ? parallel_matrix(projection) : matrix(projection);
  }

  /// Checks that Matrix agrees with the other numbers. Like RTK, it accepts differences up to
  /// 0.001; also up to 1e-6 of a row, and what rounding of all the numbers in the file explains.
  void check_matrix(pugi::xml_node node, Nine const& nine, std::string const& where) const {
    pugi::xml_node const element = node.child("Matrix");
    if (element.empty()) fail_file(path_, where, " has no Matrix");
    if (!element.next_sibling("Matrix").empty()) fail_file(path_, where, " has Matrix twice");
    auto const words = pyronn::detail::words(element.text().get());
    if (words.size() != 12) {
      fail_file(path_, where, ": Matrix holds ", words.size(), " numbers, not 12");
    }
    if (nine[1].value == 0 && std::any_of(words.begin() + 8, words.begin() + 11, [](auto const& w) {
          return pyronn::detail::parse_number(w) != 0.0;
        })) {
      fail_file(path_, where, " has no SourceToDetectorDistance, or 0: RTK's parallel rays, but ",
                "its Matrix is that of a cone beam");
    }
    ProjectionMatrix const wanted = matrix_of(nine);
    ProjectionMatrix const tolerance = tolerances(wanted, nine);
    for (int i = 0; i < 12; ++i) {
      std::string const& word = words[static_cast<std::size_t>(i)];
      double const expected = wanted.row[i / 4][i % 4];
      if (pyronn::detail::parse_number(word)) {
        RoundedNumber const found = number(word, "Matrix", where);
        if (std::abs(found.value - expected) <= tolerance.row[i / 4][i % 4] + found.rounding)
          continue;
      }
      fail_file(path_, where, ": row ", i / 4, ", column ", i % 4, " of Matrix is ", quoted(word),
                ", but the other numbers give ", expected);
    }
  }

  /// How far each number of a matrix may be off where it is printed with all digits.
  static ProjectionMatrix tolerances(ProjectionMatrix const& wanted, Nine const& nine) {
    constexpr double absolute = 1e-3;
    constexpr double relative = 1e-6;
    ProjectionMatrix result{};
    for (int r = 0; r < 3; ++r) {
      double largest = 0;
      for (double const number : wanted.row[r]) largest = std::max(largest, std::abs(number));
      for (double& number : result.row[r]) number = std::max(absolute, relative * largest);
    }
    for (std::size_t i = 0; i < nine.size(); ++i) {
      Nine moved = nine;
      moved[i].value += moved[i].rounding;
      ProjectionMatrix const other = matrix_of(moved);
      for (int n = 0; n < 12; ++n) {
        result.row[n / 4][n % 4] += std::abs(other.row[n / 4][n % 4] - wanted.row[n / 4][n % 4]);
      }
    }
    return result;
  }

  std::filesystem::path path_;
  Note note_;
  int file_digits_ = least_digits;
  std::set<std::string> skipped_;
};

}  // namespace pyronn::rtk::detail
