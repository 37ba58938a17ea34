// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// XLA as handlers see it, without XLA: calls with buffers and attributes, memory, errors.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include <xla/ffi/api/ffi.h>

/// Of which XLA makes errors.
struct XLA_FFI_Error {
  XLA_FFI_Error_Code code;
  std::string message;
};

/// What a call finds and leaves.
struct XLA_FFI_ExecutionContext {
  void* stream = nullptr;
  std::int32_t device = 0;
  std::int64_t threads = 3;
  std::size_t memory_left = std::size_t{1} << 20;
  std::vector<std::size_t> alignments;  ///< that were asked for
  int blocks = 0;                       ///< that were not given back
};

namespace jax_test {

inline XLA_FFI_Api make_api() {
  XLA_FFI_Api api{};
  api.struct_size = XLA_FFI_Api_STRUCT_SIZE;
  api.XLA_FFI_Error_Create = [](XLA_FFI_Error_Create_Args* args) {
    return new XLA_FFI_Error{args->errc, args->message};
  };
  api.XLA_FFI_Error_GetMessage = [](XLA_FFI_Error_GetMessage_Args* args) {
    args->message = args->error->message.c_str();
  };
  api.XLA_FFI_Error_Destroy = [](XLA_FFI_Error_Destroy_Args* args) { delete args->error; };
  api.XLA_FFI_Stream_Get = [](XLA_FFI_Stream_Get_Args* args) -> XLA_FFI_Error* {
    args->stream = args->ctx->stream;
    return nullptr;
  };
  api.XLA_FFI_DeviceOrdinal_Get = [](XLA_FFI_DeviceOrdinal_Get_Args* args) -> XLA_FFI_Error* {
    args->device_ordinal = args->ctx->device;
    return nullptr;
  };
  api.XLA_FFI_ThreadPool_NumThreads =
      [](XLA_FFI_ThreadPool_NumThreads_Args* args) -> XLA_FFI_Error* {
    *args->num_threads = args->ctx->threads;
    return nullptr;
  };
  // As XLA: at most 16 bytes of alignment may be asked for, and blocks have 256.
  api.XLA_FFI_DeviceMemory_Allocate =
      [](XLA_FFI_DeviceMemory_Allocate_Args* args) -> XLA_FFI_Error* {
    args->ctx->alignments.push_back(args->alignment);
    if (args->alignment > 16 || args->size > args->ctx->memory_left) {
      return new XLA_FFI_Error{XLA_FFI_Error_Code_RESOURCE_EXHAUSTED, "out of memory"};
    }
    auto* const block =
        static_cast<unsigned char*>(std::aligned_alloc(512, (args->size + 256 + 511) / 512 * 512));
    args->data = block + 256;
    ++args->ctx->blocks;
    return nullptr;
  };
  api.XLA_FFI_DeviceMemory_Free = [](XLA_FFI_DeviceMemory_Free_Args* args) -> XLA_FFI_Error* {
    std::free(static_cast<unsigned char*>(args->data) - 256);
    --args->ctx->blocks;
    return nullptr;
  };
  return api;
}

/// A call of a handler.
class Frame {
 public:
  XLA_FFI_ExecutionContext context;

  Frame& operand(XLA_FFI_DataType type, void* data, std::vector<std::int64_t> shape) {
    arguments_.push_back(buffer(type, data, std::move(shape)));
    return *this;
  }
  Frame& result(XLA_FFI_DataType type, void* data, std::vector<std::int64_t> shape) {
    results_.push_back(buffer(type, data, std::move(shape)));
    return *this;
  }
  template <class T>
  Frame& attribute(std::string const& name, std::vector<T> const& numbers) {
    Attribute& attribute = attributes_[name];
    attribute.bytes.assign(
        reinterpret_cast<unsigned char const*>(numbers.data()),
        reinterpret_cast<unsigned char const*>(numbers.data()) + numbers.size() * sizeof(T));
    attribute.array = {xla::ffi::internal::NativeTypeToCApiDataType<T>(), numbers.size(), nullptr};
    return *this;
  }
  Frame& scalar_attribute(std::string const& name, double number) {
    attribute(name, std::vector<double>{number});
    attributes_[name].scalar = {XLA_FFI_DataType_F64, attributes_[name].bytes.data()};
    attributes_[name].type = XLA_FFI_AttrType_SCALAR;
    return *this;
  }

