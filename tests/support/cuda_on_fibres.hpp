// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
// Runs kernels of the CUDA backend without CUDA: the threads of a block are fibres of one thread of
// the host, which change places at barriers. Between barriers they run one after another, in the
// order that one asks for: a result that depends on it lacks a barrier.
//
// Comes before headers of the CUDA backend, and after those of others that look for nvcc: it
// defines the words of CUDA that kernels use.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <exception>
#include <functional>
#include <memory>
#include <stdexcept>
#include <vector>

#include <ucontext.h>

// NOLINTBEGIN(bugprone-reserved-identifier): the names are CUDA's
#define __CUDACC__ 1
#define __host__
#define __device__
// All fibres of a block are of one thread, and of all blocks at a time one is at work.
#define __shared__ thread_local
#define __noinline__
// NOLINTEND(bugprone-reserved-identifier)

struct alignas(16) float4 {
  float x, y, z, w;
};
struct Index3 {
  unsigned x, y, z;
};
inline thread_local Index3 threadIdx{};
inline thread_local Index3 blockIdx{};

namespace test {

enum class FibreOrder { ascending, descending };

/// A block of threads along x. Work of a fibre that throws ends the block with its exception;
/// fibres that end, or wait elsewhere, while others wait at a barrier are a logic_error.
class FibreBlock {
 public:
  static constexpr unsigned warp_size = 32;

  FibreBlock(unsigned threads, FibreOrder order)
      : fibres_(threads), lanes_(threads), order_{order} {}
  FibreBlock(FibreBlock const&) = delete;
  FibreBlock& operator=(FibreBlock const&) = delete;

  /// Calls work() once on each fibre, with its threadIdx and the block's blockIdx.
  void run(unsigned block, std::function<void()> const& work) {
    blockIdx = {block, 0, 0};
    work_ = &work;
    current_block() = this;
    for (Fibre& fibre : fibres_) start(fibre);
    while (advance_all()) release_waiting();
    if (failure_) std::rethrow_exception(failure_);
  }

  /// Waits for all fibres of the block, or for those of the own warp.
  static void wait_for_block() { current_block()->wait(State::at_block_barrier); }
  static void wait_for_warp() { current_block()->wait(State::at_warp_barrier); }

  /// Where a fibre leaves a value for others of its warp.
  static std::uint32_t& lane(unsigned thread) { return current_block()->lanes_.at(thread); }

 private:
  enum class State { ready, at_block_barrier, at_warp_barrier, finished };
  static constexpr std::size_t stack_bytes = std::size_t{128} << 10;

  struct Fibre {
    ucontext_t context{};
    std::unique_ptr<std::byte[]> stack{new std::byte[stack_bytes]};  // none of it written yet
    State state = State::ready;
  };

  static FibreBlock*& current_block() {
    static thread_local FibreBlock* block = nullptr;
    return block;
  }

  void start(Fibre& fibre) {
    fibre.state = State::ready;
    getcontext(&fibre.context);
    fibre.context.uc_stack.ss_sp = fibre.stack.get();
    fibre.context.uc_stack.ss_size = stack_bytes;
    fibre.context.uc_link = &scheduler_;
    makecontext(&fibre.context, &FibreBlock::enter, 0);
  }

  static void enter() {
    FibreBlock& block = *current_block();
    try {
      (*block.work_)();
    } catch (...) {
      block.failure_ = std::current_exception();
    }
    block.fibres_[threadIdx.x].state = State::finished;
  }

  void wait(State state) {
    Fibre& fibre = fibres_[threadIdx.x];
    fibre.state = state;
    swapcontext(&fibre.context, &scheduler_);
  }

  /// Runs every fibre that is ready up to its next barrier or its end. Whether any is left.
  bool advance_all() {
    auto const count = static_cast<unsigned>(fibres_.size());
    bool any_left = false;
    for (unsigned n = 0; n < count; ++n) {
      unsigned const thread = order_ == FibreOrder::ascending ? n : count - 1 - n;
      Fibre& fibre = fibres_[thread];
      if (fibre.state == State::ready) {
        threadIdx = {thread, 0, 0};
        swapcontext(&scheduler_, &fibre.context);
      }
      any_left = any_left || fibre.state != State::finished;
    }
    return any_left && !failure_;
  }

  /// Opens the barriers that everyone has reached: those of warps, else that of the block.
  void release_waiting() {
    bool any_warp = false;
    for (std::size_t first = 0; first < fibres_.size(); first += warp_size) {
      any_warp = release(first, first + warp_size, State::at_warp_barrier) || any_warp;
    }
    if (!any_warp && !release(0, fibres_.size(), State::at_block_barrier)) {
      throw std::logic_error("not all threads of the block reach the same barrier");
    }
  }

