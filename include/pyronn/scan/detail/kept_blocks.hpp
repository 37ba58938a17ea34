// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// KeptBlocks: memory for parts of images that were costly to read.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

namespace pyronn::detail {

/// Blocks of bytes of several stacks, within one limit. Any number of threads at a time.
class KeptBlocks {
 public:
  using Block = std::shared_ptr<std::byte const[]>;
  using Key = std::pair<void const*, std::int64_t>;  ///< a stack, and the number of its block

  /// `limit` [bytes]: of all blocks together, without those that a caller still holds.
  explicit KeptBlocks(std::int64_t limit) : limit_{limit} {}

  [[nodiscard]] std::int64_t limit() const { return limit_; }

  /// Null where it is not kept.
  [[nodiscard]] Block find(Key const& key) {
    std::lock_guard const lock{mutex_};
    auto const found = places_.find(key);
    if (found == places_.end()) return nullptr;
    by_use_.splice(by_use_.begin(), by_use_, found->second);
    return found->second->block;
  }

  /// Makes place by giving up others. One that is larger than the limit is not kept.
  void keep(Key const& key, Block block, std::int64_t bytes) {
    std::lock_guard const lock{mutex_};
    if (bytes > limit_ || places_.count(key) > 0) return;
    while (bytes_ > limit_ - bytes) give_one_up();
    by_use_.push_front({key, std::move(block), bytes});
    places_[key] = by_use_.begin();
    bytes_ += bytes;
  }

  /// Gives up all of a stack that goes.
  void forget(void const* stack) {
    std::lock_guard const lock{mutex_};
    auto place = places_.lower_bound({stack, 0});
    while (place != places_.end() && place->first.first == stack) {
      bytes_ -= place->second->bytes;
      by_use_.erase(place->second);
      place = places_.erase(place);
    }
  }

 private:
  struct Kept {
    Key key;
    Block block;
    std::int64_t bytes;
  };

  /// Bands of all images come to the same blocks again and again in one order: where they are more
  /// than there is memory for, those that were used longest ago come next, and are kept. Those that
  /// were used last may be in use by other threads.
  void give_one_up() {
    constexpr std::size_t in_use = 16;
    auto const at = std::min(in_use, (by_use_.size() - 1) / 2);
    auto const last = std::next(by_use_.begin(), static_cast<std::ptrdiff_t>(at));
    bytes_ -= last->bytes;
    places_.erase(last->key);
    by_use_.erase(last);
  }

  std::int64_t limit_;
  std::mutex mutex_;
  std::int64_t bytes_ = 0;
  std::list<Kept> by_use_;  ///< the last one first
  std::map<Key, std::list<Kept>::iterator> places_;
};

}  // namespace pyronn::detail
