// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Dark and flat fields of a scan's calibration images: one for each time at which some were taken.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/recon/preprocess/drifting_fields.hpp>
#include <pyronn/recon/preprocess/mean_field.hpp>
#include <pyronn/scan/image_stack.hpp>
#include <pyronn/scan/scan.hpp>

namespace pyronn {

/// The mean of the images of one time.
struct CalibrationField {
  double time;                   ///< how many views had been taken before
  int images;                    ///< of how many it is the mean
  std::vector<float> mean;       ///< `[row][column]`
  std::vector<float> deviation;  ///< standard deviation of the images in each pixel
};

/// Some rows of the fields of a scan, in the order of their times.
struct CalibrationFields {
  Extents<2> size;                       ///< columns and rows
  std::vector<CalibrationField> fields;  ///< none where there are no images

  /// For line_integrals of drifting fields; refers to this object.
  [[nodiscard]] FieldsInTime<float const> in_time() const {
    FieldsInTime<float const> result;
    for (CalibrationField const& field : fields) {
      result.fields.emplace_back(field.mean.data(), size);
      result.times.push_back(field.time);
    }
    return result;
  }

  /// One field for all views: the mean of all images, with the standard deviation within the times,
  /// whose squares count by the images but one of each. Throws InvalidArgument where there are no
  /// fields.
  [[nodiscard]] CalibrationField all() const {
    detail::expects(!fields.empty(), "CalibrationFields: there are no images");
    CalibrationField result{0, 0, {}, {}};
    auto const pixels = static_cast<std::size_t>(size.count());
    std::vector<double> mean(pixels);
    std::vector<double> squares(pixels);
    int free = 0;  // images but one of each time
    for (CalibrationField const& field : fields) {
      result.images += field.images;
      free += field.images - 1;
      for (std::size_t n = 0; n < pixels; ++n) {
        mean[n] += field.images * static_cast<double>(field.mean[n]);
        squares[n] += (field.images - 1) * std::pow(static_cast<double>(field.deviation[n]), 2);
      }
    }
    result.time = fields.front().time;
    for (std::size_t n = 0; n < pixels; ++n) {
      result.mean.push_back(static_cast<float>(mean[n] / result.images));
      result.deviation.push_back(static_cast<float>(free > 0 ? std::sqrt(squares[n] / free) : 0));
    }
    return result;
  }
};

namespace detail {

/// The mean of some images, a few rows at a time, so that little of them is in memory.
template <class Executor>
CalibrationField mean_of_images(Executor const& executor, ImageStack const& stack,
                                std::vector<int> const& images, int first_row, Extents<2> size) {
  constexpr std::int64_t most_numbers = std::int64_t{1} << 24;
  int const count = static_cast<int>(images.size());
  auto const rows = static_cast<int>(
      std::clamp<std::int64_t>(most_numbers / (std::int64_t{size[0]} * count), 1, size[1]));
  auto const pixels = static_cast<std::size_t>(size.count());
  CalibrationField field{0, count, std::vector<float>(pixels), std::vector<float>(pixels)};
  std::vector<float> part(static_cast<std::size_t>(std::int64_t{size[0]} * rows * count));
  for (int row = 0; row < size[1]; row += rows) {
    Extents<2> const some{size[0], std::min(rows, size[1] - row)};
    for (int n = 0; n < count; ++n) {
      stack.read(ImagePart{images[static_cast<std::size_t>(n)], 1, first_row + row, some[1]},
                 part.data() + n * some.count());
    }
    std::int64_t const at = std::int64_t{row} * size[0];
    mean_field(executor, ArrayView<float const, 3>{part.data(), {some[0], some[1], count}},
               ArrayView<float, 2>{field.mean.data() + at, some},
               ArrayView<float, 2>{field.deviation.data() + at, some});
  }
  return field;
}

}  // namespace detail

/// Reads rows [first_row, first_row + rows) of calibration images and averages those of each time,
/// as mean_field does. The executor is one of cores. Throws InvalidArgument for rows that are not
/// there, and FileError where images cannot be read. Memory: two floats a pixel and time, and 64
/// MB.
template <class Executor>
[[nodiscard]] CalibrationFields calibration_fields(Executor const& executor,
                                                   CalibrationImages const& calibration,
                                                   int first_row, int rows) {
  if (!calibration) return {{0, rows}, {}};
  ImageStack const& stack = *calibration.images;
  detail::expects(calibration.times.size() == static_cast<std::size_t>(stack.extents()[2]),
                  "calibration_fields: ", detail::counted(calibration.times.size(), "time"), " of ",
                  detail::counted(stack.extents()[2], "image"));
  CalibrationFields result{{stack.extents()[0], rows}, {}};
  std::vector<int> order(calibration.times.size());
  std::iota(order.begin(), order.end(), 0);
  auto const time = [&](int image) { return calibration.times[static_cast<std::size_t>(image)]; };
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return time(a) < time(b); });
  for (auto first = order.begin(); first != order.end();) {
    auto const end =
        std::find_if(first, order.end(), [&](int image) { return time(image) != time(*first); });
    result.fields.push_back(
        detail::mean_of_images(executor, stack, {first, end}, first_row, result.size));
    result.fields.back().time = time(*first);
    first = end;
  }
  return result;
}

}  // namespace pyronn
