// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <future>

#include <pyronn/core/array_view.hpp>

#include "stopwatch.hpp"
#include "volume_sink.hpp"

namespace example {

/// Hands slabs to a sink while the next ones are made. `HostMemory` is the memory of the host that
/// a place copies to.
template <class HostMemory>
class SlabWriter {
 public:
  /// Of one slab, or of two, one of which is written while the other is made.
  SlabWriter(VolumeSink& sink, std::size_t slab_bytes, bool has_more_slabs)
      : sink_{sink},
        memory_{HostMemory{slab_bytes}, HostMemory{has_more_slabs ? slab_bytes : 0}},
        has_two_{has_more_slabs} {}

  /// Room for the next slab, whose last content has been written.
  pyronn::VolumeView<float> room(pyronn::Extents<3> extents) {
    slab_ = {static_cast<float*>(memory_[turn_].data()), extents};
    return slab_;
  }

  /// Begins to write that slab, when the one before has been. Throws what writing it threw.
  void write() {
    wait();
    writing_ = std::async(std::launch::async, [this, slab = slab_] {
      Stopwatch watch;
      sink_.take({slab.data, slab.extents});
      seconds_ += watch.restart();
    });
    if (has_two_) turn_ = 1 - turn_;
  }

  /// Returns when all has been written.
  void wait() {
    if (writing_.valid()) writing_.get();
  }

  /// What writing took; after `wait`.
  [[nodiscard]] double seconds() const { return seconds_; }

 private:
  VolumeSink& sink_;
  std::array<HostMemory, 2> memory_;
  bool has_two_;
  std::size_t turn_ = 0;
  pyronn::VolumeView<float> slab_{};
  double seconds_ = 0;
  std::future<void> writing_;  // last: its destructor waits for the others' use
};

}  // namespace example
