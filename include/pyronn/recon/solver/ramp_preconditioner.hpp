// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// RampPreconditioner: the ramp filter along the rows and columns of images, for conjugate
/// gradients.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <memory>
#include <type_traits>
#include <vector>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/detail/detected.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/storage.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/buffer.hpp>
#include <pyronn/exec/detail/elementwise.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/operators/algebra/linear_map.hpp>
#include <pyronn/recon/filter/response.hpp>
#include <pyronn/recon/filter/row_filter.hpp>
#include <pyronn/recon/filter/window.hpp>
#include <pyronn/recon/solver/detail/pixel_spacing.hpp>
#include <pyronn/recon/solver/detail/ramp_steps.hpp>

namespace pyronn {

/// What else a RampPreconditioner is made with.
struct RampPreconditionerOptions {
  /// How far pixels are apart along x and y; only the ratio counts.
  Vec<double, 2> spacing{1, 1};
  /// Of the ramp filter. One that weakens the highest frequencies leaves them to be found last, as
  /// plain iterations do: there data are mostly noise, and maps see least.
  FilterWindow window = FilterWindow::hann;
  /// What the response is at least, above 0 and at most 1, as a share of its largest value: the
  /// larger, the more iterations are as plain ones.
  double floor = 0.1;
};

/// A symmetric, positive definite map of images that is nearly the inverse of A' A for scans whose
/// views go around z: the sum of the ramp filters along x and along y, in every slice. A' A
/// weakens the frequency f of a slice as 1 / |f| does, and |fx| + |fy| lies between |f| and 1.42
/// |f|. Cgls and Lsqr that are given it look for the same minimum, in fewer iterations.
///
/// Each filter is that of filter_response, but nowhere below the floor, so that no eigenvalue of
/// the sum is either. It works in float, whatever images hold. A linear map, which allocates
/// nothing and does not synchronise.
///
/// Iterations get to a residual sooner, but not by the same way: after as many of them an image has
/// more of its fine structure, and of the data's noise, than without.
template <class T = float, int Rank = 3>
class RampPreconditioner {
  static_assert(Rank == 2 || Rank == 3, "A RampPreconditioner is of images or of volumes.");

 public:
  /// @{
  /// Of its arrays.
  using DomainElement = T;
  using RangeElement = T;
  [[nodiscard]] Extents<Rank> domain() const { return extents_; }
  [[nodiscard]] Extents<Rank> range() const { return extents_; }
  /// @}

  /// For images of these extents. Throws InvalidArgument unless extents are at least 1, spacings
  /// positive and finite, and the floor lies above 0 and up to 1.
  explicit RampPreconditioner(Extents<Rank> const& extents,
                              RampPreconditionerOptions const& options = {})
      : extents_{extents} {
    for (int axis = 0; axis < Rank; ++axis) {
      detail::expects(extents[axis] >= 1, "RampPreconditioner: extents ", extents,
                      " must be at least 1");
    }
    Vec<double, 2> const& spacing = options.spacing;
    detail::expects(spacing[0] > 0 && spacing[1] > 0 && std::isfinite(spacing[0] / spacing[1]) &&
                        std::isfinite(spacing[1] / spacing[0]),
                    "RampPreconditioner: spacing ", spacing, " must be positive and finite");
    detail::expects(options.floor > 0 && options.floor <= 1, "RampPreconditioner: floor ",
                    options.floor, " must lie above 0 and up to 1");
    double const least = std::min(spacing[0], spacing[1]);
    for (int axis = 0; axis < 2; ++axis) {
      responses_[axis] = std::make_shared<std::vector<float> const>(
          response(extents[axis], least / spacing[axis], options));
    }
  }

  /// At most `limit` bytes, unless a single slice needs more.
  template <class Executor>
  [[nodiscard]] std::size_t workspace_bytes(Executor const& executor, std::size_t limit) const {
    int const slices = slices_within(executor, limit);
    std::size_t const begin = filter_begin(slices);
    return begin + filter_bytes(executor, slices, limit > begin ? limit - begin : 0);
  }
  /// y = the filtered x. Throws InvalidArgument for arrays of other extents and OutOfMemory for a
  /// workspace that is too small.
  template <class Executor>
  void apply(Executor const& executor, ArrayView<T const, Rank> x, ArrayView<T, Rank> y,
             Workspace<Executor>& workspace) const {
    detail::expects(x.extents == extents_ && y.extents == extents_,
                    "RampPreconditioner: the arrays' extents ", x.extents, " and ", y.extents,
                    " must be ", extents_);
    std::size_t const least = workspace_bytes(executor, 0);
    if (workspace.bytes() < least) {
      throw OutOfMemory(detail::message("pyronn::RampPreconditioner: the workspace has ",
                                        workspace.bytes(), " bytes; at least ", least,
                                        " are needed"));
    }
    int const at_a_time = slices_within(executor, workspace.bytes());
    Parts const parts{workspace.data(), *this, at_a_time};
    for (int axis = 0; axis < 2; ++axis) {
      detail::write_numbers(executor, *responses_[axis], parts.response[axis].data);
    }
    Workspace<Executor> rest{executor, workspace, filter_begin(at_a_time)};
    Extents<3> const all = stack(num_slices());
    ArrayView<T const, 3> const in{x.data, all};
    ArrayView<T, 3> const out{y.data, all};
    for (int first = 0; first < num_slices(); first += at_a_time) {
      int const count = std::min(at_a_time, num_slices() - first);
      filter(executor, in.slices(first, count), out.slices(first, count), parts, rest);
    }
  }
  /// The same.
  template <class Executor>
  void apply_transpose(Executor const& executor, ArrayView<T const, Rank> y, ArrayView<T, Rank> x,
                       Workspace<Executor>& workspace) const {
    apply(executor, y, x, workspace);
  }

