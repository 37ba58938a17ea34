// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Ranks whose messages stay where their executors work.
#if defined(__CUDACC__)
#include <pyronn/distributed/peer_communicator.cuh>
#endif

#include "support/thread_communicator.hpp"

namespace test {

#if defined(__CUDACC__)
/// Copies on the device.
using NearCommunicator = pyronn::PeerCommunicator;
#else
using NearCommunicator = EagerThreadCommunicator;
#endif

}  // namespace test
