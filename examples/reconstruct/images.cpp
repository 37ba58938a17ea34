// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "images.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>

#include "bad_input.hpp"

namespace example {
namespace {

using pyronn::Measured;
using pyronn::Scan;

/// True if every image is stored as T and is used as it is, so that nothing need be converted.
template <class T>
bool all_are(Scan const& scan) {
  constexpr auto type = pyronn::detail::number_type<T>();
  auto const is_one_of_type = [](pyronn::CalibrationImages const& calibration) {
    return !calibration ||
           (calibration.images->type() == type && calibration.images->extents()[2] == 1);
  };
  if (scan.full_intensity && (*scan.full_intensity > std::numeric_limits<T>::max() ||
                              *scan.full_intensity != std::floor(*scan.full_intensity))) {
    return false;
  }
  return scan.measured == Measured::intensities && scan.views->type() == type &&
         is_one_of_type(scan.darks) && is_one_of_type(scan.flats);
}

/// The mean of calibration images, or where there are none `otherwise`, in all pixels.
template <class T>
std::vector<T> mean(pyronn::CalibrationImages const& calibration, std::size_t pixels,
                    double otherwise) {
  if (!calibration) return std::vector<T>(pixels, static_cast<T>(otherwise));
  auto const& images = *calibration.images;
  int const count = images.extents()[2];
  std::vector<T> result(pixels);
  if (count == 1) {
    images.read(images.whole(), result.data());
    return result;
  }
  std::vector<double> sums(pixels);
  std::vector<double> image(pixels);
  for (int i = 0; i < count; ++i) {
    images.read({i, 1, 0, images.extents()[1]}, image.data());
    std::transform(sums.begin(), sums.end(), image.begin(), sums.begin(), std::plus<>{});
  }
  std::transform(sums.begin(), sums.end(), result.begin(),
                 [count](double sum) { return static_cast<T>(sum / count); });
  return result;
}

template <class T>
Images<T> read_as(Scan const& scan) {
  auto const pixels = static_cast<std::size_t>(scan.detector_size().count());
  Images<T> images{std::vector<T>(pixels * static_cast<std::size_t>(scan.num_views())), {}, {}};
  scan.views->read(scan.views->whole(), images.projections.data());
  if (scan.measured == Measured::line_integrals) return images;
  images.dark = mean<T>(scan.darks, pixels, 0);
  images.flat = mean<T>(scan.flats, pixels, scan.full_intensity.value_or(1));
  return images;
}

void check_finite(Scan const& scan, std::vector<float> const& values) {
  auto const bad = std::find_if_not(values.begin(), values.end(),
                                    [](float value) { return std::isfinite(value); });
  if (bad == values.end()) return;
  auto const detector = scan.detector_size();
  auto const index = bad - values.begin();
  auto const in_view = index % detector.count();
  throw BadInput("projections: the line integral at [view " +
                 std::to_string(index / detector.count()) + ", row " +
                 std::to_string(in_view / detector[0]) + ", column " +
                 std::to_string(in_view % detector[0]) + "] is " + std::to_string(*bad));
}

}  // namespace

AnyImages read_images(Scan const& scan) {
  if (all_are<std::uint8_t>(scan)) return read_as<std::uint8_t>(scan);
  if (all_are<std::uint16_t>(scan)) return read_as<std::uint16_t>(scan);
  Images<float> images = read_as<float>(scan);
  if (scan.measured == Measured::line_integrals) check_finite(scan, images.projections);
  return images;
}

std::size_t bytes(AnyImages const& images) {
  return std::visit(
      [](auto const& typed) {
        using T = typename std::decay_t<decltype(typed.projections)>::value_type;
        return sizeof(T) * (typed.projections.size() + typed.dark.size() + typed.flat.size());
      },
      images);
}

}  // namespace example
