// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// TextureStack: the texture objects of images in device memory.
#include <algorithm>
#include <cstddef>
#include <vector>

#include <cuda_runtime_api.h>

#include <pyronn/backend/cuda/error.cuh>

namespace pyronn::detail {

/// While it lives, a capture by one of this thread's streams does not forbid what would otherwise
/// end it: to make and destroy texture objects, which no graph records.
class RelaxedCaptureMode {
 public:
  RelaxedCaptureMode() { static_cast<void>(cudaThreadExchangeStreamCaptureMode(&mode_)); }
  ~RelaxedCaptureMode() { static_cast<void>(cudaThreadExchangeStreamCaptureMode(&mode_)); }
  RelaxedCaptureMode(RelaxedCaptureMode const&) = delete;
  RelaxedCaptureMode& operator=(RelaxedCaptureMode const&) = delete;

 private:
  cudaStreamCaptureMode mode_ = cudaStreamCaptureModeRelaxed;
};

/// Images of one size that lie one after another in device memory.
struct DeviceImages {
  void const* data;
  int texel_bytes;  ///< bytes of a texel's numbers, which are floating-point: 2 or 4
  int width;
  int height;
  int count;
  std::size_t row_bytes;
  int channels = 1;  ///< numbers of a texel: 1 or 2

  friend bool operator==(DeviceImages const& a, DeviceImages const& b) {
    return a.data == b.data && a.texel_bytes == b.texel_bytes && a.width == b.width &&
           a.height == b.height && a.count == b.count && a.row_bytes == b.row_bytes &&
           a.channels == b.channels;
  }
};

/// The bilinear texture objects of a stack. Each texture has many images, so that a kernel that
/// goes from image to image seldom changes the texture, which takes far longer than a fetch.
class TextureStack {
 public:
  /// log2 of the number of images in one texture. A texture has at most 16384 rows, so that a row
  /// position in single precision has more fractional bits than the 8 of the texture unit.
  static int images_per_texture_log2(int height) {
    constexpr int max_rows = 16384;
    int log2 = 0;
    while (height <= (max_rows >> (log2 + 1))) ++log2;
    return log2;
  }

  /// On the current device, also while one of the thread's streams is being captured.
  explicit TextureStack(DeviceImages const& images)
      : images_{images}, log2_{images_per_texture_log2(images.height)} {
    check_cuda(cudaGetDevice(&device_), "cudaGetDevice");
    // First, so that no texture is lost where there is no memory for its handle.
    textures_.reserve(static_cast<std::size_t>((images.count - 1) / (1 << log2_) + 1));
    RelaxedCaptureMode const relaxed;
    try {
      for (int n = 0; n < images.count; n += 1 << log2_) textures_.push_back(create(n));
    } catch (...) {
      destroy();
      throw;
    }
  }
  ~TextureStack() { destroy(); }
  TextureStack(TextureStack const&) = delete;
  TextureStack& operator=(TextureStack const&) = delete;

  [[nodiscard]] DeviceImages const& images() const { return images_; }
  [[nodiscard]] std::vector<cudaTextureObject_t> const& textures() const { return textures_; }

 private:
  [[nodiscard]] cudaTextureObject_t create(int n) const {
    auto const* const first = static_cast<char const*>(images_.data);
    auto const height = static_cast<std::size_t>(images_.height);
    auto const count = static_cast<std::size_t>(std::min(1 << log2_, images_.count - n));
    cudaResourceDesc resource{};
    resource.resType = cudaResourceTypePitch2D;
    resource.res.pitch2D.devPtr =
        const_cast<char*>(first + static_cast<std::size_t>(n) * height * images_.row_bytes);
    int const bits = 8 * images_.texel_bytes;
    resource.res.pitch2D.desc = cudaCreateChannelDesc(bits, images_.channels > 1 ? bits : 0, 0, 0,
                                                      cudaChannelFormatKindFloat);
    resource.res.pitch2D.width = static_cast<std::size_t>(images_.width);
    resource.res.pitch2D.height = count * height;
    resource.res.pitch2D.pitchInBytes = images_.row_bytes;
    cudaTextureDesc texture{};
    for (auto& mode : texture.addressMode) mode = cudaAddressModeBorder;
    texture.filterMode = cudaFilterModeLinear;
    texture.readMode = cudaReadModeElementType;
    cudaTextureObject_t object = 0;
    check_cuda(cudaCreateTextureObject(&object, &resource, &texture, nullptr),
               "cudaCreateTextureObject");
    return object;
  }

  void destroy() noexcept {
    RelaxedCaptureMode const relaxed;
    int current = device_;
    static_cast<void>(cudaGetDevice(&current));
    if (current != device_) static_cast<void>(cudaSetDevice(device_));
    for (cudaTextureObject_t const object : textures_) {
      static_cast<void>(cudaDestroyTextureObject(object));
    }
    if (current != device_) static_cast<void>(cudaSetDevice(current));
  }

  DeviceImages images_;
  int log2_;
  int device_ = 0;
  std::vector<cudaTextureObject_t> textures_;
};

}  // namespace pyronn::detail
