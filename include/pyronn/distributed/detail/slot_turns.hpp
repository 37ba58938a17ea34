// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// SlotTurns: two threads that use the same slots, in turn.
#include <condition_variable>
#include <mutex>

namespace pyronn::detail {

/// One thread fills slots and another empties them, both in the same order. Each waits for the
/// other, until one of them stops both.
class SlotTurns {
 public:
  /// All of the slots are empty.
  explicit SlotTurns(int slots) : empty_{slots} {}

  /// Waits for an empty slot. False: stopped.
  [[nodiscard]] bool await_empty() { return await(empty_); }
  /// That slot is full.
  void filled() { post(full_); }
  /// Waits for a full slot. False: stopped.
  [[nodiscard]] bool await_full() { return await(full_); }
  /// That slot is empty.
  void emptied() { post(empty_); }

  /// Both threads stop waiting.
  void stop() {
    std::lock_guard<std::mutex> const lock{mutex_};
    is_stopped_ = true;
    changed_.notify_all();
  }

 private:
  bool await(int& count) {
    std::unique_lock<std::mutex> lock{mutex_};
    changed_.wait(lock, [&] { return is_stopped_ || count > 0; });
    if (is_stopped_) return false;
    --count;
    return true;
  }
  void post(int& count) {
    std::lock_guard<std::mutex> const lock{mutex_};
    ++count;
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  int empty_;
  int full_ = 0;
  bool is_stopped_ = false;
};

}  // namespace pyronn::detail
