// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <future>
#include <utility>
#include <vector>

#include <pyronn/scan/image_stack.hpp>

#include "stopwatch.hpp"
#include "views_reader.hpp"

namespace example {

/// Reads parts of a scan one after the other, each while the one before is worked on.
template <class HostMemory>
class ReadAhead {
 public:
  /// `part_bytes` hold any of the parts.
  ReadAhead(ViewsReader& reader, std::vector<pyronn::ImagePart> parts, std::size_t part_bytes)
      : reader_{reader},
        parts_{std::move(parts)},
        memory_{HostMemory{part_bytes}, HostMemory{parts_.size() > 1 ? part_bytes : 0}} {
    begin();
  }

  /// The numbers of the next part, which are there until the next call; the part before it has been
  /// worked on. Throws what reading it threw.
  void const* next() {
    void const* const numbers = memory_[turn_].data();
    reading_.get();
    ++part_;
    turn_ = 1 - turn_;
    begin();
    return numbers;
  }

  /// What reading took; after the last part.
  [[nodiscard]] double seconds() const { return seconds_; }

 private:
  void begin() {
    if (part_ == parts_.size()) return;
    reading_ = std::async(std::launch::async, [this, part = parts_[part_], turn = turn_] {
      Stopwatch watch;
      reader_.read(part, memory_[turn].data());
      seconds_ += watch.restart();
    });
  }

  ViewsReader& reader_;
  std::vector<pyronn::ImagePart> parts_;
  std::array<HostMemory, 2> memory_;
  std::size_t part_ = 0;
  std::size_t turn_ = 0;
  double seconds_ = 0;
  std::future<void> reading_;  // last: its destructor waits for the others' use
};

}  // namespace example
