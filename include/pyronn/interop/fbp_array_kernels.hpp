// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// CpuFbpArrays: the FbpArrays of a geometry, computed on one core.
#include <array>
#include <cstddef>
#include <type_traits>
#include <vector>

#include <pyronn/backend/cpu/executor.hpp>
#include <pyronn/core/array_view.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/geometry/traits.hpp>
#include <pyronn/interop/detail/operator_setup.hpp>
#include <pyronn/interop/dlpack.hpp>
#include <pyronn/interop/fbp_arrays.hpp>
#include <pyronn/recon/fbp/detail/response.hpp>
#include <pyronn/recon/fbp/detail/scan.hpp>
#include <pyronn/recon/fbp/detail/widened_detector.hpp>
#include <pyronn/recon/fbp/options.hpp>
#include <pyronn/recon/fbp/weight_arrays.hpp>

namespace pyronn {

/// Weights and response for scans of this geometry.
template <class Geometry>
class CpuFbpArrays : public FbpArrays {
 public:
  [[nodiscard]] int dimension() const override { return dimension_v<Geometry>; }

  [[nodiscard]] std::vector<float> weights(dlpack::Tensor const& geometry, Extents<3> projections,
                                           FbpOptions const& options) const override {
    Geometry const scan = scan_of(geometry, projections);
    std::vector<float> values(static_cast<std::size_t>(projections.count()));
    fbp_weights(CpuExecutor{1}, scan, ProjectionView<float>{values.data(), projections}, options);
    return values;
  }

  [[nodiscard]] std::array<int, 2> padding(dlpack::Tensor const& geometry, Extents<3> projections,
                                           FbpOptions const& options) const override {
    Geometry const scan = scan_of(geometry, projections);
    auto const views = detail::fbp_scan("FbpArrays", scan, options);
    detail::ExtraColumns const extra = detail::extra_columns(views, scan.detector_size());
    return {extra.before, extra.after};
  }

  [[nodiscard]] std::vector<float> response(dlpack::Tensor const& geometry, Extents<3> projections,
                                            FbpOptions const& options) const override {
    Geometry const scan = scan_of(geometry, projections);
    auto const views = detail::fbp_scan("FbpArrays", scan, options);
    std::vector<std::decay_t<decltype(views)>> const scans(1, views);
    return detail::chosen_response("FbpArrays", options, scans, projections[0]);
  }

 private:
  static Geometry scan_of(dlpack::Tensor const& geometry, Extents<3> projections) {
    constexpr int rank = detail::geometry_rank_v<Geometry>;
    detail::expects(
        geometry.device.is_host() && geometry.ndim == rank && dlpack::is_contiguous(geometry),
        "FbpArrays: the geometry must be one scan in host memory, with ", rank,
        " axes, and contiguous; it has ", geometry.ndim, " axes");
    detail::OperatorSizes const sizes{{}, 1, {}, {projections[0], projections[1]}, projections[2]};
    return detail::GeometryReader<Geometry>{geometry, 1, sizes}(0);
  }
};

}  // namespace pyronn
