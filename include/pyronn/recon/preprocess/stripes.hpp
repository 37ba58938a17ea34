// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Stripes of sinograms, which become rings in a reconstruction: found and taken away.
#include <cmath>
#include <cstddef>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/exec/backend.hpp>
#include <pyronn/exec/buffer.hpp>
#include <pyronn/exec/traits.hpp>
#include <pyronn/exec/vector_operations.hpp>
#include <pyronn/recon/preprocess/detail/stripe_kernels.hpp>

namespace pyronn {

/// How stripes are told from the object.
struct StripeOptions {
  /// The part of what is found that is taken away, from 0 to 1.
  double strength = 1;
  /// Stripes are what rows have more than their mean over so many columns to either side, from 1 to
  /// 30 and less than half of the columns: what is wider than about twice as many columns stays.
  int radius = 8;
  /// Beyond how many standard deviations of noise a step in a row is rather the object's.
  double outlier = 2;
  /// Within how many standard deviations of what views say of a stripe it is taken for none; 0:
  /// never.
  double significance = 2;
  /// How often all views are looked at, at least 2.
  int rounds = 6;

  /// Throws InvalidArgument where a number is none of these.
  void validate() const {
    detail::expects(strength >= 0 && strength <= 1, "StripeOptions: strength ", strength,
                    " must lie in [0, 1]");
    detail::expects(radius >= 1 && radius <= detail::RowSmoother::most_radius,
                    "StripeOptions: radius ", radius, " must lie in [1, ",
                    detail::RowSmoother::most_radius, "] columns");
    detail::expects(outlier > 0 && outlier <= 1e6, "StripeOptions: outlier ", outlier,
                    " must lie in (0, 1e6]");
    detail::expects(significance >= 0 && significance <= 1e6, "StripeOptions: significance ",
                    significance, " must lie in [0, 1e6]");
    detail::expects(rounds >= 2 && rounds <= 1000, "StripeOptions: rounds ", rounds,
                    " must lie in [2, 1000]");
  }
};

/// Finds what each pixel adds to its line integrals in all views: the logarithm of a gain that the
/// flat field does not know. In every view a row is smoothed by local regression; a pixel's stripe
/// is the mean over the views of what it has more than that, where views in which the object has an
/// edge there count little (weights of Geman and McClure), so that an object away from the axis
/// leaves no stripes. What groups of 32 neighbouring views do not agree about is taken for none, if
/// there are four groups.
///
/// What is the same in all views may be the object's too: a sample or its tube about the axis.
/// Gains change from column to column, while the edge of a body leaves numbers that change slowly
/// over many columns; where they do, nothing is taken away. So stripes stay within about eight
/// columns of an edge of a body that all views see in the same place, and stripes wider than two or
/// three columns stay in part or wholly. Rings about the axis that are one or two columns thin in
/// the object are still taken for stripes, and are lost.
///
/// Views may come all at once or in shares, in any order; in each round all of them, or in all but
/// the last some that are spread over the turn:
/// @code
///   for (int round = 0; round < options.rounds; ++round) {
///     for (auto const& share : shares) finder.add(share);
///     finder.end_round();
///   }
///   subtract_stripes(executor, finder.stripes(), options.strength, lines);
/// @endcode
///
/// Source: stripes as what the mean of a sinogram over its views has more than its smoothed self
/// are of M. L. Rivers, "Tutorial introduction to X-ray computed microtomography data processing",
/// University of Chicago, 1998, and, with the smoothing as a regularisation, of S. Titarenko, P. J.
/// Withers, A. Yagola, Appl. Math. Lett. 23 (2010). Here each view is smoothed, and the mean is an
/// M-estimator, P. J. Huber, "Robust Statistics", Wiley 1981.
template <class Executor>
class StripeFinder {
 public:
  /// For views of so many columns and rows: a detector or a band of its rows. Takes memory of the
  /// executor for 14 floats a pixel. Throws InvalidArgument for options that are none and a
  /// detector of less than 3 columns, and OutOfMemory.
  StripeFinder(Executor const& executor, Extents<2> detector, StripeOptions const& options = {})
      : StripeFinder{executor, checked(detector, options), options,
                     detail::RowSmoother{pyronn::min(options.radius, (detector[0] - 1) / 2)}} {}

  /// Looks at line integrals (u, v, view) of some views; what is not finite is passed over. Does
  /// not synchronise. Throws InvalidArgument for another detector.
  void add(ProjectionView<float const> lines) {
    detail::expects(lines.extents[0] == detector_[0] && lines.extents[1] == detector_[1],
                    "StripeFinder: views of ", lines.extents, " must have the detector's extents ",
                    detector_);
    if (lines.extents[2] == 0) return;
    executor_.check_reachable(lines.data, "StripeFinder: lines");
    constexpr int width = 1 < warp_size_v<Executor> ? 1 : 64;
    detail::AddResiduals<width> const kernel{lines,          found_.view(detector_),
                                             scales_.data(), static_cast<float>(outlier_),
                                             smoother_,      sums_.view(detector_)};
    executor_.for_each(kernel.items(), kernel);
  }

