// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The bodies that one launch looks at; they travel in its argument, beside the views.
#include <cstdint>
#include <vector>

#include <pyronn/core/config.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/detail/launch_table.hpp>
#include <pyronn/geometry/ray.hpp>
#include <pyronn/phantom/detail/prepared_body.hpp>
#include <pyronn/phantom/detail/unit_shape.hpp>

namespace pyronn::detail {

/// What some bodies cover of a line: ascending parts that lie apart.
class CoveredParts {
 public:
  static constexpr int capacity = 16;

  /// What is left of an interval when the covered parts are taken away.
  [[nodiscard]] PYRONN_HOST_DEVICE double uncovered(Interval const& range) const {
    double sum = 0.0;
    double from = range.from;
    for (int n = 0; n < count_ && parts_[n].from < range.to; ++n) {
      if (parts_[n].from > from) sum += parts_[n].from - from;
      from = max(from, parts_[n].to);
    }
    return from < range.to ? sum + (range.to - from) : sum;
  }

  /// False where there are more parts than places; the last one is left out then.
  PYRONN_HOST_DEVICE bool cover(Interval range) {
    int kept = 0;
    for (int n = 0; n < count_; ++n) {
      Interval const part = parts_[n];
      if (part.to < range.from) {
        parts_[kept++] = part;
      } else if (part.from > range.to) {
        parts_[kept++] = range;
        range = part;
      } else {
        range = {min(range.from, part.from), max(range.to, part.to)};
      }
    }
    count_ = kept;
    if (count_ == capacity) return false;
    parts_[count_++] = range;
    return true;
  }

  /// Where the second half of the parts begins, once there are as many as places.
  [[nodiscard]] PYRONN_HOST_DEVICE double half_way() const { return parts_[capacity / 2].from; }

 private:
  Interval parts_[capacity];
  int count_ = 0;
};

/// Consecutive bodies of a phantom with their cuts. All that overwrite are in a phantom's first
/// table, so that the others add up.
struct BodyTable {
  static constexpr int capacity = 128;
  static constexpr int cut_capacity = 96;

  LaunchTable<PreparedBody, capacity> bodies;
  LaunchTable<HalfSpace, cut_capacity> cuts;
  int count = 0;
  int num_cuts = 0;

  [[nodiscard]] bool has_room_for(Body const& body) const {
    return count < capacity && num_cuts + body.num_cuts <= cut_capacity;
  }

  void append(Body const& body) {
    bodies[count++] = PreparedBody{body, num_cuts};
    for (int n = 0; n < body.num_cuts; ++n) cuts[num_cuts++] = body.cuts[n];
  }

  /// Exact, for any number of bodies on a ray.
  [[nodiscard]] PYRONN_HOST_DEVICE double line_integral(Ray<double> const& ray) const {
    double sum = 0.0;
    Interval window{ray.begin, ray.end};
    while (!window.is_empty()) {
      sum += integral(ray, window);
      window = {window.to, ray.end};
    }
    return sum != 0.0 ? sum * length(ray.direction) : 0.0;
  }

  /// The bodies that may touch a voxel with these half widths [mm] and show there.
  struct Touching {
    std::uint64_t bits[capacity / 64];
    bool is_mixed;  ///< not the same all over the voxel

    static PYRONN_HOST_DEVICE Touching all() {
      return {{~std::uint64_t{0}, ~std::uint64_t{0}}, true};
    }
    PYRONN_HOST_DEVICE bool has(int n) const { return (bits[n / 64] >> (n % 64) & 1U) != 0; }
    PYRONN_HOST_DEVICE void add(int n) { bits[n / 64] |= std::uint64_t{1} << (n % 64); }
  };
  [[nodiscard]] PYRONN_HOST_DEVICE Touching touching(Vec3d const& center, Vec3d const& half) const {
    Touching result{};
    for (int n = count - 1; n >= 0; --n) {
      Cover const cover = bodies[n].cover(center, half, cuts.entries);
      if (cover == Cover::none) continue;
      result.add(n);
      if (cover == Cover::partly) result.is_mixed = true;
      if (cover == Cover::whole && bodies[n].overwrites()) break;
    }
    return result;
  }

  /// At a world point [mm], by these bodies, from the last to the first.
  [[nodiscard]] PYRONN_HOST_DEVICE double attenuation(Vec3d const& point,
                                                      Touching const& candidates) const {
    double sum = 0.0;
    for (int n = count - 1; n >= 0; --n) {
      if (!candidates.has(n) || !bodies[n].contains(point, cuts.entries)) continue;
      sum += bodies[n].attenuation();
      if (bodies[n].overwrites()) break;
    }
    return sum;
  }

 private:
  /// Over a window of the ray, which gets shorter where too much overlaps in it: from the last body
  /// to the first, each by what later ones leave of it.
  [[nodiscard]] PYRONN_HOST_DEVICE double integral(Ray<double> const& ray, Interval& window) const {
    CoveredParts covered;
    double sum = 0.0;
    for (int n = count - 1; n >= 0; --n) {
      Interval const chord = common(bodies[n].chord(ray, cuts.entries), window);
      if (chord.is_empty()) continue;
      double const attenuation = bodies[n].attenuation();
      if (attenuation != 0.0) sum += attenuation * covered.uncovered(chord);
      if (bodies[n].overwrites() && !covered.cover(chord)) {
        window.to = covered.half_way();
        covered = {};
        sum = 0.0;
        n = count;
      }
    }
    return sum;
  }
};

/// Throws InvalidArgument for a body that does not validate, and for one that overwrites but has no
/// place in the first table.
inline std::vector<BodyTable> body_tables(std::vector<Body> const& phantom) {
  std::vector<BodyTable> tables(1);
  int place = 0;
  for (Body const& body : phantom) {
    body.validate();
    if (!tables.back().has_room_for(body)) tables.emplace_back();
    expects(!body.overwrites || tables.size() == 1, "Phantom: body ", place,
            " overwrites; only among the first ", BodyTable::capacity, " bodies, with ",
            BodyTable::cut_capacity, " cuts, can any");
    tables.back().append(body);
    ++place;
  }
  return tables;
}

}  // namespace pyronn::detail
