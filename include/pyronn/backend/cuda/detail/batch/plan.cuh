// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What the tensor-core paths of both directions have in common.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cstddef>
#include <limits>
#include <type_traits>

#include <cuda_runtime_api.h>

#include <pyronn/backend/cuda/detail/batch/layout.cuh>
#include <pyronn/backend/cuda/detail/batch/pack.cuh>
#include <pyronn/backend/cuda/detail/batch/samples.cuh>
#include <pyronn/backend/cuda/detail/launch/run_kernel.cuh>
#include <pyronn/backend/cuda/error.cuh>
#include <pyronn/core/math.hpp>
#include <pyronn/exec/workspace.hpp>

namespace pyronn::detail {

/// How a batch is copied into a workspace: the bytes of the copy, 0 where this path cannot be used;
/// how many tiles of 8 samples are computed at a time; and in the forward projection, how many of
/// the two copies of an image (by rows and by columns) the workspace holds, in the backprojection,
/// how many views.
struct BatchPlan {
  std::size_t bytes;
  int tiles;
  int copies_or_views;
};

/// The bytes before the copy, in which the largest values of the samples lie; a multiple of 256.
inline constexpr std::size_t batch_header_bytes = 64 * sizeof(unsigned);

/// The longest axis that this path takes: beyond it positions in single precision are too coarse.
inline constexpr int longest_batch_axis = 1 << 19;

/// `all_samples` may be more than are done now, whose results do not depend on how many those are.
inline bool is_worth_a_batch(BatchSize const& size, int all_samples) {
  return all_samples >= least_batch_samples && max(size.width, size.rows) <= longest_batch_axis;
}

/// The workspace that can be used: words of 16 bytes are counted in 32 bits.
inline std::size_t batch_limit(std::size_t limit) {
  return min(limit, std::size_t{std::numeric_limits<unsigned>::max()} * sizeof(uint4));
}

/// Finds the scales of samples. It is a template, as all functions are that launch kernels of this
/// path, so that programs that cannot take the path do not compile them.
template <class T, class Executor, class Samples>
SampleScales<T> find_scales(Executor const& executor, Samples const& samples,
                            Workspace<Executor>& workspace) {
  if constexpr (half_terms_v<T> == 1) {
    return {};
  } else {
    auto* const largest = reinterpret_cast<unsigned*>(workspace.data());
    check_cuda(cudaMemsetAsync(largest, 0, batch_header_bytes, executor.stream()),
               "cudaMemsetAsync");
    FindLargest<Samples> const find{samples, largest};
    executor.for_each(find.items(), find);
    return {largest};
  }
}

/// The plan for the most tiles at a time for which `plan_for(std::integral_constant<int, tiles>)`
/// finds that the workspace suffices.
template <class PlanFor>
BatchPlan batch_plan(int samples, PlanFor const& plan_for) {
  if (samples > 32) {
    BatchPlan const plan = plan_for(std::integral_constant<int, 8>{});
    if (plan.bytes > 0) return plan;
  }
  return plan_for(std::integral_constant<int, 4>{});
}

/// Calls `work(std::integral_constant<int, tiles>, first sample, samples)` for block after block of
/// the samples of a batch.
template <class Work>
void for_each_batch_block(int num_samples, int tiles, Work const& work) {
  for (int first = 0; first < num_samples; first += 8 * tiles) {
    int const count = min(8 * tiles, num_samples - first);
    if (tiles == 8 && count > 32) {
      work(std::integral_constant<int, 8>{}, first, count);
    } else {
      work(std::integral_constant<int, 4>{}, first, count);
    }
  }
}

/// The size of the blocks when `count` items are cut into as few and as even blocks of at most
/// `most` items as possible.
inline int even_block(int count, int most) {
  int const blocks = (count - 1) / most + 1;
  return (count - 1) / blocks + 1;
}

}  // namespace pyronn::detail
