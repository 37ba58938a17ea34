// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
// The parts of a model, of which each test leaves one out.
#include <pyronn/pyronn.hpp>

/// As a kernel, without the shape of a block.
struct NoKernel {
  pyronn::Extents<3> items() const { return {1, 1, 1}; }
  void operator()(pyronn::Vec<int, 3>) const {}
};
struct Kernel : NoKernel {
  using Block = pyronn::BlockShape<1, 1, 1>;
};

template <class Kernel>
struct HasForward {
  template <class Interp, class Executor, class Task>
  Kernel forward(Task const&) const {
    return {};
  }
};
template <class Kernel>
struct HasBack {
  template <class Interp, class Executor, class Task>
  Kernel back(Task const&) const {
    return {};
  }
};
