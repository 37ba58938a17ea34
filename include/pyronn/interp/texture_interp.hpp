// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// TextureInterp: bilinear interpolation by the GPU's texture unit.
#include <pyronn/core/config.hpp>

namespace pyronn {

/// Bilinear interpolation by the GPU's texture unit, whose four weights have 8 fractional bits: the
/// error of a sample is up to 1/256 of the difference between neighbours. On other executors the
/// same weights are computed.
///
/// On a CudaExecutor the textures of a Backprojector are made on the projections themselves where
/// their rows are a multiple of 32 bytes and the array begins at a multiple of 512 bytes (for some
/// sizes groups of views must begin at such multiples, too); otherwise on copies of as many views
/// at a time as the workspace holds. The textures of a Projector are made on copies of the volume,
/// slab by slab. The unit reads Half as it reads float; it does not know BFloat16, so that copies
/// of BFloat16 are float. Where the workspace is too small for copies, and for images that are too
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

  /// The nearest multiple of 1/256, for weights that are not negative.
  static PYRONN_HOST_DEVICE float round_weight(float weight) {
    constexpr float steps = 256.0F;
    return static_cast<float>(static_cast<int>(weight * steps + 0.5F)) / steps;
  }
};

}  // namespace pyronn
