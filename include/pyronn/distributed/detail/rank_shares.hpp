// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Who has what of a scan and its volume, and the messages that bring it to whom it is needed by.
#include <algorithm>
#include <cstddef>
#include <vector>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/config.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/distributed/rank_plan.hpp>
#include <pyronn/exec/exchange_slots.hpp>
#include <pyronn/exec/host_array.hpp>
#include <pyronn/exec/kernel.hpp>
#include <pyronn/exec/vector_operations.hpp>
#include <pyronn/geometry/shadow.hpp>

namespace pyronn::detail {

/// Messages of a rank that are exchanged at the same time, and what it moves itself.
struct Messages {
  std::vector<SentPlanes> sent;
  std::vector<ReceivedPlanes> received;
  std::vector<MovedPlanes> moved;
};

/// Adds rows of views to those of others.
struct AddRows {
  using Block = BlockShape<32, 8, 1>;

  float const* from;
  std::size_t from_pitch;  ///< from view to view
  float* to;
  std::size_t to_pitch;
  Extents<3> extents;

  [[nodiscard]] Extents<3> items() const { return extents; }
  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> item) const {
    auto const row = static_cast<std::size_t>(item[1]) * static_cast<std::size_t>(extents[0]) +
                     static_cast<std::size_t>(item[0]);
    auto const view = static_cast<std::size_t>(item[2]);
    to[view * to_pitch + row] += from[view * from_pitch + row];
  }
};

/// How many views are exchanged at a time on cores. A power of two, as some models sum up views by
/// eights.
inline constexpr int usual_views_at_a_time = 32;

/// The shares of all ranks.
struct RankShares {
  int rank = 0;
  Extents<3> volume{};       ///< of all ranks together
  Extents<3> projections{};  ///< of all ranks together
  std::vector<RankShare> slabs;
  std::vector<RankShare> views;
  std::vector<DetectorRows> rows;  ///< of every view, that a rank's slab has to do with

  [[nodiscard]] int size() const { return static_cast<int>(slabs.size()); }
  [[nodiscard]] RankShare slab() const { return slabs[index(rank)]; }
  [[nodiscard]] RankShare own_views() const { return views[index(rank)]; }
  [[nodiscard]] Extents<3> slab_extents() const { return {volume[0], volume[1], slab().count}; }
  [[nodiscard]] Extents<3> views_extents() const {
    return {projections[0], projections[1], own_views().count};
  }
  [[nodiscard]] std::size_t view_count() const { return plane_count(projections); }

  /// Blocks of views, the same in all ranks, whoever has them. Of more than on cores the first one
  /// is small, as all wait for it: a tenth of the others, as to work on a view takes a GPU some ten
  /// times as long as to exchange it. These are nearly equal; sums by eights are made in one of
  /// them.
  [[nodiscard]] std::vector<RankShare> blocks(int views_at_a_time) const {
    std::vector<RankShare> result;
    int count = first_block(views_at_a_time);
    for (int first = 0; first < projections[2]; first += result.back().count) {
      int const left = projections[2] - first;
      result.push_back({first, std::min(count, left)});
      int const after = left - result.back().count;
      count = views_at_a_time;
      if (views_at_a_time > usual_views_at_a_time && after > 0) {
        int const blocks_left = (after - 1) / views_at_a_time + 1;
        count = std::min(views_at_a_time, ((after - 1) / blocks_left / 8 + 1) * 8);
      }
    }
    return result;
  }
  /// How many views one of so many slots, which blocks take in turn, must hold; of any subset, too,
  /// which may have up to eight more after its first block.
  [[nodiscard]] int views_in_slot(int slot, int slots, int views_at_a_time) const {
    int const first = first_block(views_at_a_time);
    int const after = std::min(projections[2], projections[2] - first + 8);
    if (slots == 1 || after > views_at_a_time) return std::min(views_at_a_time, projections[2]);
    return slot == 0 ? first : after;
  }
  /// Of all slots together.
  [[nodiscard]] int views_in_slots(int slots, int views_at_a_time) const {
    int sum = 0;
    for (int n = 0; n < slots; ++n) sum += views_in_slot(n, slots, views_at_a_time);
    return sum;
  }

  /// Numbers that slabs of other ranks add to a view that a rank has.
  [[nodiscard]] std::size_t parts_of_view(int of) const {
    std::size_t sum = 0;
    for (int other = 0; other < size(); ++other) {
      if (other != of) sum += row_floats(rows[index(other)]);
    }
    return sum;
  }

  /// The views of a block that a rank has.
  [[nodiscard]] RankShare views_in(RankShare const& block, int of) const {
    RankShare const& all = views[index(of)];
    int const first = std::max(block.first, all.first);
    int const end = std::min(block.first + block.count, all.first + all.count);
    return {first, std::max(0, end - first)};
  }

  /// Whether a rank has all views of a block.
  [[nodiscard]] bool has_all_of(RankShare const& block) const {
    return views_in(block, rank).count == block.count;
  }

