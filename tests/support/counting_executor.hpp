// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
// An executor that counts what is allocated.
#include "backends.hpp"
//
#include <algorithm>
#include <cstddef>
#include <memory>

namespace test {

/// The test's executor; copies count together.
class CountingExecutor : public Executor {
 public:
  CountingExecutor() : Executor{executor()} {}

  [[nodiscard]] void* allocate(std::size_t bytes) const {
    void* const memory = Executor::allocate(bytes);
    counts_->bytes += bytes;
    ++counts_->calls;
    counts_->held += bytes;
    counts_->peak = std::max(counts_->peak, counts_->held);
    return memory;
  }
  void deallocate(void* memory, std::size_t bytes) const noexcept {
    counts_->held -= bytes;
    Executor::deallocate(memory, bytes);
  }

  /// All that were ever allocated.
  [[nodiscard]] std::size_t bytes() const { return counts_->bytes; }
  [[nodiscard]] int calls() const { return counts_->calls; }
  /// The most that was held at a time.
  [[nodiscard]] std::size_t peak() const { return counts_->peak; }

 private:
  struct Counts {
    std::size_t bytes = 0;
    int calls = 0;
    std::size_t held = 0;
    std::size_t peak = 0;
  };

  std::shared_ptr<Counts> counts_ = std::make_shared<Counts>();
};

}  // namespace test
