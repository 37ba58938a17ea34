// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// FbpArrays: weights and response of filtered backprojection behind a type without templates, for
/// layers that train them. Made and used as an OperatorPair is (operator_pair.hpp), of a
/// CpuFbpArrays (fbp_array_kernels.hpp).
#include <array>
#include <vector>

#include <pyronn/core/extents.hpp>
#include <pyronn/interop/dlpack.hpp>
#include <pyronn/recon/fbp/options.hpp>

namespace pyronn {

/// What projections are multiplied with before they are filtered, and what rows are filtered with:
/// backprojected with DistanceWeighted (parallel rays with VoxelDriven, too) they are the image
/// [1/mm].
class FbpArrays {
 public:
  FbpArrays() = default;
  FbpArrays(FbpArrays const&) = delete;
  FbpArrays& operator=(FbpArrays const&) = delete;
  virtual ~FbpArrays() = default;

  /// 3 in space, 2 in the plane.
  [[nodiscard]] virtual int dimension() const = 0;

  /// The weights of a scan with projections of these extents (u, v, view), of one row in the plane;
  /// u fastest, as fbp_weights has them. Throws InvalidArgument for a geometry that does not fit,
  /// and for what Fbp refuses.
  [[nodiscard]] virtual std::vector<float> weights(dlpack::Tensor const& geometry,
                                                   Extents<3> projections,
                                                   FbpOptions const& options) const = 0;

  /// Columns of zeros that weighted rows get before the first and after the last pixel, so that
  /// they are filtered as far beyond the detector as Fbp does where it is offset; 0 for other
  /// scans. Backprojection then is for the wider detector.
  [[nodiscard]] virtual std::array<int, 2> padding(dlpack::Tensor const& geometry,
                                                   Extents<3> projections,
                                                   FbpOptions const& options) const = 0;

  /// The response for rows of such a scan, as filter_response has it; of padded rows for extents
  /// with as many columns.
  [[nodiscard]] virtual std::vector<float> response(dlpack::Tensor const& geometry,
                                                    Extents<3> projections,
                                                    FbpOptions const& options) const = 0;
};

}  // namespace pyronn
