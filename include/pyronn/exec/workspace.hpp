// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Workspaces: memory that operators need beyond input and output.
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include <pyronn/core/detail/detected.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/exec/buffer.hpp>
#include <pyronn/exec/traits.hpp>

namespace pyronn {

namespace detail {

template <class Executor>
using IsCapturing = decltype(std::declval<Executor const&>().is_capturing());
template <class Executor>
using SharesOrder =
    decltype(std::declval<Executor const&>().shares_order_with(std::declval<Executor const&>()));

}  // namespace detail

/// What a call may use beyond the caller's memory unless told otherwise: 256 MiB.
inline constexpr std::size_t default_workspace_limit = std::size_t{256} << 20;

/// What an operator needs beyond its input and output, made once and reused between calls. It
/// belongs to one executor: calls that share it must follow one another on its stream, and it must
/// go before its stream does; calls with an executor on another stream are refused. A graph that
/// captured a call must not outlive the call's workspace. Neither copied nor moved. On a stream the
/// destructor does not wait: memory is given back in the stream's order.
template <class Executor>
class Workspace {
  static_assert(!std::is_integral_v<Executor>,
                "A workspace is made for an executor: Workspace{executor, bytes}.");
  static_assert((check_executor<Executor>(), true));

 public:
  /// `bytes` as an operator's workspace_bytes gave it; 0 takes no memory.
  explicit Workspace(Executor const& executor, std::size_t bytes = 0)
      : executor_{executor},
        memory_{executor, bytes},
        data_{memory_.data()},
        bytes_{bytes},
        cache_{&own_} {}

  /// Fails to compile, with one sentence.
  template <class Bytes, class = std::enable_if_t<std::is_integral_v<Bytes>>>
  explicit Workspace(Bytes) {
    static_assert(detail::is_never_v<Bytes>,
                  "A workspace is made for an executor: Workspace{executor, bytes}.");
  }

  /// The part of `whole` from `offset` on, or from the next multiple of 512 bytes, where everything
  /// finds itself aligned; lent: `whole` must outlive it.
  Workspace(Executor const& executor, Workspace& whole, std::size_t offset)
      : executor_{executor},
        memory_{executor, 0},
        data_{whole.data_},
        bytes_{0},
        cache_{whole.cache_},
        may_keep_{false} {
    detail::expects(offset <= whole.bytes_, "Workspace: offset ", offset, " is beyond the ",
                    whole.bytes_, " bytes there are");
    std::size_t const begin = detail::aligned_bytes(offset);
    if (begin >= whole.bytes_) return;
    data_ += begin;
    bytes_ = whole.bytes_ - begin;
  }

  ~Workspace() = default;
  Workspace(Workspace const&) = delete;
  Workspace& operator=(Workspace const&) = delete;

  /// Throws InvalidArgument where the work of `executor` does not run in the order of the
  /// workspace's own: both would write its memory at the same time.
  void check_order(Executor const& executor, char const* function) const {
    if constexpr (detail::is_detected_v<detail::SharesOrder, Executor>) {
      detail::expects(
          executor_.shares_order_with(executor), function,
          ": the workspace belongs to an executor on another stream; give each stream a "
          "workspace of its own");
    }
  }

  /// Its memory, to be used in this call: what earlier calls kept there is given up.
  [[nodiscard]] std::byte* data() {
    note_capture();
    kept_ = 0;
    return data_;
  }
  /// The bytes there are.
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

  /// Its memory, for a call that begins it with tables which never change, named by a number other
  /// than 0. Calls `make(memory)` unless the last call that used the workspace left them there. A
  /// captured call always makes them, as does every call after one: a graph may run at any time.
  template <class Make>
  std::byte* data_with(std::uint64_t tables, Make const& make) {
    note_capture();
    if (kept_ != tables) make(data_);
    kept_ = may_keep_ ? tables : 0;
    return data_;
  }

  /// What the executor keeps from call to call: texture objects.
  [[nodiscard]] typename Executor::Cache& cache() { return *cache_; }

 private:
  void note_capture() {
    if constexpr (detail::is_detected_v<detail::IsCapturing, Executor>) {
      if (!may_keep_ || !executor_.is_capturing()) return;
      may_keep_ = false;
      kept_ = 0;
    }
  }

  Executor executor_;
  Buffer<std::byte, Executor> memory_;
  std::byte* data_;
  std::size_t bytes_;
  typename Executor::Cache own_;
  typename Executor::Cache* cache_;
  std::uint64_t kept_ = 0;
  bool may_keep_ = true;
};

}  // namespace pyronn
