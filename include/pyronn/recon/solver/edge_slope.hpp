// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// edge_slope: from which slope on an image has edges rather than noise.
#include <cmath>
#include <cstdint>
#include <type_traits>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/config.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/storage.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/buffer.hpp>
#include <pyronn/exec/detail/reduction.hpp>
#include <pyronn/exec/vector_operations.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/recon/solver/detail/element_steps.hpp>
#include <pyronn/recon/solver/detail/scalar_steps.hpp>
#include <pyronn/recon/solver/detail/tv_steps.hpp>

namespace pyronn {

namespace detail {

/// The slopes between a pixel and the next one along each axis.
template <class T, int Rank>
struct SlopesOfPixel {
  Lattice<element_number_t<T>, Rank> lattice;
  T const* image;

  /// `use(|slope|)` for each.
  template <class Use>
  PYRONN_HOST_DEVICE void for_each(std::int64_t i, Use& use) const {
    Place<Rank> const place = lattice.place(i);
    auto const here = static_cast<double>(load_number(image, i));
    for (int axis = 0; axis < Rank; ++axis) {
      if (!lattice.has_next(place, axis)) continue;
      double const next = static_cast<double>(load_number(image, i + lattice.stride(axis)));
      double const slope = (next - here) * static_cast<double>(lattice.inverse_spacing[axis]);
      use(slope < 0 ? -slope : slope);
    }
  }
};

/// How many slopes are above 0 and at most so large.
template <class T, int Rank>
struct SlopeCountTerm {
  SlopesOfPixel<T, Rank> slopes;
  double most;

  struct Count {
    double most;
    double sum = 0;

    PYRONN_HOST_DEVICE void operator()(double slope) { sum += slope > 0 && slope <= most ? 1 : 0; }
  };

  PYRONN_HOST_DEVICE double operator()(std::int64_t i) const {
    Count count{most};
    slopes.for_each(i, count);
    return count.sum;
  }
};

/// The largest slope.
template <class T, int Rank>
struct LargestSlopeTerm {
  SlopesOfPixel<T, Rank> slopes;

  struct Largest {
    double most = 0;

    PYRONN_HOST_DEVICE void operator()(double slope) { most = slope > most ? slope : most; }
  };

  PYRONN_HOST_DEVICE double operator()(std::int64_t i) const {
    Largest largest;
    slopes.for_each(i, largest);
    return largest.most;
  }
};

}  // namespace detail

/// The slope about which noise ends and edges begin in an image, for the delta of a potential
/// [units of the image per unit of the spacing]: 1.4826 times the median of |x_i - x_j| / h over
/// neighbours that share a face and differ, to 2 %, which of normal noise is the standard deviation
/// of slopes, and which edges do not change while they are few. M. Black, G. Sapiro, D. Marimont,
/// D. Heeger, "Robust anisotropic diffusion", IEEE Trans. Image Process. 7 (1998).
///
/// The image should be one that has the noise that a penalty is to take away: of filtered
/// backprojection, or of an iteration without a penalty. An image times a factor has that slope
/// times it, and no region of one number changes it. 0 for an image that is one number everywhere,
/// which says nothing. Spacing is along x, y and in space z. Allocates a workspace. Waits. Throws
/// InvalidArgument for a spacing that is not positive, pixels that are not finite and memory that
/// the executor cannot reach, OutOfMemory.
template <class Executor, class T, int Rank>
double edge_slope(Executor const& executor, ArrayView<T, Rank> image, Vec3d const& spacing) {
  using Element = std::remove_const_t<T>;
  char const* const name = "edge_slope";
  detail::check_vector(executor, "edge_slope: image", image);
  detail::SlopesOfPixel<Element, Rank> const slopes{{name, image.extents, spacing}, image.data};
  Buffer<double, Executor> const number{executor, 1};
  std::int64_t const pixels = image.count();
  Workspace<Executor> workspace{executor, reduction_workspace_bytes(executor, pixels)};
  detail::VectorNames const names{name, "", "", name};
  detail::NotFiniteTerm<Element> const not_finite{image.data, nullptr};
  detail::reduce<detail::Unchanged>(executor, names, not_finite, pixels, number.data(), workspace);
  detail::expects(detail::numbers_on_host<1>(executor, number.data())[0] == 0,
                  "edge_slope: some pixels of the image are not finite");
  auto const count_up_to = [&](double most) {
    detail::SlopeCountTerm<Element, Rank> const term{slopes, most};
    detail::reduce<detail::Unchanged>(executor, names, term, pixels, number.data(), workspace);
    return detail::numbers_on_host<1>(executor, number.data())[0];
  };
  detail::LargestSlopeTerm<Element, Rank> const term{slopes};
  detail::reduce<detail::Unchanged, detail::Larger>(executor, names, term, pixels, number.data(),
                                                    workspace);
  double const largest = detail::numbers_on_host<1>(executor, number.data())[0];
  if (largest == 0) return 0;
  double const half = count_up_to(largest) / 2;
  // Steps down from the largest one: at least half of the slopes are below the first, not below
  // the last.
  constexpr double steps_per_octave = 32;
  auto const at = [&](int step) { return largest * std::exp2(-step / steps_per_octave); };
  int above = 0;
  int below = 2048;
  while (below - above > 1) {
    int const middle = (above + below) / 2;
    (count_up_to(at(middle)) >= half ? above : below) = middle;
  }
  constexpr double deviations = 1.4826;
  return deviations * at(above);
}

}  // namespace pyronn
