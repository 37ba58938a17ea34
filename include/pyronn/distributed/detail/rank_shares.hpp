// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Who has what of a scan and its volume, and the messages that bring it to whom it is needed by.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <pyronn/core/extents.hpp>
#include <pyronn/distributed/communicator.hpp>
#include <pyronn/distributed/rank_plan.hpp>
#include <pyronn/exec/host_array.hpp>
#include <pyronn/geometry/shadow.hpp>

namespace pyronn::detail {

/// Messages of a rank that are exchanged at the same time.
struct Messages {
  std::vector<SentBytes> sent;
  std::vector<ReceivedBytes> received;

  [[nodiscard]] std::int64_t bytes_received() const {
    std::int64_t sum = 0;
    for (ReceivedBytes const& message : received) sum += static_cast<std::int64_t>(message.bytes);
    return sum;
  }
};

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
  [[nodiscard]] std::size_t view_count() const { return plane_count(projections); }

  /// Blocks of views, the same in all ranks, whoever has them.
  [[nodiscard]] std::vector<RankShare> blocks(int views_at_a_time) const {
    std::vector<RankShare> result;
    for (int first = 0; first < projections[2]; first += views_at_a_time) {
      result.push_back({first, std::min(views_at_a_time, projections[2] - first)});
    }
    return result;
  }

  /// The views of a block that a rank has.
  [[nodiscard]] RankShare views_in(RankShare const& block, int of) const {
    RankShare const& all = views[index(of)];
    int const first = std::max(block.first, all.first);
    int const end = std::min(block.first + block.count, all.first + all.count);
    return {first, std::max(0, end - first)};
  }

  /// Brings rows of a block's views to `block_data` of each rank whose slab needs them. Copies
  /// those of the rank itself.
  [[nodiscard]] Messages rows_to_slabs(RankShare const& block, float const* own,
                                       float* block_data) const {
    Messages messages;
    for (int other = 0; other < size(); ++other) {
      if (slabs[index(other)].count > 0) {
        DetectorRows const& needed = rows[index(other)];
        for_views(views_in(block, rank), [&](int view) {
          float const* const from = own + row_start(view - own_views().first, needed.first);
          if (other != rank) {
            messages.sent.push_back({other, from, row_bytes(needed)});
          } else {
            std::copy_n(from, row_floats(needed),
                        block_data + row_start(view - block.first, needed.first));
          }
        });
      }
      if (other != rank && slab().count > 0) {
        DetectorRows const& needed = rows[index(rank)];
        for_views(views_in(block, other), [&](int view) {
          float* const to = block_data + row_start(view - block.first, needed.first);
          messages.received.push_back({other, to, row_bytes(needed)});
        });
      }
    }
    return messages;
  }

  /// Brings slabs to `whole` of each rank that has views. Copies that of the rank itself.
  [[nodiscard]] Messages slabs_to_all(float const* own, float* whole) const {
    Messages messages;
    for (int other = 0; other < size(); ++other) {
      if (other == rank) {
        if (own_views().count > 0) std::copy_n(own, slab_floats(rank), whole + slab_start(rank));
        continue;
      }
      if (views[index(other)].count > 0) {
        messages.sent.push_back({other, own, slab_floats(rank) * sizeof(float)});
      }
      if (own_views().count > 0) {
        messages.received.push_back(
            {other, whole + slab_start(other), slab_floats(other) * sizeof(float)});
      }
    }
    return messages;
  }

  /// Brings what slabs add to a block's views to the ranks that have these, where it lies rank by
  /// rank in `parts`.
  [[nodiscard]] Messages parts_to_views(RankShare const& block, float const* block_data,
                                        float* parts) const {
    Messages messages;
    for (int other = 0; other < size(); ++other) {
      if (other == rank) continue;
      if (slab().count > 0) {
        DetectorRows const& seen = rows[index(rank)];
        for_views(views_in(block, other), [&](int view) {
          float const* const from = block_data + row_start(view - block.first, seen.first);
          messages.sent.push_back({other, from, row_bytes(seen)});
        });
      }
      if (slabs[index(other)].count > 0) {
        DetectorRows const& seen = rows[index(other)];
        for_views(views_in(block, rank), [&](int) {
          messages.received.push_back({other, parts, row_bytes(seen)});
          parts += row_floats(seen);
        });
      }
    }
    return messages;
  }

  /// Adds them up in the views of this rank, in the order of ranks.
  void add_parts(RankShare const& block, float const* block_data, float const* parts,
                 float* own) const {
    RankShare const mine = views_in(block, rank);
    std::fill_n(own + row_start(mine.first - own_views().first, 0),
                static_cast<std::size_t>(mine.count) * view_count(), 0.0F);
    for (int other = 0; other < size(); ++other) {
      if (slabs[index(other)].count == 0) continue;
      DetectorRows const& seen = rows[index(other)];
      for_views(mine, [&](int view) {
        float const* from = block_data + row_start(view - block.first, seen.first);
        if (other != rank) {
          from = parts;
          parts += row_floats(seen);
        }
        float* const to = own + row_start(view - own_views().first, seen.first);
        for (std::size_t n = 0; n < row_floats(seen); ++n) to[n] += from[n];
      });
    }
  }

 private:
  static std::size_t index(int n) { return static_cast<std::size_t>(n); }

  template <class Call>
  static void for_views(RankShare const& share, Call const& call) {
    for (int n = 0; n < share.count; ++n) call(share.first + n);
  }

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
  [[nodiscard]] std::size_t slab_start(int of) const {
    return index(slabs[index(of)].first) * plane_count(volume);
  }
  [[nodiscard]] std::size_t slab_floats(int of) const {
    return index(slabs[index(of)].count) * plane_count(volume);
  }
};

}  // namespace pyronn::detail
