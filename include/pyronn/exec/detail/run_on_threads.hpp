// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Distributes the items of a kernel over threads. It is not a template, so that it is compiled
/// once.
#include <algorithm>
#include <atomic>
#include <cstdint>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include <pyronn/core/extents.hpp>

namespace pyronn::detail {

/// Calls `run(items, first, end, kernel)` for ranges of items that together are all items, in any
/// order and from several threads, and returns when all threads have ended. After an exception
/// threads take no further ranges, and the first exception is rethrown to the caller.
inline void run_on_threads(int threads, Extents<3> items,
                           void (*run)(Extents<3>, std::int64_t, std::int64_t, void const*),
                           void const* kernel) {
  std::int64_t const count = items.count();
  std::int64_t const range = std::max<std::int64_t>(1, count / (std::int64_t{threads} * 32));
  std::atomic<std::int64_t> next{0};
  std::exception_ptr failure;
  std::mutex failing;
  auto const work = [&] {
    try {
      std::int64_t first = next.fetch_add(range);
      for (; first < count; first = next.fetch_add(range)) {
        run(items, first, std::min(first + range, count), kernel);
      }
    } catch (...) {
      next = count;
      std::lock_guard<std::mutex> const lock{failing};
      if (!failure) failure = std::current_exception();
    }
  };
  std::vector<std::thread> helpers;
  try {
    for (int i = 1; i < threads && i < count; ++i) helpers.emplace_back(work);
  } catch (std::exception const&) {
    // The system grants no more threads; those that have been started do all the work.
  }
  work();
  for (std::thread& helper : helpers) helper.join();
  if (failure) std::rethrow_exception(failure);
}

/// Calls `work(n)` for all n from 0 to `count` - 1, in any order and from several threads; throws
/// as run_on_threads.
template <class Work>
void for_each_on_threads(int threads, std::size_t count, Work const& work) {
  run_on_threads(
      threads, {static_cast<int>(count), 1, 1},
      [](Extents<3>, std::int64_t begin, std::int64_t end, void const* what) {
        for (std::int64_t n = begin; n < end; ++n) {
          (*static_cast<Work const*>(what))(static_cast<std::size_t>(n));
        }
      },
      &work);
}

}  // namespace pyronn::detail
