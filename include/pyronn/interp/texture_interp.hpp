// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// TextureInterp: bilinear interpolation by the GPU's texture unit.
#include <type_traits>

#include <pyronn/core/config.hpp>
#include <pyronn/core/half.hpp>
#include <pyronn/core/storage.hpp>

namespace pyronn {

/// Bilinear interpolation by the GPU's texture unit, whose four weights have 8 fractional bits. The
/// error of a sample is at most 1/512 of the difference between its two neighbours on a line, and
/// less than 1/134 of the greatest difference between its four neighbours in a plane. Of samples
/// that are stored as Half the unit returns Half, so that up to 2^-11 of the value is added. On
/// other executors the same is computed.
///
/// Proof of the second bound: fractions a, b become A = a + p and B = b + q with |p|, |q| <= 1/512,
/// and w11 = A B + r with |r| <= 1/512. The error is linear in the samples: it is greatest where
/// each is 0 or 1, in p and q where these are +-1/512, and r follows from A and B, of which there
/// are 257 each; of all of these the greatest error is 1/134.16, at A = 8/256 and B = 240/256.
///
/// On a CudaExecutor the textures of a Backprojector are made on the projections themselves where
/// their rows are a multiple of 32 bytes and the array begins at a multiple of 512 bytes (for some
/// sizes groups of views must begin at such multiples, too); otherwise on copies of as many views
/// at a time as the workspace holds. The textures of a Projector are made on copies of the volume,
/// slab by slab. The unit does not know BFloat16, so that copies of
/// BFloat16 are float. Where the workspace is too small for copies, and for images that are too
/// large for textures, the same weights are computed in the kernel, which takes longer.
struct TextureInterp {
  /// The value as the unit computes it: the two fractions are rounded to 1/256, then their product
  /// is, and the other three weights follow, so that the four weights sum to 1 and the two of a
  /// side to its fraction.
  static PYRONN_HOST_DEVICE float blend(float a, float b, float s00, float s10, float s01,
                                        float s11) {
    float const both_a = round_weight(a);
    float const both_b = round_weight(b);
    float const w11 = round_weight(both_a * both_b);
    return (1.0F - both_a - both_b + w11) * s00 + (both_a - w11) * s10 + (both_b - w11) * s01 +
           w11 * s11;
  }

  /// A blend of texels as the unit returns it: rounded to their type.
  template <class Texel>
  static PYRONN_HOST_DEVICE float round_sample(float blend) {
    if constexpr (std::is_same_v<Texel, Half>) {
      return StorageTraits<Half>::widen(StorageTraits<Half>::round(blend));
    } else {
      return blend;
    }
  }

  /// The nearest multiple of 1/256, for weights that are not negative.
  static PYRONN_HOST_DEVICE float round_weight(float weight) {
    constexpr float steps = 256.0F;
    return static_cast<float>(static_cast<int>(weight * steps + 0.5F)) / steps;
  }
};

}  // namespace pyronn
