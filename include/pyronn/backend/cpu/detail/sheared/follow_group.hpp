// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How the rays of a group are taken through a box of voxels.
#include <cmath>

#include <pyronn/backend/cpu/detail/rows/row_piece.hpp>
#include <pyronn/backend/cpu/detail/sheared/rays_by_slope.hpp>
#include <pyronn/backend/cpu/detail/sheared/sheared_tile.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/model/ray_driven.hpp>

namespace pyronn::detail {

/// Rays [place, place + rays) of a table in a box.
struct RaysInBox : RaysInTile {
  int are_whole[most];  ///< whether rays cover all slices of the box in full
  int meeting = 0;      ///< how many rays meet the box
  int crossed = 0;      ///< how many strips they cross, all together
  /// Between which voxels these cross the first slice, moved along the middle slope.
  IndexRange range{far, -far};

  template <class Table>
  void find(Table const& table, int place, int rays, BoxAcross const& box, float middle) {
    constexpr float margin = 1.0F / 32.0F;
    constexpr float least = 1e-6F;  // so little that it never shows in a tile
    auto const first_slice = static_cast<float>(box.first_slice);
    auto const slices = static_cast<float>(box.slices);
    auto const low_across = static_cast<float>(box.first_across) - (1.0F + margin);
    auto const high_across = static_cast<float>(box.first_across + box.width) + margin;
    count = rays;
    meeting = 0;
    crossed = 0;
    int lowest = far;
    int highest = -far;
    for (int n = 0; n < rays; ++n) {
      float const of = table.slope[place + n];
      float const at = table.base[place + n] + first_slice * of;
      float const per_voxel = 1.0F / either_of(static_cast<int>(std::abs(of) < least), least, of);
      float const below = (low_across - at) * per_voxel;
      float const above = (high_across - at) * per_voxel;
      float const enters = clamp(min(below, above), 0.0F, slices);
      float const leaves = clamp(max(below, above), -1.0F, slices - 1.0F);
      float const from = table.low[place + n] - first_slice + 0.5F;
      float const to = table.high[place + n] - first_slice + 0.5F;
      int const meets = static_cast<int>(both(enters <= leaves, both(from <= slices, to >= 0.0F)));
      int const misses = 1 - meets;
      base[n] = either_of(meets, table.base[place + n], 0.0F);
      slope[n] = either_of(meets, of, 0.0F);
      first[n] = meets * (static_cast<int>(enters) / strip_slices) + misses;
      last[n] = meets * (static_cast<int>(leaves) / strip_slices);
      are_whole[n] = static_cast<int>(both(from <= 0.0F, to >= slices));
      meeting += meets;
      crossed += last[n] - first[n] + 1;
      float const start = either_of(meets, at, 0.0F);
      float const end = start + slices * (slope[n] - middle);
      lowest = min(lowest, static_cast<int>(min(start, end)) - 1 + misses * far);
      highest = max(highest, static_cast<int>(max(start, end)) + 1 - misses * far);
    }
    range.first = min(range.first, lowest);
    range.last = max(range.last, highest);
  }

 private:
  static constexpr int far = 1 << 30;
};

/// Takes the rays of a group through a box. `Work` has
///   pays(crossed, range)  whether rays that cross so many strips, at voxels of a range of the
///                     first slice, are faster together than alone
///   begin()           is called before rays are taken together
///   add(rays, place)  takes rays from a place of the table on together
///   add_apart(n)      takes a ray alone: where it begins or ends in the box, or there are few
///   end()             is called after begin and all rays
template <class Table, class Work>
void follow_group(Table const& table, SlopeGroup const& group, BoxAcross const& box, Work& work) {
  constexpr int few = 8;
  float const middle = group.interval.middle();
  RaysInBox rays;
  int meeting = 0;
  int crossed = 0;
  for (int n = group.first; n < group.end; n += RaysInTile::most) {
    rays.find(table, n, min(RaysInTile::most, group.end - n), box, middle);
    meeting += rays.meeting;
    crossed += rays.crossed;
  }
  if (meeting == 0) return;
  bool const are_few = meeting < few || !work.pays(crossed, rays.range);
  if (!are_few) work.begin();
  for (int n = group.first; n < group.end; n += RaysInTile::most) {
    rays.find(table, n, min(RaysInTile::most, group.end - n), box, middle);
    if (rays.meeting == 0) continue;
    for (int r = 0; r < rays.count; ++r) {
      if (rays.first[r] > rays.last[r] || (rays.are_whole[r] == 1 && !are_few)) continue;
      work.add_apart(n + r);
      rays.last[r] = rays.first[r] - 1;
    }
    if (!are_few) work.add(rays, n);
  }
  if (!are_few) work.end();
}

}  // namespace pyronn::detail
