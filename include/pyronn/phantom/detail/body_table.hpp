// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// BodyTable: the bodies of one launch, which are passed in its argument beside the views.
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

/// The intervals of a line that some bodies cover, in ascending order and without common points.
class CoveredIntervals {
 public:
  static constexpr int capacity = 16;

  /// The length of an interval without the covered intervals.
  [[nodiscard]] PYRONN_HOST_DEVICE double uncovered(Interval const& range) const {
    double sum = 0.0;
    double from = range.from;
    for (int n = 0; n < count_ && intervals_[n].from < range.to; ++n) {
      if (intervals_[n].from > from) sum += intervals_[n].from - from;
      from = max(from, intervals_[n].to);
    }
    return from < range.to ? sum + (range.to - from) : sum;
  }

  /// Covers an interval. Returns false, and forgets the last interval, where there would be more
  /// than `capacity`.
  PYRONN_HOST_DEVICE bool cover(Interval range) {
    int kept = 0;
    for (int n = 0; n < count_; ++n) {
      Interval const interval = intervals_[n];
      if (interval.to < range.from) {
        intervals_[kept++] = interval;
      } else if (interval.from > range.to) {
        intervals_[kept++] = range;
        range = interval;
      } else {
        range = {min(range.from, interval.from), max(range.to, interval.to)};
      }
    }
    count_ = kept;
    if (count_ == capacity) return false;
    intervals_[count_++] = range;
    return true;
  }

  /// Where the second half of the intervals begins, for a full list.
  [[nodiscard]] PYRONN_HOST_DEVICE double half_way() const { return intervals_[capacity / 2].from; }

 private:
  Interval intervals_[capacity];
  int count_ = 0;
};

/// Consecutive bodies of a phantom with their cuts. All bodies that overwrite are in the phantom's
/// first table, so that the results of all tables can be added.
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

  /// The line integral of these bodies along a ray; exact for any number of bodies on it.
  [[nodiscard]] PYRONN_HOST_DEVICE double line_integral(Ray<double> const& ray) const {
    double sum = 0.0;
    Interval section{ray.begin, ray.end};
    while (!section.is_empty()) {
      sum += integral(ray, section);
      section = {section.to, ray.end};
    }
    return sum != 0.0 ? sum * length(ray.direction) : 0.0;
  }

  /// The bodies that may touch a voxel and are not wholly overwritten in it.
  struct Touching {
    std::uint64_t bits[capacity / 64];
    bool is_mixed;  ///< whether the attenuation may differ within the voxel

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

  /// The attenuation at a world point [mm]. Bodies are tested from the last to the first, up to one
  /// that overwrites.
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
  /// The integral over a section of the ray, from the last body to the first, each without what
  /// later bodies cover. Where they cover more intervals than CoveredIntervals holds, the section
  /// is shortened and the integral begins anew.
  [[nodiscard]] PYRONN_HOST_DEVICE double integral(Ray<double> const& ray,
                                                   Interval& section) const {
    CoveredIntervals covered;
    double sum = 0.0;
    for (int n = count - 1; n >= 0; --n) {
      Interval const chord = common(bodies[n].chord(ray, cuts.entries), section);
      if (chord.is_empty()) continue;
      double const attenuation = bodies[n].attenuation();
      if (attenuation != 0.0) sum += attenuation * covered.uncovered(chord);
      if (bodies[n].overwrites() && !covered.cover(chord)) {
        section.to = covered.half_way();
        covered = {};
        sum = 0.0;
        n = count;
      }
    }
    return sum;
  }
};

/// The tables of a phantom. Throws InvalidArgument where Body::validate does, and for a body that
/// overwrites and does not fit into the first table.
inline std::vector<BodyTable> body_tables(std::vector<Body> const& phantom) {
  std::vector<BodyTable> tables(1);
  int number = 0;
  for (Body const& body : phantom) {
    body.validate();
    if (!tables.back().has_room_for(body)) tables.emplace_back();
    expects(!body.overwrites || tables.size() == 1, "Phantom: body ", number,
            " overwrites; only among the first ", BodyTable::capacity, " bodies, with ",
            BodyTable::cut_capacity, " cuts, can any");
    tables.back().append(body);
    ++number;
  }
  return tables;
}

}  // namespace pyronn::detail
