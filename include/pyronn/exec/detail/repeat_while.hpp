// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// RepeatWhile: work that is repeated as long as a number in an executor's memory is not 0.
#include <pyronn/exec/backend.hpp>
#include <pyronn/exec/host_copy.hpp>

namespace pyronn::detail {

/// Repeats what `work()` queues, none at all where *goes_on is 0 from the start; the work writes
/// the number. Where a backend defines no other, the host reads it before each turn. A backend that
/// records the work may do so in the first call alone, until it is told to forget it.
template <class Backend>
class RepeatWhile {
 public:
  template <class Executor, class Work>
  void operator()(Executor const& executor, double const* goes_on, Work const& work) const {
    while (is_set(executor, goes_on)) work();
  }
  void forget() const {}

 private:
  template <class Executor>
  static bool is_set(Executor const& executor, double const* number) {
    double value = 0;
    HostCopy<backend_t<Executor>>::to_host(executor, number, 1, &value);
    return value != 0;
  }
};

}  // namespace pyronn::detail
