// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Zingers: samples that a single hit of the detector made too bright, found and replaced.
#include <pyronn/core/array_view.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/recon/preprocess/detail/zinger_kernels.hpp>

namespace pyronn {

/// What is a zinger.
struct ZingerOptions {
  /// How much smaller the line integral is at least than those around it: 0.1 is 11 % more light.
  double least = 0.1;
  /// And how many standard deviations of those around it.
  double deviations = 5;

  /// Throws InvalidArgument where a number is not positive or is above 1e6.
  void validate() const {
    constexpr double most = 1e6;
    detail::expects(least > 0 && least <= most, "ZingerOptions: least ", least,
                    " must lie in (0, 1e6]");
    detail::expects(deviations > 0 && deviations <= most, "ZingerOptions: deviations ", deviations,
                    " must lie in (0, 1e6]");
  }
};

/// Copies line integrals (u, v, view) and replaces zingers: samples below the median of up to 14
/// pixels around theirs in the view, and below that of the same pixel in the two views before and
/// the two behind, by `least` and by `deviations` standard deviations, which are estimated from the
/// quartiles of these neighbours. A zinger becomes the mean of both medians. Edges of the object's
/// stay, as they are in neighbouring views too. Neighbours that are not in the array are done
/// without: the views of a share that has no neighbour are judged with fewer, so give shares two
/// views more on either side; single rows and single views are fine. A pixel must be sound: hot
/// ones are bright in all views. Input and output must not overlap. Does not synchronise. Throws
/// InvalidArgument for extents that differ, arrays that overlap, and options that are none.
template <class Executor>
void remove_zingers(Executor const& executor, ProjectionView<float const> lines,
                    ProjectionView<float> cleaned, ZingerOptions const& options = {}) {
  options.validate();
  detail::expects(lines.extents == cleaned.extents, "remove_zingers: the output's extents ",
                  cleaned.extents, " must be the input's, ", lines.extents);
  if (lines.count() == 0) return;
  executor.check_reachable(lines.data, "remove_zingers: lines");
  executor.check_reachable(cleaned.data, "remove_zingers: output");
  detail::expects(
      lines.data + lines.count() <= cleaned.data || cleaned.data + cleaned.count() <= lines.data,
      "remove_zingers: input and output must not overlap");
  executor.for_each(lines.extents,
                    detail::RemoveZingers{lines, static_cast<float>(options.least),
                                          static_cast<float>(options.deviations), cleaned});
}

}  // namespace pyronn
