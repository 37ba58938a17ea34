// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How the rays of a group are taken through a box of voxels.
#include <pyronn/backend/cpu/detail/sheared/rays_by_slope.hpp>
#include <pyronn/backend/cpu/detail/sheared/sheared_tile.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/model/ray_driven.hpp>

namespace pyronn::detail {

/// The rays [first, first + count) of a table in a box.
struct RaysInBox : RaysInTile {
  bool are_whole[most];  ///< whether rays cover all slices of the box in full
  int meeting = 0;       ///< how many rays meet the box

  template <int Axis, class Table>
  void find(Table const& table, int place, int rays, VoxelBox const& box) {
    constexpr float margin = 1.0F / 32.0F;
    constexpr float least = 1e-6F;  // so little that it never shows in a tile
    auto const first_slice = static_cast<float>(box.first[Axis]);
    auto const slices = static_cast<float>(box.end[Axis] - box.first[Axis]);
    auto const first_across = static_cast<float>(box.first[1 - Axis]);
    auto const width = static_cast<float>(box.end[1 - Axis] - box.first[1 - Axis]);
    count = rays;
    meeting = 0;
    for (int n = 0; n < rays; ++n) {
      float const of = table.slope[place + n];
      float const at = (table.base[place + n] + first_slice * of) - first_across;
      float const per_voxel = 1.0F / (abs(of) < least ? least : of);
      float const below = (-1.0F - margin - at) * per_voxel;
      float const above = (width + margin - at) * per_voxel;
      float const enters = clamp(min(below, above), 0.0F, slices);
      float const leaves = clamp(max(below, above), -1.0F, slices - 1.0F);
      float const from = table.low[place + n] - first_slice + 0.5F;
      float const to = table.high[place + n] - first_slice + 0.5F;
      bool const meets = both(enters <= leaves, both(from <= slices, to >= 0.0F));
      start[n] = at;
      slope[n] = of;
      first[n] = meets ? static_cast<int>(enters) / strip_slices : 1;
      last[n] = meets ? static_cast<int>(leaves) / strip_slices : 0;
      are_whole[n] = both(from <= 0.0F, to >= slices);
      meeting += meets ? 1 : 0;
    }
  }
};

/// Takes the rays of a group through a box. `Work` has
///   begin()           is called before rays are taken together
///   add(rays, place)  takes rays from a place of the table on together
///   add_apart(n)      takes a ray alone: where it begins or ends in the box, or there are few
///   end()             is called after begin and all rays
template <int Axis, class Table, class Work>
void follow_group(Table const& table, SlopeGroup const& group, VoxelBox const& box, Work& work) {
  constexpr int few = RaysInTile::most;
  RaysInBox rays;
  int meeting = 0;
  for (int n = group.first; n < group.end && meeting < few; n += RaysInTile::most) {
    rays.find<Axis>(table, n, min(RaysInTile::most, group.end - n), box);
    meeting += rays.meeting;
  }
  if (meeting == 0) return;
  bool const are_few = meeting < few;
  if (!are_few) work.begin();
  for (int n = group.first; n < group.end; n += RaysInTile::most) {
    rays.find<Axis>(table, n, min(RaysInTile::most, group.end - n), box);
    if (rays.meeting == 0) continue;
    for (int r = 0; r < rays.count; ++r) {
      if (rays.first[r] > rays.last[r] || (rays.are_whole[r] && !are_few)) continue;
      work.add_apart(n + r);
      rays.last[r] = rays.first[r] - 1;
    }
    if (!are_few) work.add(rays, n);
  }
  if (!are_few) work.end();
}

}  // namespace pyronn::detail
