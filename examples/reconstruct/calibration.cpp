// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "calibration.hpp"

#include <algorithm>
#include <cstddef>
#include <functional>

namespace example {
namespace {

/// The mean of calibration images, or where there are none `otherwise`, in all pixels.
std::vector<float> mean(pyronn::CalibrationImages const& calibration, std::size_t pixels,
                        double otherwise) {
  std::vector<double> sums(pixels, otherwise);
  int count = 1;
  if (calibration) {
    auto const& images = *calibration.images;
    count = images.extents()[2];
    std::fill(sums.begin(), sums.end(), 0.0);
    std::vector<double> image(pixels);
    for (int i = 0; i < count; ++i) {
      images.read({i, 1, 0, images.extents()[1]}, image.data());
      std::transform(sums.begin(), sums.end(), image.begin(), sums.begin(), std::plus<>{});
    }
  }
  std::vector<float> result(pixels);
  std::transform(sums.begin(), sums.end(), result.begin(),
                 [count](double sum) { return static_cast<float>(sum / count); });
  return result;
}

}  // namespace

Calibration read_calibration(pyronn::Scan const& scan) {
  auto const size = scan.detector_size();
  Calibration calibration{size, {}, {}};
  if (scan.measured == pyronn::Measured::line_integrals) return calibration;
  auto const pixels = static_cast<std::size_t>(size.count());
  calibration.dark = mean(scan.darks, pixels, 0);
  calibration.flat = mean(scan.flats, pixels, scan.full_intensity.value_or(1));
  return calibration;
}

}  // namespace example
