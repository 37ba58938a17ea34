// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pyronn/core/config.hpp>

namespace pyronn {

/// Bilinear interpolation by the GPU's texture unit, whose four weights have 8 fractional bits: an
/// error up to 1/256 of the difference between neighbours a sample. On a CpuExecutor the same
/// weights are computed.
///
/// On a CudaExecutor a Backprojector's textures lie on the projections themselves where their rows
/// are a multiple of 32 bytes and the array begins at a multiple of 512 (some sizes ask 512 of a
/// group of views, too); else on copies of as many views at a time as the workspace holds. A
/// Projector's lie on copies of the volume, slab by slab. The unit reads Half as it does float, and
/// knows no BFloat16, of which copies are float. Without the workspace for that, or for
/// images that no texture holds, the same weights are computed, which takes longer.
struct TextureInterp {
  /// As the unit blends: the two fractions are rounded to 1/256, then their product, and the other
  /// weights are what is left, so that the four sum to 1 and each pair to its fraction.
  static PYRONN_HOST_DEVICE float blend(float a, float b, float s00, float s10, float s01,
                                        float s11) {
    float const both_a = round_weight(a);
    float const both_b = round_weight(b);
    float const w11 = round_weight(both_a * both_b);
    return (1.0F - both_a - both_b + w11) * s00 + (both_a - w11) * s10 + (both_b - w11) * s01 +
           w11 * s11;
  }

  /// To the nearest multiple of 1/256, for weights that are not negative.
  static PYRONN_HOST_DEVICE float round_weight(float weight) {
    constexpr float steps = 256.0F;
    return static_cast<float>(static_cast<int>(weight * steps + 0.5F)) / steps;
  }
};

}  // namespace pyronn
