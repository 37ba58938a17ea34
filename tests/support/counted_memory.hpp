// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
// Counts what operator new gives, all threads together, and lets one allocation fail. A program
// includes it in one source.
#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <exception>
#include <new>
#include <string>

#include <boost/test/unit_test.hpp>
#include <malloc.h>

namespace test {

/// How many allocations go well before one fails; negative: all do.
inline std::atomic<long> allocations_until_failure{-1};
/// What is allocated now [bytes].
inline std::atomic<std::size_t> bytes_now{0};
/// The most that was at a time since it was set.
inline std::atomic<std::size_t> most_bytes{0};

inline void* allocate(std::size_t bytes, std::size_t alignment) noexcept {
  if (allocations_until_failure >= 0 && allocations_until_failure-- == 0) return nullptr;
  std::size_t const whole = (bytes + alignment - 1) / alignment * alignment;
  void* const memory = std::aligned_alloc(alignment, whole == 0 ? alignment : whole);
  if (memory == nullptr) return nullptr;
  std::size_t const now = bytes_now += malloc_usable_size(memory);
  for (std::size_t most = most_bytes; most < now;) {
    if (most_bytes.compare_exchange_weak(most, now)) break;
  }
  return memory;
}
inline void* allocate_or_throw(std::size_t bytes, std::size_t alignment) {
  void* const memory = allocate(bytes, alignment);
  if (memory == nullptr) throw std::bad_alloc{};
  return memory;
}
inline void give_back(void* memory) noexcept {
  if (memory == nullptr) return;
  bytes_now -= malloc_usable_size(memory);
  std::free(memory);
}

/// The most bytes that `work` has allocated at a time.
template <class Work>
std::size_t peak_of(Work const& work) {
  std::size_t const before = bytes_now;
  most_bytes = before;
  work();
  return most_bytes - before;
}

/// Lets allocation 0, 1, ... of `work` fail until there is none to fail: it throws std::bad_alloc
/// then, or does all its work. `check(whether it threw)` looks at what is there. Returns how often
/// it threw.
template <class Work, class Check>
long every_allocation_fails(Work const& work, Check const& check) {
  long failures = 0;
  for (long allocation = 0;; ++allocation) {
    bool has_thrown = false;
    std::string other_error;
    allocations_until_failure = allocation;
    try {
      work();
    } catch (std::bad_alloc const&) {
      has_thrown = true;
    } catch (std::exception const& error) {
      other_error = error.what();
    }
    bool const has_failed = allocations_until_failure.exchange(-1) < 0;
    BOOST_TEST_CONTEXT("allocation " << allocation) {
      BOOST_TEST(other_error == "");
      check(has_thrown);
    }
    failures += has_thrown ? 1 : 0;
    if (!has_failed) return failures;
  }
}

inline constexpr std::size_t usual_alignment = alignof(std::max_align_t);

}  // namespace test

void* operator new(std::size_t bytes) {
  return test::allocate_or_throw(bytes, test::usual_alignment);
}
void* operator new[](std::size_t bytes) {
  return test::allocate_or_throw(bytes, test::usual_alignment);
}
void* operator new(std::size_t bytes, std::align_val_t alignment) {
  return test::allocate_or_throw(bytes, static_cast<std::size_t>(alignment));
}
void* operator new(std::size_t bytes, std::nothrow_t const&) noexcept {
  return test::allocate(bytes, test::usual_alignment);
}
void* operator new(std::size_t bytes, std::align_val_t alignment, std::nothrow_t const&) noexcept {
  return test::allocate(bytes, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory) noexcept { test::give_back(memory); }
void operator delete[](void* memory) noexcept { test::give_back(memory); }
void operator delete(void* memory, std::size_t) noexcept { test::give_back(memory); }
void operator delete[](void* memory, std::size_t) noexcept { test::give_back(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { test::give_back(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  test::give_back(memory);
}
void operator delete(void* memory, std::nothrow_t const&) noexcept { test::give_back(memory); }
void operator delete(void* memory, std::align_val_t, std::nothrow_t const&) noexcept {
  test::give_back(memory);
}
