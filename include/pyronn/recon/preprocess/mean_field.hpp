// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Dark and flat fields from several images.
#include <cmath>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/config.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/kernel.hpp>

namespace pyronn {

namespace detail {

/// Mean and standard deviation of a pixel in all images; an item is a pixel.
template <class T>
struct AverageImages {
  using Block = BlockShape<128, 1, 1>;

  ArrayView<T, 3> images;
  ArrayView<float, 2> mean;
  ArrayView<float, 2> deviation;  ///< without data: not wanted

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
    int const left = count >= 4 ? count - 2 : count;
    if (left < count) {
      sum -= least + most;
      squares -= least * least + most * most;
    }
    mean(item[0], item[1]) = static_cast<float>(origin + sum / left);
    if (deviation.data == nullptr) return;
    double const variance = left > 1 ? (squares - sum * sum / left) / (left - 1) : 0;
    deviation(item[0], item[1]) = static_cast<float>(std::sqrt(variance > 0 ? variance : 0));
  }
};

}  // namespace detail

/// The mean (u, v) of dark or flat fields (u, v, image) of one time, and, where `deviation` has
/// data, the standard deviation in each pixel. Of four and more images each pixel leaves its
/// greatest and its smallest value out of both, so that no zinger of a flat field becomes a ring. A
/// pixel that is not a number in some image is none in the mean. Does not synchronise. Throws
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
  executor.for_each({detector[0], detector[1], 1},
                    detail::AverageImages<T const>{images, mean, deviation});
}

}  // namespace pyronn