  /// The handler's error as "code: message", or "".
  std::string call(XLA_FFI_Handler* handler) {
    static XLA_FFI_Api const api = make_api();
    std::vector<XLA_FFI_ArgType> const argument_types(arguments_.size(), XLA_FFI_ArgType_BUFFER);
    std::vector<XLA_FFI_RetType> const result_types(results_.size(), XLA_FFI_RetType_BUFFER);
    std::vector<XLA_FFI_AttrType> types;
    std::vector<XLA_FFI_ByteSpan*> names;
    std::vector<void*> values;
    std::deque<XLA_FFI_ByteSpan> spans;
    for (auto& [name, attribute] : attributes_) {
      attribute.array.data = attribute.bytes.data();
      types.push_back(attribute.type);
      names.push_back(&spans.emplace_back(XLA_FFI_ByteSpan{name.data(), name.size()}));
      values.push_back(attribute.type == XLA_FFI_AttrType_ARRAY
                           ? static_cast<void*>(&attribute.array)
                           : static_cast<void*>(&attribute.scalar));
    }
    XLA_FFI_CallFrame frame{};
    frame.struct_size = XLA_FFI_CallFrame_STRUCT_SIZE;
    frame.api = &api;
    frame.ctx = &context;
    frame.stage = XLA_FFI_ExecutionStage_EXECUTE;
    frame.args = {XLA_FFI_Args_STRUCT_SIZE, nullptr, size_of(arguments_),
                  const_cast<XLA_FFI_ArgType*>(argument_types.data()), arguments_.data()};
    frame.rets = {XLA_FFI_Rets_STRUCT_SIZE, nullptr, size_of(results_),
                  const_cast<XLA_FFI_RetType*>(result_types.data()), results_.data()};
    frame.attrs = {XLA_FFI_Attrs_STRUCT_SIZE,
                   nullptr,
                   size_of(names),
                   types.data(),
                   names.data(),
                   values.data()};
    return text_of(handler(&frame));
  }

  /// What the handler says of itself: its traits.
  static XLA_FFI_Metadata metadata(XLA_FFI_Handler* handler) {
    static XLA_FFI_Api const api = make_api();
    XLA_FFI_Metadata metadata{};
    metadata.struct_size = XLA_FFI_Metadata_STRUCT_SIZE;
    XLA_FFI_Metadata_Extension extension{};
    extension.extension_base = {XLA_FFI_Metadata_Extension_STRUCT_SIZE, XLA_FFI_Extension_Metadata,
                                nullptr};
    extension.metadata = &metadata;
    XLA_FFI_CallFrame frame{};
    frame.struct_size = XLA_FFI_CallFrame_STRUCT_SIZE;
    frame.api = &api;
    frame.extension_start = &extension.extension_base;
    text_of(handler(&frame));
    return metadata;
  }

 private:
  struct Buffer {
    std::vector<std::int64_t> shape;
    XLA_FFI_Buffer buffer;
  };
  struct Attribute {
    XLA_FFI_AttrType type = XLA_FFI_AttrType_ARRAY;
    std::vector<unsigned char> bytes;
    XLA_FFI_Array array{};
    XLA_FFI_Scalar scalar{};
  };

  template <class T>
  static std::int64_t size_of(std::vector<T> const& list) {
    return static_cast<std::int64_t>(list.size());
  }

  static std::string text_of(XLA_FFI_Error* error) {
    if (error == nullptr) return "";
    std::string text = std::to_string(static_cast<int>(error->code)) + ": " + error->message;
    delete error;
    return text;
  }

  void* buffer(XLA_FFI_DataType type, void* data, std::vector<std::int64_t> shape) {
    Buffer& made = buffers_.emplace_back();
    made.shape = std::move(shape);
    made.buffer = {XLA_FFI_Buffer_STRUCT_SIZE, nullptr,          type, data,
                   size_of(made.shape),        made.shape.data()};
    return &made.buffer;
  }

  std::deque<Buffer> buffers_;
  std::vector<void*> arguments_;
  std::vector<void*> results_;
  std::map<std::string, Attribute> attributes_;
};

}  // namespace jax_test
