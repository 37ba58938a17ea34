// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "images.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>

#include <pyronn/io/npy.hpp>

#include "bad_input.hpp"

namespace example {
namespace {

/// True if every image is stored as T, so that nothing need be converted.
template <class T>
bool all_are(Scan const& scan) {
  auto const is_stored_as_t = [](std::filesystem::path const& path) {
    return pyronn::read_npy_header(path).type == pyronn::detail::npy_type<T>();
  };
  if (scan.intensity_full && (*scan.intensity_full > std::numeric_limits<T>::max() ||
                              *scan.intensity_full != std::floor(*scan.intensity_full))) {
    return false;
  }
  return scan.are_intensities && is_stored_as_t(scan.projections) &&
         (!scan.dark || is_stored_as_t(*scan.dark)) && (!scan.flat || is_stored_as_t(*scan.flat));
}

/// The elements of a file whose header has been read before: it may be another file by now.
template <class T>
std::vector<T> read_array(char const* name, std::filesystem::path const& path,
                          std::vector<std::int64_t> const& shape) {
  auto array = pyronn::read_npy<T>(path);
  if (array.shape != shape) {
    throw BadInput(std::string{name} + ": " + path.string() +
                   ": was changed while it was read; its shape is " +
                   pyronn::detail::npy_shape_text(array.shape) + ", not " +
                   pyronn::detail::npy_shape_text(shape));
  }
  return std::move(array.data);
}

template <class T>
Images<T> read_as(Scan const& scan) {
  auto const detector = scan.geometry.detector_size();
  auto const pixels = static_cast<std::size_t>(detector.count());
  Images<T> images{read_array<T>("projections", scan.projections,
                                 {scan.geometry.num_views(), detector[1], detector[0]}),
                   {},
                   {}};
  if (!scan.are_intensities) return images;
  auto const calibration = [&](char const* name, auto const& path, double otherwise) {
    return path ? read_array<T>(name, *path, {detector[1], detector[0]})
                : std::vector<T>(pixels, static_cast<T>(otherwise));
  };
  images.dark = calibration("dark", scan.dark, 0);
  images.flat = calibration("flat", scan.flat, scan.intensity_full.value_or(0));
  return images;
}

void check_finite(Scan const& scan, std::vector<float> const& values) {
  auto const bad = std::find_if_not(values.begin(), values.end(),
                                    [](float value) { return std::isfinite(value); });
  if (bad == values.end()) return;
  auto const detector = scan.geometry.detector_size();
  auto const index = bad - values.begin();
  auto const in_view = index % detector.count();
  throw BadInput("projections: the line integral at [view " +
                 std::to_string(index / detector.count()) + ", row " +
                 std::to_string(in_view / detector[0]) + ", column " +
                 std::to_string(in_view % detector[0]) + "] of " + scan.projections.string() +
                 " is " + std::to_string(*bad));
}

}  // namespace

AnyImages read_images(Scan const& scan) {
  if (all_are<std::uint8_t>(scan)) return read_as<std::uint8_t>(scan);
  if (all_are<std::uint16_t>(scan)) return read_as<std::uint16_t>(scan);
  Images<float> images = read_as<float>(scan);
  if (!scan.are_intensities) check_finite(scan, images.projections);
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
