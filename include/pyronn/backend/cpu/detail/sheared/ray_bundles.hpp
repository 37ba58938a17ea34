// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// RayBundles: rays of the plane in order of their slopes.
#include <algorithm>
#include <cstddef>
#include <vector>

#include <pyronn/backend/cpu/detail/sheared/sheared_tile.hpp>
#include <pyronn/backend/cpu/detail/sheared/slope_interval.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/model/detail/footprint.hpp>
#include <pyronn/model/detail/joseph/ray.hpp>
#include <pyronn/model/ray_driven.hpp>

namespace pyronn::detail {

/// A ray, what its pixel holds, and the pixel's number.
struct BundledRay {
  JosephRay ray;
  float value;
  int pixel;

  /// Whether the ray covers all slices of a box in full.
  template <int Axis>
  [[nodiscard]] bool covers(VoxelBox const& box) const {
    return both(ray.low <= static_cast<float>(box.first[Axis]) - 0.5F,
                ray.high >= static_cast<float>(box.end[Axis]) - 0.5F);
  }

  /// Adds the ray to others where it may meet a box.
  template <int Axis>
  void add_to(RaysInTile& rays, VoxelBox const& box) const {
    constexpr float margin = 1.0F / 32.0F;
    constexpr float least = 1e-6F;  // so little that it never shows in a tile
    auto const slices = static_cast<float>(box.end[Axis] - box.first[Axis]);
    auto const width = static_cast<float>(box.end[1 - Axis] - box.first[1 - Axis]);
    float const slope = ray.slope[0];
    float const start = ray.crossing(0, box.first[Axis]) - static_cast<float>(box.first[1 - Axis]);
    float const per_voxel = 1.0F / (abs(slope) < least ? least : slope);
    float const below = (-1.0F - margin - start) * per_voxel;
    float const above = (width + margin - start) * per_voxel;
    float const enters = max(min(below, above), 0.0F);
    float const leaves = min(max(below, above), slices - 1.0F);
    if (!(enters <= leaves)) return;
    rays.start[rays.count] = start;
    rays.slope[rays.count] = slope;
    rays.first[rays.count] = static_cast<int>(enters) / strip_slices;
    rays.last[rays.count] = static_cast<int>(leaves) / strip_slices;
    ++rays.count;
  }
};

/// At most `most` rays, bundle by bundle: of one main axis and one interval of slopes.
class RayBundles {
 public:
  static constexpr int most = 4096;

  RayBundles() {
    rays_.reserve(most);
    sorted_.reserve(most);
  }

  [[nodiscard]] bool is_full() const { return rays_.size() == most; }
  void clear() { rays_.clear(); }

  /// Rays that cross no slice of an image are left out.
  void add(JosephRay const& ray, float value, int pixel) {
    if (ray.axis > 1) return;
    if (!(abs(ray.base[0] + ray.base[1] + ray.slope[0] + ray.slope[1]) < beyond_all<float>)) return;
    rays_.push_back({ray, value, pixel});
  }

  /// Calls `work(axis, interval, first ray, end)` for each bundle.
  template <class Work>
  void for_each(Work const& work) {
    std::size_t ends[bundles + 1] = {};
    for (BundledRay const& of : rays_) ++ends[bundle_of(of.ray) + 1];
    for (std::size_t n = 1; n <= bundles; ++n) ends[n] += ends[n - 1];
    std::size_t places[bundles];
    std::copy_n(ends, bundles, places);
    sorted_.resize(rays_.size());
    for (std::size_t n = 0; n < rays_.size(); ++n) sorted_[places[bundle_of(rays_[n].ray)]++] = static_cast<int>(n);
    for (std::size_t n = 0; n < bundles; ++n) {
      if (ends[n] == ends[n + 1]) continue;
      int const axis = static_cast<int>(n) / SlopeInterval::count;
      work(axis, SlopeInterval{static_cast<int>(n) % SlopeInterval::count}, sorted_.data() + ends[n],
           sorted_.data() + ends[n + 1]);
    }
  }
  BundledRay const& operator[](int n) const { return rays_[static_cast<std::size_t>(n)]; }

 private:
  static constexpr std::size_t bundles = 2 * SlopeInterval::count;

  static std::size_t bundle_of(JosephRay const& ray) {
    return static_cast<std::size_t>(ray.axis * SlopeInterval::count +
                                    SlopeInterval::index_of(ray.slope[0]));
  }

  std::vector<BundledRay> rays_;
  std::vector<int> sorted_;
};

/// Takes the rays [first, end) of a bundle through a box. `Work` has
///   begin()             is called before rays are taken together
///   add(rays, numbers)  takes rays together
///   add_apart(ray)      takes a ray alone: where it begins or ends in the box, or there are few
///   end()               is called after begin and all rays
template <int Axis, class Work>
void follow_bundle(RayBundles const& bundles, int const* first, int const* end, VoxelBox const& box,
                   Work& work) {
  RaysInTile rays;
  int numbers[RaysInTile::most];
  bool is_begun = false;
  for (int const* n = first; n != end; ++n) {
    BundledRay const& ray = bundles[*n];
    if (!ray.template covers<Axis>(box)) {
      work.add_apart(ray);
      continue;
    }
    numbers[rays.count] = *n;
    ray.template add_to<Axis>(rays, box);
    if (rays.count < RaysInTile::most) continue;
    if (!is_begun) work.begin();
    is_begun = true;
    work.add(rays, numbers);
    rays.count = 0;
  }
  if (is_begun) {
    work.add(rays, numbers);
    work.end();
  } else {
    for (int n = 0; n < rays.count; ++n) work.add_apart(bundles[numbers[n]]);
  }
}

}  // namespace pyronn::detail
