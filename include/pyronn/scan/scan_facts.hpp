// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// ScanFact: what is known of a scan, and from where.
#include <locale>
#include <optional>
#include <ostream>
#include <sstream>
#include <string>
#include <vector>

#include <pyronn/core/error.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/geometry/orbit/circular_orbit.hpp>

namespace pyronn {

/// One thing that is known of a scan, and from where. What a file leaves open is assumed, and never
/// without one of these.
struct ScanFact {
  /// Who says it.
  enum class Origin { file, given, assumed };

  std::string what;   ///< "axis column"
  std::string value;  ///< "319.5"
  Origin origin;      ///< who says so
  std::string basis;  ///< the key of the file, or why it is assumed
};

/// As a line: "axis column 319.5: assumed, the middle of the panel".
inline std::ostream& operator<<(std::ostream& out, ScanFact const& fact) {
  char const* const origins[] = {"from the file, ", "given", "assumed, "};
  bool const is_given = fact.origin == ScanFact::Origin::given;
  return out << fact.what << ' ' << fact.value << ": " << origins[static_cast<int>(fact.origin)]
             << (is_given ? "" : fact.basis);
}

/// What a caller knows better than a file. Where it says nothing the file counts, and where that
/// says nothing an assumption, which is listed.
struct GivenOfScan {
  std::optional<double> axis_column;       ///< where the rotation axis is seen [columns]
  std::optional<double> roll;              ///< of the panel about its normal [rad]
  std::optional<Rotation> rotation;        ///< the sense of the angles, seen from +z
  std::optional<Vec2d> pixel;              ///< distance between pixels of the detector [mm]
  std::optional<double> source_isocenter;  ///< [mm]
  std::optional<double> source_detector;   ///< [mm]
  std::optional<double> full_intensity;    ///< counts without an object, the same in all pixels
};

/// A value of a file and the key that it stands at.
template <class T>
struct FileValue {
  std::optional<T> value;  ///< nothing: the file does not say it
  std::string key;         ///< where it stands, or would stand
};

/// Decides between what is given, what a file says and what is assumed, and keeps a record of it.
class ScanFacts {
 public:
  /// `assumed` counts where neither knows; `reason` says why, in a few words.
  template <class T>
  T choose(std::string const& what, std::optional<T> const& given, FileValue<T> const& file,
           T const& assumed, std::string const& reason) {
    if (given) return note(what, *given, ScanFact::Origin::given, "");
    if (file.value) return note(what, *file.value, ScanFact::Origin::file, file.key);
    return note(what, assumed, ScanFact::Origin::assumed, reason);
  }

  /// The same where nothing can be assumed. Throws InvalidArgument, which says what is missing.
  template <class T>
  T require(std::string const& what, std::optional<T> const& given, FileValue<T> const& file) {
    if (!given && !file.value) {
      throw InvalidArgument(what + ": is missing (" + file.key + "), and was not given either");
    }
    return choose(what, given, file, T{}, "");
  }

  /// The same for an angle [rad], which is kept in degrees.
  double choose_angle(std::string const& what, std::optional<double> const& given,
                      FileValue<double> const& file, double assumed, std::string const& reason) {
    double const angle = choose<double>(what, given, file, assumed, reason);
    constexpr double degrees = 57.295779513082320877;
    facts_.back().value = text(angle * degrees) + " degrees";
    return angle;
  }

  /// Keeps a fact, and returns its value.
  template <class T>
  T const& note(std::string const& what, T const& value, ScanFact::Origin origin,
                std::string const& basis) {
    facts_.push_back({what, text(value), origin, basis});
    return value;
  }

  /// All facts, in the order in which they came.
  [[nodiscard]] std::vector<ScanFact> const& list() const { return facts_; }

 private:
  static std::string text(Rotation rotation) {
    return rotation == Rotation::clockwise ? "clockwise" : "counter-clockwise";
  }
  template <class T>
  static std::string text(T const& value) {
    std::ostringstream out;
    out.imbue(std::locale::classic());
    out.precision(7);
    out << value;
    return out.str();
  }

  std::vector<ScanFact> facts_;
};

}  // namespace pyronn