  bool release(std::size_t first, std::size_t last, State state) {
    for (std::size_t n = first; n < last; ++n) {
      if (fibres_.at(n).state != state) return false;
    }
    for (std::size_t n = first; n < last; ++n) fibres_[n].state = State::ready;
    return true;
  }

  std::vector<Fibre> fibres_;
  std::vector<std::uint32_t> lanes_;
  FibreOrder order_;
  ucontext_t scheduler_{};
  std::function<void()> const* work_ = nullptr;
  std::exception_ptr failure_;
};

}  // namespace test

// NOLINTBEGIN(bugprone-reserved-identifier)
inline void __syncthreads() { test::FibreBlock::wait_for_block(); }

inline void __syncwarp() { test::FibreBlock::wait_for_warp(); }

/// Of a whole warp.
inline unsigned __shfl_xor_sync(unsigned, unsigned value, int distance) {
  test::FibreBlock::lane(threadIdx.x) = value;
  test::FibreBlock::wait_for_warp();
  unsigned const other = test::FibreBlock::lane(threadIdx.x ^ static_cast<unsigned>(distance));
  test::FibreBlock::wait_for_warp();
  return other;
}

/// What a lane of the warp has.
inline int __shfl_sync(unsigned, int value, int lane) {
  test::FibreBlock::lane(threadIdx.x) = static_cast<unsigned>(value);
  test::FibreBlock::wait_for_warp();
  auto const first = threadIdx.x / test::FibreBlock::warp_size * test::FibreBlock::warp_size;
  unsigned const other = test::FibreBlock::lane(first + static_cast<unsigned>(lane));
  test::FibreBlock::wait_for_warp();
  return static_cast<int>(other);
}

inline int __float2int_rn(float value) { return static_cast<int>(std::lrintf(value)); }
inline unsigned __float_as_uint(float value) {
  unsigned bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}
inline int __float_as_int(float value) { return static_cast<int>(__float_as_uint(value)); }
inline float __uint_as_float(unsigned bits) {
  float value = 0;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}
inline int __ffs(int value) { return __builtin_ffs(value); }
inline int __popc(unsigned value) { return __builtin_popcount(value); }

/// Votes of a whole warp.
inline unsigned __ballot_sync(unsigned, int vote) {
  test::FibreBlock::lane(threadIdx.x) = vote != 0 ? 1 : 0;
  test::FibreBlock::wait_for_warp();
  unsigned votes = 0;
  unsigned const first = threadIdx.x / test::FibreBlock::warp_size * test::FibreBlock::warp_size;
  for (unsigned n = 0; n < test::FibreBlock::warp_size; ++n) {
    votes |= test::FibreBlock::lane(first + n) << n;
  }
  test::FibreBlock::wait_for_warp();
  return votes;
}
inline int __any_sync(unsigned lanes, int vote) { return __ballot_sync(lanes, vote) != 0 ? 1 : 0; }
inline int __all_sync(unsigned lanes, int vote) {
  return __ballot_sync(lanes, vote == 0 ? 1 : 0) == 0 ? 1 : 0;
}

inline float __ldg(float const* address) { return *address; }
inline float4 __ldg(float4 const* address) { return *address; }
inline float __saturatef(float value) { return value > 0 ? (value < 1 ? value : 1.0F) : 0.0F; }
/// Rounds down. The sum is exact in double unless the summands are very unlike.
inline float __fmaf_rd(float a, float b, float c) {
  double const sum = static_cast<double>(a) * static_cast<double>(b) + static_cast<double>(c);
  auto const nearest = static_cast<float>(sum);
  bool const is_above = static_cast<double>(nearest) > sum;
  return is_above ? std::nextafter(nearest, -HUGE_VALF) : nearest;
}
inline float __fadd_rd(float a, float b) { return __fmaf_rd(a, 1.0F, b); }
// NOLINTEND(bugprone-reserved-identifier)

/// Fibres do not interrupt one another.
inline int atomicAdd(int* address, int value) {
  int const before = *address;
  *address = static_cast<int>(static_cast<unsigned>(before) + static_cast<unsigned>(value));
  return before;
}
inline unsigned atomicCAS(unsigned* address, unsigned expected, unsigned value) {
  unsigned const before = *address;
  if (before == expected) *address = value;
  return before;
}
inline unsigned atomicMax(unsigned* address, unsigned value) {
  unsigned const before = *address;
  if (value > before) *address = value;
  return before;
}

inline void sincospi(double x, double* sine, double* cosine) {
  constexpr double pi = 3.14159265358979323846;
  *sine = std::sin(pi * x);
  *cosine = std::cos(pi * x);
}