  /// Brings rows of a block's views to `block_data` of each rank whose slab needs them, but where
  /// it has all of these views.
  [[nodiscard]] Messages rows_to_slabs(RankShare const& block, float const* own,
                                       float* block_data) const {
    Messages messages;
    RankShare const mine = views_in(block, rank);
    for (int other = 0; other < size(); ++other) {
      if (slabs[index(other)].count > 0 && mine.count > 0) {
        DetectorRows const& needed = rows[index(other)];
        auto const* const from =
            bytes(own + row_start(mine.first - own_views().first, needed.first));
        if (other != rank) {
          messages.sent.push_back(
              {other, from, view_bytes(), row_bytes(needed), index(mine.count)});
        } else if (!has_all_of(block)) {
          auto* const to = bytes(block_data + row_start(mine.first - block.first, needed.first));
          messages.moved.push_back({from, to, view_bytes(), row_bytes(needed), index(mine.count)});
        }
      }
      RankShare const theirs = views_in(block, other);
      if (other != rank && slab().count > 0 && theirs.count > 0) {
        DetectorRows const& needed = rows[index(rank)];
        auto* const to = bytes(block_data + row_start(theirs.first - block.first, needed.first));
        messages.received.push_back(
            {other, to, view_bytes(), row_bytes(needed), index(theirs.count)});
      }
    }
    return messages;
  }

  /// Brings slabs to `whole` of each rank that has views.
  [[nodiscard]] Messages slabs_to_all(float const* own, float* whole) const {
    Messages messages;
    auto const* const from = bytes(own);
    for (int other = 0; other < size(); ++other) {
      std::size_t const mine = slab_floats(rank) * sizeof(float);
      std::size_t const theirs = slab_floats(other) * sizeof(float);
      auto* const to = bytes(whole + slab_start(other));
      if (other == rank) {
        if (own_views().count > 0) messages.moved.push_back({from, to, mine, mine, 1});
        continue;
      }
      if (views[index(other)].count > 0) messages.sent.push_back({other, from, mine, mine, 1});
      if (own_views().count > 0) messages.received.push_back({other, to, theirs, theirs, 1});
    }
    return messages;
  }

  /// Brings what slabs add to a block's views to the ranks that have these, where it lies rank by
  /// rank in `parts`.
  [[nodiscard]] Messages parts_to_views(RankShare const& block, float const* block_data,
                                        float* parts) const {
    Messages messages;
    RankShare const mine = views_in(block, rank);
    for (int other = 0; other < size(); ++other) {
      if (other == rank) continue;
      RankShare const theirs = views_in(block, other);
      if (slab().count > 0 && theirs.count > 0) {
        DetectorRows const& seen = rows[index(rank)];
        auto const* const from =
            bytes(block_data + row_start(theirs.first - block.first, seen.first));
        messages.sent.push_back({other, from, view_bytes(), row_bytes(seen), index(theirs.count)});
      }
      if (slabs[index(other)].count > 0 && mine.count > 0) {
        DetectorRows const& seen = rows[index(other)];
        messages.received.push_back(
            {other, bytes(parts), row_bytes(seen), row_bytes(seen), index(mine.count)});
        parts += row_floats(seen) * index(mine.count);
      }
    }
    return messages;
  }

  /// Adds them up in the views of this rank, in the order of ranks.
  template <class Executor>
  void add_parts(Executor const& executor, RankShare const& block, float const* block_data,
                 float const* parts, float* own) const {
    RankShare const mine = views_in(block, rank);
    if (mine.count == 0) return;
    Extents<3> const extents{projections[0], projections[1], mine.count};
    ArrayView<float, 3> const sums{own + row_start(mine.first - own_views().first, 0), extents};
    fill(executor, sums, 0.0F);
    for (int other = 0; other < size(); ++other) {
      if (slabs[index(other)].count == 0) continue;
      DetectorRows const& seen = rows[index(other)];
      AddRows add{block_data + row_start(mine.first - block.first, seen.first),
                  view_count(),
                  sums.data + row_start(0, seen.first),
                  view_count(),
                  {projections[0], seen.count, mine.count}};
      if (other != rank) {
        add.from = parts;
        add.from_pitch = row_floats(seen);
        parts += row_floats(seen) * index(mine.count);
      }
      if (add.extents.count() > 0) executor.for_each(add.items(), add);
    }
  }

 private:
  static std::size_t index(int n) { return static_cast<std::size_t>(n); }

  [[nodiscard]] int first_block(int views_at_a_time) const {
    int const first =
        views_at_a_time > usual_views_at_a_time ? (projections[2] / 88 + 1) * 8 : views_at_a_time;
    return std::min({first, views_at_a_time, projections[2]});
  }

  static std::byte const* bytes(float const* data) {
    return reinterpret_cast<std::byte const*>(data);
  }
  static std::byte* bytes(float* data) { return reinterpret_cast<std::byte*>(data); }

  /// Where a row begins in an array of views of which `view` is counted.
  [[nodiscard]] std::size_t row_start(int view, int row) const {
    return index(view) * view_count() + index(row) * row_count(projections);
  }
  [[nodiscard]] std::size_t row_floats(DetectorRows const& some) const {
    return index(some.count) * row_count(projections);
  }
  [[nodiscard]] std::size_t row_bytes(DetectorRows const& some) const {
    return row_floats(some) * sizeof(float);
  }
  [[nodiscard]] std::size_t view_bytes() const { return view_count() * sizeof(float); }
  [[nodiscard]] std::size_t slab_start(int of) const {
    return index(slabs[index(of)].first) * plane_count(volume);
  }
  [[nodiscard]] std::size_t slab_floats(int of) const {
    return index(slabs[index(of)].count) * plane_count(volume);
  }
};

}  // namespace pyronn::detail
