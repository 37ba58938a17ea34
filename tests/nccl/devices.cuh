// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
// Ranks of NCCL, a thread and a device each. After support/backends.hpp.
#include <stdexcept>
#include <vector>

#include <nccl.h>

#include <pyronn/distributed/nccl_communicator.hpp>

#include "support/device_threads.cuh"

namespace test {

inline void check_nccl(ncclResult_t result) {
  if (result != ncclSuccess) throw std::runtime_error{ncclGetErrorString(result)};
}

/// What becomes of a device's ncclComm_t.
enum class CommEnd { is_destroyed, is_gone };

/// Communicators of all devices there are, or of the first of them.
class Devices {
 public:
  explicit Devices(int most = 8) {
    int count = 0;
    pyronn::check_cuda(cudaGetDeviceCount(&count), "cudaGetDeviceCount");
    if (count > most) count = most;
    std::vector<int> numbers;
    for (int n = 0; n < count; ++n) numbers.push_back(n);
    comms_.resize(numbers.size());
    check_nccl(ncclCommInitAll(comms_.data(), count, numbers.data()));
  }
  Devices(Devices const&) = delete;
  Devices& operator=(Devices const&) = delete;
  ~Devices() {
    if (end_ == CommEnd::is_gone) return;
    for (ncclComm_t const comm : comms_) static_cast<void>(ncclCommDestroy(comm));
  }

  [[nodiscard]] int count() const { return static_cast<int>(comms_.size()); }
  [[nodiscard]] ncclComm_t comm(int rank) const { return comms_[static_cast<std::size_t>(rank)]; }
  /// Nothing is to be done at the end.
  void leave() { end_ = CommEnd::is_gone; }

  /// Calls `work(rank)` on a thread each, whose device is current; throws what was thrown first.
  template <class Work>
  void run(Work const& work) const {
    on_devices(count(), work);
  }

 private:
  std::vector<ncclComm_t> comms_;
  CommEnd end_ = CommEnd::is_destroyed;
};

}  // namespace test
