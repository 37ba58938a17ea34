// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Dark and flat fields from several images.
#include <array>
#include <cmath>
#include <cstddef>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/config.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/kernel.hpp>

namespace pyronn {

namespace detail {

/// Whether the extremes of so many images are left out.
[[nodiscard]] PYRONN_HOST_DEVICE inline bool leaves_extremes_out(int images) { return images >= 4; }

/// The mean variance of n >= 4 normal numbers of variance 1 without the least and the greatest, x
/// and y. These have the density n (n - 1) p(x) p(y) (P(y) - P(x))^(n - 2), p and P being those of
/// one number; the sum S of all has the mean square n, and S (x + y) the mean 2, as S / n does not
/// depend on differences from it (Basu). So the m = n - 2 others have the mean squared sum
/// n - 4 + E (x + y)^2, and the squares n - E (x^2 + y^2).
inline double variance_without_extremes(int n) {
  constexpr double step = 0.1;  // of sums over smooth bells, which err by far less than floats do
  constexpr std::size_t points = 171;
  constexpr double first = -0.5 * step * (points - 1);
  std::array<double, points> density{};
  std::array<double, points> below{};
  for (std::size_t i = 0; i < points; ++i) {
    double const x = first + step * static_cast<double>(i);
    density[i] = step * std::exp(-0.5 * x * x) / std::sqrt(2 * pi);
    below[i] = 0.5 * std::erfc(-x / std::sqrt(2.0));
  }
  double squares = 0;
  double squared_sum = 0;
  for (std::size_t j = 0; j < points; ++j) {
    for (std::size_t i = 0; i < j; ++i) {
      double const x = first + step * static_cast<double>(i);
      double const y = first + step * static_cast<double>(j);
      double const weight = density[i] * density[j] * std::pow(below[j] - below[i], n - 2);
      squares += weight * (x * x + y * y);
      squared_sum += weight * (x + y) * (x + y);
    }
  }
  double const pairs = n * (n - 1.0);
  double const left = n - 2.0;
  return (n - pairs * squares - (n - 4 + pairs * squared_sum) / left) / (left - 1);
}

/// Mean and standard deviation of a pixel in all images; an item is a pixel.
template <class T>
struct AverageImages {
  using Block = BlockShape<128, 1, 1>;

  ArrayView<T, 3> images;
  ArrayView<float, 2> mean;
  ArrayView<float, 2> deviation;  ///< without data: not wanted
  double usual_variance;          ///< of what is left, for normal noise of variance 1

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> item) const {
    int const count = images.extents[2];
    auto const at = [&](int n) { return static_cast<double>(images(item[0], item[1], n)); };
    double const origin = at(0);  // about which squares are small
    double least = 0;
    double most = 0;
    double sum = 0;
    double squares = 0;
    for (int n = 1; n < count; ++n) {
      double const value = at(n) - origin;
      least = pyronn::min(least, value);
      most = pyronn::max(most, value);
      sum += value;
      squares += value * value;
    }
    int const left = leaves_extremes_out(count) ? count - 2 : count;
    if (left < count) {
      sum -= least + most;
      squares -= least * least + most * most;
    }
    mean(item[0], item[1]) = static_cast<float>(origin + sum / left);
    if (deviation.data == nullptr) return;
    double const free = (left - 1) * usual_variance;
    double const variance = left > 1 ? (squares - sum * sum / left) / free : 0;
    deviation(item[0], item[1]) = static_cast<float>(std::sqrt(variance > 0 ? variance : 0));
  }
};

}  // namespace detail

/// The mean (u, v) of dark or flat fields (u, v, image) of one time, and, where `deviation` has
/// data, the standard deviation in each pixel. Of four and more images each pixel leaves its
/// greatest and its smallest value out of both, so that no zinger of a flat field becomes a ring;
/// the deviation is larger by so much that its square is right on average for normal noise. A pixel
/// that is not a number in some image is none in the mean. Does not synchronise. Throws
/// InvalidArgument for no images and for sizes that differ.
template <class Executor, class T>
void mean_field(Executor const& executor, ArrayView<T, 3> images, ArrayView<float, 2> mean,
                ArrayView<float, 2> deviation = {}) {
  Extents<2> const detector{images.extents[0], images.extents[1]};
  detail::expects(images.extents[2] >= 1, "mean_field: there are no images");
  detail::expects(mean.extents == detector, "mean_field: the mean's extents ", mean.extents,
                  " must be the images', ", detector);
  executor.check_reachable(images.data, "mean_field: images");
  executor.check_reachable(mean.data, "mean_field: mean");
  if (deviation.data != nullptr) {
    detail::expects(deviation.extents == detector, "mean_field: the deviation's extents ",
                    deviation.extents, " must be the images', ", detector);
    executor.check_reachable(deviation.data, "mean_field: deviation");
  }
  int const count = images.extents[2];
  bool const is_biased = deviation.data != nullptr && detail::leaves_extremes_out(count);
  double const usual = is_biased ? detail::variance_without_extremes(count) : 1;
  executor.for_each({detector[0], detector[1], 1},
                    detail::AverageImages<T const>{images, mean, deviation, usual});
}

}  // namespace pyronn
