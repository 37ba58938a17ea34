// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The threads of a group's members.
#include <atomic>
#include <cstddef>
#include <exception>
#include <future>
#include <mutex>
#include <utility>
#include <vector>

#include <pyronn/core/detail/detected.hpp>

namespace pyronn::detail {

template <class Executor>
using BeginThread = decltype(std::declval<Executor const&>().begin_thread());

/// Lets the calling thread call the executor, where that is not the thread in which it was made.
template <class Executor>
void begin_thread(Executor const& executor) {
  if constexpr (is_detected_v<BeginThread, Executor>) {
    executor.begin_thread();
  } else {
    static_cast<void>(executor);
  }
}

/// What a member throws that ends as another one has failed.
struct OtherMemberFailed : std::exception {
  [[nodiscard]] char const* what() const noexcept override {
    return "another member of the group has failed";
  }
};

/// Calls `work(n, check_others)` for n from 0 to `members` - 1 on a thread each, and returns when
/// all have ended. `check_others()` throws where a member has failed. Throws what was thrown first.
template <class Work>
void run_members(std::size_t members, Work const& work) {
  std::atomic<bool> has_failed{false};
  std::mutex failing;
  std::exception_ptr failure;
  auto const keep = [&] {
    std::lock_guard<std::mutex> const lock{failing};
    if (!failure) failure = std::current_exception();
    has_failed = true;
  };
  auto const check_others = [&] {
    if (has_failed) throw OtherMemberFailed{};
  };
  std::vector<std::future<void>> threads;
  try {
    for (std::size_t n = 0; n < members; ++n) {
      threads.push_back(std::async(std::launch::async, [&, n] {
        try {
          check_others();
          work(n, check_others);
        } catch (OtherMemberFailed const&) {  // whose exception counts
        } catch (...) {
          keep();
        }
      }));
    }
  } catch (...) {
    keep();
  }
  for (auto& thread : threads) thread.get();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace pyronn::detail
