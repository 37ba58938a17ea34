// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Where the memory of a call comes from beyond its buffers: XLA's allocator, a further result of
/// the call, or the host.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <utility>
#include <vector>

#include <xla/ffi/api/ffi.h>

#include <pyronn/core/error.hpp>
#include <pyronn/interop/detail/jax/buffers.hpp>
#include <pyronn/interop/operator_pair.hpp>

namespace pyronn::detail {

/// What CallMemory promises; XLA gives 64 bytes on cores and 256 on devices.
inline constexpr std::size_t jax_alignment = 512;

inline std::size_t jax_bytes_to_alignment(void const* address) {
  return (jax_alignment - reinterpret_cast<std::uintptr_t>(address) % jax_alignment) %
         jax_alignment;
}

/// A further result of the call, whose size the program chose.
class JaxResultMemory : public CallMemory {
 public:
  /// Throws InvalidArgument unless the result is one axis of bytes.
  JaxResultMemory(JaxBuffer const& result, char const* what)
      : next_{static_cast<unsigned char*>(result.untyped_data())}, left_{result.size_bytes()} {
    expects(result.element_type() == ::xla::ffi::DataType::U8 && result.dimensions().size() == 1,
            what, ": the second result is the workspace; it must be of uint8 with one axis");
    if (left_ > 0) skip(jax_bytes_to_alignment(next_));
  }

  /// Bytes that can still be had in one piece.
  [[nodiscard]] std::size_t left() const { return left_; }

  void* allocate(std::size_t bytes) override {
    if (bytes > left_) {
      throw OutOfMemory(message("the workspace, a result of the call, has ", left_,
                                " bytes left, but ", bytes, " are needed"));
    }
    void* const block = next_;
    skip((bytes + jax_alignment - 1) / jax_alignment * jax_alignment);
    return block;
  }

 private:
  void skip(std::size_t bytes) {
    std::size_t const skipped = bytes < left_ ? bytes : left_;
    next_ += skipped;
    left_ -= skipped;
  }

  unsigned char* next_;
  std::size_t left_;
};

/// Host memory of the handler's own, as XLA lends none on cores.
class JaxHostMemory : public CallMemory {
 public:
  void* allocate(std::size_t bytes) override {
    Block block{static_cast<unsigned char*>(::operator new(bytes, alignment, std::nothrow))};
    if (block == nullptr) {
      throw OutOfMemory(message("cannot allocate ", bytes, " bytes of host memory"));
    }
    blocks_.push_back(std::move(block));
    return blocks_.back().get();
  }

 private:
  static constexpr std::align_val_t alignment{jax_alignment};
  struct Delete {
    void operator()(unsigned char* block) const { ::operator delete(block, alignment); }
  };
  using Block = std::unique_ptr<unsigned char, Delete>;
  std::vector<Block> blocks_;
};

/// Device memory of XLA's allocator, which it takes back when the call returns, in the stream's
/// order.
class JaxScratchMemory : public CallMemory {
 public:
  explicit JaxScratchMemory(::xla::ffi::ScratchAllocator& scratch) : scratch_{&scratch} {}

  void* allocate(std::size_t bytes) override {
    // XLA refuses to align to more than 16 bytes when asked.
    auto const block = scratch_->Allocate(bytes + jax_alignment - 1);
    if (!block.has_value() || *block == nullptr) {
      throw OutOfMemory(message("XLA's allocator has no ", bytes,
                                " bytes of device memory for the workspace; workspace_limit sets "
                                "how much it is asked for"));
    }
    return static_cast<unsigned char*>(*block) + jax_bytes_to_alignment(*block);
  }

 private:
  ::xla::ffi::ScratchAllocator* scratch_;
};

}  // namespace pyronn::detail