 private:
  static constexpr bool is_float = std::is_same_v<T, float>;

  static std::vector<float> response(int length, double factor,
                                     RampPreconditionerOptions const& options) {
    std::vector<float> result = filter_response(length, options.window);
    double const least =
        options.floor * static_cast<double>(*std::max_element(result.begin(), result.end()));
    for (float& value : result) {
      value = static_cast<float>(factor * std::max(static_cast<double>(value), least));
    }
    return result;
  }

  [[nodiscard]] int num_slices() const {
    if constexpr (Rank == 3) return extents_[2];
    return 1;
  }
  [[nodiscard]] Extents<3> stack(int slices) const { return {extents_[0], extents_[1], slices}; }
  [[nodiscard]] Extents<3> transposed(int slices) const {
    return {extents_[1], extents_[0], slices};
  }
  [[nodiscard]] std::size_t response_bytes(int axis) const {
    return detail::aligned_bytes(responses_[axis]->size() * sizeof(float));
  }
  [[nodiscard]] std::size_t stack_bytes(int slices) const {
    return detail::aligned_bytes(static_cast<std::size_t>(stack(slices).count()) * sizeof(float));
  }

  /// Where arrays lie in the workspace; the rest is the filters'.
  struct Parts {
    Parts(std::byte* memory, RampPreconditioner const& of, int slices) {
      for (int axis = 0; axis < 2; ++axis) {
        response[axis] = {reinterpret_cast<float*>(memory),
                          {static_cast<int>(of.responses_[axis]->size())}};
        memory += of.response_bytes(axis);
      }
      along_y = reinterpret_cast<float*>(memory);
      along_x = reinterpret_cast<float*>(memory + of.stack_bytes(slices));
    }

    ArrayView<float, 1> response[2];
    float* along_y;
    float* along_x;  ///< not where images are of float, which are filtered where they lie
  };

  [[nodiscard]] std::size_t filter_begin(int slices) const {
    return response_bytes(0) + response_bytes(1) + (is_float ? 1 : 2) * stack_bytes(slices);
  }
  template <class Executor>
  [[nodiscard]] std::size_t filter_bytes(Executor const& executor, int slices,
                                         std::size_t limit) const {
    return std::max(RowFilter{stack(slices)}.workspace_bytes(executor, limit),
                    RowFilter{transposed(slices)}.workspace_bytes(executor, limit));
  }
  /// How many slices are filtered at a time: in half of the memory, if that is enough for one.
  template <class Executor>
  [[nodiscard]] int slices_within(Executor const& executor, std::size_t bytes) const {
    std::size_t const taken = response_bytes(0) + response_bytes(1) + filter_bytes(executor, 1, 0);
    std::size_t const free = std::min(bytes / 2, bytes > taken ? bytes - taken : 0);
    std::size_t const fit = free / ((is_float ? 1 : 2) * stack_bytes(1));
    return static_cast<int>(
        std::clamp<std::size_t>(fit, 1, static_cast<std::size_t>(num_slices())));
  }

  template <class Executor>
  void filter(Executor const& executor, ArrayView<T const, 3> in, ArrayView<T, 3> out,
              Parts const& parts, Workspace<Executor>& workspace) const {
    int const slices = in.extents[2];
    ArrayView<float, 3> const along_y{parts.along_y, transposed(slices)};
    executor.for_each(in.extents, detail::TransposeSlices<T>{in, along_y});
    RowFilter{along_y.extents}(executor, along_y, parts.response[1], along_y, workspace);
    ArrayView<float, 3> along_x{parts.along_x, in.extents};
    if constexpr (is_float) {
      along_x = out;
      RowFilter{in.extents}(executor, in, parts.response[0], along_x, workspace);
    } else {
      detail::CopyElements<T, float> const copy{in.data};
      detail::for_each_element(executor, copy, along_x.data, along_x.count());
      RowFilter{in.extents}(executor, along_x, parts.response[0], along_x, workspace);
    }
    executor.for_each(in.extents, detail::AddTransposed<T>{along_x, along_y, out});
  }

  Extents<Rank> extents_;
  std::shared_ptr<std::vector<float> const> responses_[2];
};

/// The one for images of a map. Where it has a grid, that says how far pixels are apart, and not
/// the options.
template <class Map>
[[nodiscard]] auto ramp_preconditioner(Map const& map, RampPreconditionerOptions options = {}) {
  if constexpr (detail::is_detected_v<detail::GridSpacingOf, Map>) {
    Vec3d const spacing = map.grid().spacing;
    options.spacing = {spacing[0], spacing[1]};
  }
  using Preconditioner =
      RampPreconditioner<typename Map::DomainElement, detail::DomainOf<Map>::rank>;
  return Preconditioner{map.domain(), options};
}

}  // namespace pyronn
