// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
// An executor that counts what is allocated.
#include "backends.hpp"
//
#include <cstddef>
#include <memory>

namespace test {

/// The test's executor; copies count together.
class CountingExecutor : public Executor {
 public:
  CountingExecutor() : Executor{executor()} {}

  [[nodiscard]] void* allocate(std::size_t bytes) const {
    counts_->bytes += bytes;
    ++counts_->calls;
    return Executor::allocate(bytes);
  }

  /// All that were ever allocated.
  [[nodiscard]] std::size_t bytes() const { return counts_->bytes; }
  [[nodiscard]] int calls() const { return counts_->calls; }

 private:
  struct Counts {
    std::size_t bytes = 0;
    int calls = 0;
  };

  std::shared_ptr<Counts> counts_ = std::make_shared<Counts>();
};

}  // namespace test
