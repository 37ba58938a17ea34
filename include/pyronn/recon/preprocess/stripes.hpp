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
#include <pyronn/recon/preprocess/detail/row_smoother.hpp>
#include <pyronn/recon/preprocess/detail/shared_edges.hpp>
#include <pyronn/recon/preprocess/detail/single_stripes.hpp>
#include <pyronn/recon/preprocess/detail/stripe_kernels.hpp>
#include <pyronn/recon/preprocess/detail/stripe_rows.hpp>

namespace pyronn {

/// How stripes are told from the object.
struct StripeOptions {
  /// The part of what is found that is taken away, from 0 to 1.
  double strength = 1;
  /// What is wider than about half as many columns stays, from 1 to 30; edges of bodies about the
  /// axis are looked for with means over so many columns to either side.
  int radius = 8;
  /// Beyond how many standard deviations of what most views say of a pixel a view is not believed.
  double outlier = 2;
  /// Within how many standard deviations of what views say of a stripe it is taken for none; 0:
  /// never.
  double significance = 2;
  /// How often all views are looked at, 2 to 1000 times.
  int rounds = 8;

  /// Throws InvalidArgument where a number is none of these.
  void validate() const {
    detail::expects(strength >= 0 && strength <= 1, "StripeOptions: strength ", strength,
                    " must lie in [0, 1]");
    detail::expects(radius >= 1 && radius <= most_radius, "StripeOptions: radius ", radius,
                    " must lie in [1, ", most_radius, "] columns");
    detail::expects(outlier > 0 && outlier <= 1e6, "StripeOptions: outlier ", outlier,
                    " must lie in (0, 1e6]");
    detail::expects(significance >= 0 && significance <= 1e6, "StripeOptions: significance ",
                    significance, " must lie in [0, 1e6]");
    detail::expects(rounds >= 2 && rounds <= 1000, "StripeOptions: rounds ", rounds,
                    " must lie in [2, 1000]");
  }

  static constexpr int most_radius = detail::RowSmoother::most_radius;  ///< of `radius`
};

/// Finds what each pixel adds to its line integrals in all views: the logarithm of a gain that the
/// flat field does not know. In every view a number is compared with the cubic through its two
/// neighbours to either side, with their mean, and with the straight line through one. Of a gain
/// these differences are the same in all views; an object leaves nearly none but where it has an
/// edge, and where edges move from view to view, the views that see one count little (weights of
/// Geman and McClure). The stripes of a row are the most probable ones for these differences and
/// how far groups of 8 neighbouring views disagree about them, where stripes are normally
/// distributed and some differences are wrong. How large stripes are is estimated from the third
/// quartile over the row: of a clean scan it is near 0, and so are its stripes. Single stripes that
/// are larger are found where they alone explain what is around them.
///
/// What is the same in all views may be the object's too: a sample or its tube about the axis.
/// Gains change from column to column; such an edge leaves in the mean view what changes slowly
/// over many columns, and where it does and views agree, nothing is taken away. So stripes stay
/// within about eight columns of an edge that all views see in the same place: of 256 columns with
/// a tube of 218 the rings of gains of 2 % only halve. Where edges move by a few columns and gains
/// are far smaller than they, stripes stay in part: of a head of 64 columns the rings of gains of
/// 2 % fall by 30 %, of 96 columns fivefold. What is about the axis and thinner than one and a
/// half columns is a stripe. Pairs of columns with the same gain, and single strong stripes that
/// are closer than seven columns, are told from edges only where the other columns have stripes
/// nearly as strong.
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
/// Withers, A. Yagola, Appl. Math. Lett. 23 (2010). Here differences are taken of each view, their
/// mean is an M-estimator, P. J. Huber, "Robust Statistics", Wiley 1981, and the regularisation is
/// the prior of an empirical Bayes estimator, H. Robbins, Proc. 3rd Berkeley Symp. (1956).
template <class Executor>
class StripeFinder {
 public:
  /// For views of so many columns and rows: a detector or a band of its rows. Takes memory of the
  /// executor for 77 floats a pixel and 2 a row. Throws InvalidArgument for options that are none
  /// and a detector of less than 3 columns, and OutOfMemory.
  StripeFinder(Executor const& executor, Extents<2> detector, StripeOptions const& options = {})
      : executor_{executor},
        detector_{checked(detector, options)},
        options_{options},
        sums_{executor, detail::RowDifference::kinds * pixels(detector)},
        differences_{executor, detail::RowDifference::kinds * pixels(detector)},
        scales_{executor, static_cast<std::size_t>(detector[1])},
        isolated_{executor, pixels(detector)},
        equations_{executor, pixels(detector)},
        stripes_{executor, pixels(detector)},
        views_{executor, pixels(detector)},
        narrow_{executor, pixels(detector)},
        smoother_{pyronn::min(options.radius, (detector[0] - 1) / 2)} {
    executor.for_each({detector[0], detector[1], 1}, detail::ClearViews{views_.view(detector)});
    fill(executor, stripes_.view(detector), 0.0F);
    executor.for_each(of_kinds(),
                      detail::ClearStripes{sums_.view(of_kinds()), differences_.view(of_kinds())});
  }

