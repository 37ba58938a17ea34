// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include <pyronn/core/error.hpp>
#include <pyronn/exec/buffer.hpp>
#include <pyronn/exec/traits.hpp>

namespace pyronn {

/// What a call may use beyond the caller's memory unless told otherwise: 256 MiB.
inline constexpr std::size_t default_workspace_limit = std::size_t{256} << 20;

/// What an operator needs beyond its input and output, made once and reused between calls. It
/// belongs to one executor: calls that share it must follow one another on its stream, and it must
/// go before its stream does.
template <class Executor>
class Workspace {
  static_assert((check_executor<Executor>(), true));

 public:
  /// `bytes` as an operator's workspace_bytes gave it; 0 takes no memory.
  explicit Workspace(Executor const& executor, std::size_t bytes = 0)
      : memory_{executor, bytes}, data_{memory_.data()}, bytes_{bytes}, resources_{&own_} {}

  /// The part of `whole` from `offset` on, or from the next multiple of 512 bytes, where everything
  /// finds itself aligned; lent: `whole` must outlive it.
  Workspace(Executor const& executor, Workspace& whole, std::size_t offset)
      : memory_{executor, 0}, data_{whole.data_}, bytes_{0}, resources_{whole.resources_} {
    detail::expects(offset <= whole.bytes_, "Workspace: offset ", offset, " is beyond the ",
                    whole.bytes_, " bytes there are");
    constexpr std::size_t alignment = 512;
    std::size_t const begin = (offset + (alignment - 1)) / alignment * alignment;
    if (begin >= whole.bytes_) return;
    data_ += begin;
    bytes_ = whole.bytes_ - begin;
  }

  ~Workspace() = default;
  Workspace(Workspace const&) = delete;
  Workspace& operator=(Workspace const&) = delete;

  /// The first byte, in the executor's memory; null where there is none.
  [[nodiscard]] std::byte* data() const { return data_; }
  /// The bytes there are.
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

  /// What the executor keeps from call to call: texture objects.
  [[nodiscard]] typename Executor::Cache& cache() { return *resources_; }

 private:
  Buffer<std::byte, Executor> memory_;
  std::byte* data_;
  std::size_t bytes_;
  typename Executor::Cache own_;
  typename Executor::Cache* resources_;
};

}  // namespace pyronn
