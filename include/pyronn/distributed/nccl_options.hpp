// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How long ranks of NCCL wait for one another, and what comes then.
#include <chrono>

namespace pyronn {

/// What becomes of an ncclComm_t whose ranks no longer reach each other.
enum class LostNcclComm {
  is_left,     ///< it can no longer be used; what waits for it on a stream does so until the caller
               ///< aborts it
  is_aborted,  ///< ncclCommAbort is called, and it is gone: the caller must not destroy it
};

/// The same in all ranks.
struct NcclOptions {
  /// A rank that nothing comes to for longer gives up the others: more than one ever computes or
  /// reads while others wait.
  std::chrono::milliseconds longest_wait{10000};
  /// What it does with the communicator then.
  LostNcclComm lost = LostNcclComm::is_left;
};

}  // namespace pyronn