  /// What it takes of the executor's memory.
  [[nodiscard]] static std::size_t memory_bytes(Extents<2> detector) {
    constexpr std::size_t of_kind =
        sizeof(detail::DifferenceSums) + sizeof(detail::StripeDifference);
    constexpr std::size_t of_pixel = detail::RowDifference::kinds * of_kind +
                                     sizeof(detail::StripeEquation) + sizeof(detail::PixelSums) +
                                     3 * sizeof(float);
    return of_pixel * pixels(detector) + sizeof(double) * static_cast<std::size_t>(detector[1]);
  }

  /// Looks at line integrals (u, v, view) of some views; what is not finite is passed over. Does
  /// not synchronise. Throws InvalidArgument for another detector.
  void add(ProjectionView<float const> lines) {
    detail::expects(lines.extents[0] == detector_[0] && lines.extents[1] == detector_[1],
                    "StripeFinder: views of ", lines.extents, " must have the detector's extents ",
                    detector_);
    if (lines.extents[2] == 0) return;
    executor_.check_reachable(lines.data, "StripeFinder: lines");
    constexpr int width = 1 < warp_size_v<Executor> ? 1 : 64;
    detail::AddDifferences<width> const kernel{lines, differences_.view(of_kinds()),
                                               static_cast<float>(options_.outlier),
                                               sums_.view(of_kinds())};
    executor_.for_each(kernel.items(), kernel);
    if (round_ > 0) return;
    executor_.for_each({detector_[0], detector_[1], 1},
                       detail::AddLinesOfViews{lines, views_.view(detector_)});
  }

  /// Ends a round: finds the stripes by what was seen so far. Does not synchronise.
  void end_round() {
    Extents<3> const pixels{detector_[0], detector_[1], 1};
    Extents<3> const rows{detector_[1], 1, 1};
    auto const differences = differences_.view(of_kinds());
    auto const isolated = isolated_.view(detector_);
    auto const stripes = stripes_.view(detector_);
    executor_.for_each(of_kinds(), detail::MoveDifferences{sums_.view(of_kinds()), differences});
    executor_.for_each(
        pixels, detail::NarrowMeans{views_.view(detector_), smoother_, narrow_.view(detector_)});
    executor_.for_each(rows, detail::ScaleStripes{differences, scales_.data()});
    // Twice: beside a strong one there may be another.
    fill(executor_, isolated, 0.0F);
    executor_.for_each(pixels, detail::AddIsolated{differences, scales_.data(), isolated, stripes});
    executor_.for_each(pixels, detail::AddIsolated{differences, scales_.data(), stripes, isolated});
    executor_.for_each(rows,
                       detail::SolveStripes{differences,
                                            scales_.data(),
                                            isolated,
                                            tolerance(),
                                            options_.significance,
                                            equations_.view(detector_),
                                            stripes,
                                            {narrow_.view(detector_), views_.view(detector_)}});
    ++round_;
  }

  /// What each pixel (u, v) adds to its line integrals, as of the last round, in the executor's
  /// memory; it lives as long as this object.
  [[nodiscard]] ArrayView<float const, 2> stripes() const { return stripes_.view(detector_); }

 private:
  static Extents<2> checked(Extents<2> detector, StripeOptions const& options) {
    options.validate();
    detail::expects(detector[0] >= 3 && detector[1] >= 1, "StripeFinder: a detector of ", detector,
                    " must have at least 3 columns and a row");
    return detector;
  }
  static std::size_t pixels(Extents<2> detector) {
    return static_cast<std::size_t>(detector.count());
  }

  [[nodiscard]] Extents<3> of_kinds() const {
    return {detector_[0], detector_[1], detail::RowDifference::kinds};
  }

  /// The fourth difference of a wave that is as long as 1.2 radii: a stripe with as small a one is
  /// taken away by half.
  [[nodiscard]] double tolerance() const {
    double const change = 2 - 2 * std::cos(pyronn::min(pi, 5.2 / options_.radius));
    return change * change / 6;
  }

  Executor executor_;
  Extents<2> detector_;
  StripeOptions options_;
  Buffer<detail::DifferenceSums, Executor> sums_;
  Buffer<detail::StripeDifference, Executor> differences_;
  Buffer<double, Executor> scales_;
  Buffer<float, Executor> isolated_;
  Buffer<detail::StripeEquation, Executor> equations_;
  Buffer<float, Executor> stripes_;
  Buffer<detail::PixelSums, Executor> views_;
  Buffer<float, Executor> narrow_;
  detail::RowSmoother smoother_;
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
/// a StripeFinder finds them. Takes memory of the executor for 77 floats a pixel of one view; does
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