  /// Ends a round: moves the stripes by what was seen. Does not synchronise.
  void end_round() {
    Extents<3> const pixels{detector_[0], detector_[1], 1};
    auto const found = found_.view(detector_);
    auto const sums = sums_.view(detector_);
    auto const variances = variances_.view(detector_);
    float const share = round_ == 0 ? 0.0F : 1.0F;
    executor_.for_each(pixels, detail::MoveStripes{sums, share, found, variances});
    executor_.for_each({detector_[1], 1, 1}, detail::ScaleRows{sums, scales_.data()});
    auto const narrow = narrow_.view(detector_);
    executor_.for_each(pixels, detail::NarrowStripes{found, smoother_, narrow});
    executor_.for_each(pixels,
                       detail::KeepStripes{narrow, variances, static_cast<float>(significance_),
                                           stripes_.view(detector_)});
    ++round_;
  }

  /// What each pixel (u, v) adds to its line integrals, as of the last round, in the executor's
  /// memory; it lives as long as this object.
  [[nodiscard]] ArrayView<float const, 2> stripes() const { return stripes_.view(detector_); }

 private:
  StripeFinder(Executor const& executor, Extents<2> detector, StripeOptions const& options,
               detail::RowSmoother const& smoother)
      : executor_{executor},
        detector_{detector},
        outlier_{options.outlier},
        significance_{options.significance},
        smoother_{smoother},
        found_{executor, pixels(detector)},
        narrow_{executor, pixels(detector)},
        stripes_{executor, pixels(detector)},
        variances_{executor, pixels(detector)},
        scales_{executor, static_cast<std::size_t>(detector[1])},
        sums_{executor, pixels(detector)} {
    fill(executor, found_.view(detector), 0.0F);
    fill(executor, stripes_.view(detector), 0.0F);
    fill(executor, scales_.view(Extents<1>{detector[1]}), 0.0F);
    executor.for_each({detector[0], detector[1], 1}, detail::ClearSums{sums_.view(detector)});
  }

  static Extents<2> checked(Extents<2> detector, StripeOptions const& options) {
    options.validate();
    detail::expects(detector[0] >= 3 && detector[1] >= 1, "StripeFinder: a detector of ", detector,
                    " must have at least 3 columns and a row");
    return detector;
  }
  static std::size_t pixels(Extents<2> detector) {
    return static_cast<std::size_t>(detector.count());
  }

  Executor executor_;
  Extents<2> detector_;
  double outlier_;
  double significance_;
  detail::RowSmoother smoother_;
  Buffer<float, Executor> found_;    // with what is too wide
  Buffer<float, Executor> narrow_;   // without
  Buffer<float, Executor> stripes_;  // without edges of the object too
  Buffer<float, Executor> variances_;
  Buffer<float, Executor> scales_;
  Buffer<detail::ResidualSums, Executor> sums_;
  int round_ = 0;
};

/// Subtracts `strength` times what each pixel (u, v) adds from line integrals (u, v, view), in
/// place. Does not synchronise. Throws InvalidArgument for other extents and a strength that is not
/// finite.
template <class Executor>
void subtract_stripes(Executor const& executor, ArrayView<float const, 2> stripes, double strength,
                      ProjectionView<float> lines) {
  detail::expects(stripes.extents[0] == lines.extents[0] && stripes.extents[1] == lines.extents[1],
                  "subtract_stripes: stripes of ", stripes.extents,
                  " must have the extents (u, v) of views ", lines.extents);
  detail::expects(std::isfinite(strength), "subtract_stripes: strength ", strength,
                  " must be finite");
  if (lines.count() == 0) return;
  executor.check_reachable(stripes.data, "subtract_stripes: stripes");
  executor.check_reachable(lines.data, "subtract_stripes: lines");
  executor.for_each(lines.extents,
                    detail::SubtractStripes{stripes, static_cast<float>(strength), lines});
}

/// Takes stripes away from line integrals (u, v, view) of all views of a band of rows, in place, as
/// a StripeFinder finds them. Takes memory of the executor for 14 floats a pixel of one view; does
/// not synchronise. A strength of 0 changes nothing. Throws InvalidArgument where StripeFinder
/// does, and OutOfMemory.
template <class Executor>
void remove_stripes(Executor const& executor, ProjectionView<float> lines,
                    StripeOptions const& options = {}) {
  StripeFinder<Executor> finder{executor, {lines.extents[0], lines.extents[1]}, options};
  if (options.strength == 0) return;
  for (int round = 0; round < options.rounds; ++round) {
    finder.add(lines);
    finder.end_round();
  }
  subtract_stripes(executor, finder.stripes(), options.strength, lines);
}

}  // namespace pyronn
