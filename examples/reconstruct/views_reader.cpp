// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "views_reader.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <future>
#include <type_traits>

#include <pyronn/core/error.hpp>

#include "bad_input.hpp"
#include "number_text.hpp"

namespace example {
namespace {

using pyronn::ImagePart;
using pyronn::NumberType;

NumberType type_read(pyronn::Scan const& scan) {
  NumberType const stored = scan.views->type();
  bool const is_short = stored == NumberType::uint8 || stored == NumberType::uint16;
  bool const are_counts = scan.measured != pyronn::Measured::line_integrals;
  return is_short && are_counts ? stored : NumberType::float32;
}

/// Calls `use` with numbers of the type that is read.
template <class Use>
void with_type(NumberType type, void* numbers, Use const& use) {
  if (type == NumberType::uint8) return use(static_cast<std::uint8_t*>(numbers));
  if (type == NumberType::uint16) return use(static_cast<std::uint16_t*>(numbers));
  use(static_cast<float*>(numbers));
}

std::int64_t image_count(pyronn::Scan const& scan, ImagePart const& part) {
  return std::int64_t{scan.detector_size()[0]} * part.rows;
}

}  // namespace

ViewsReader::ViewsReader(pyronn::Scan const& scan, Calibration const& calibration,
                         double least_transmission, int threads)
    : scan_{scan},
      calibration_{calibration},
      least_transmission_{least_transmission},
      threads_{threads},
      type_{type_read(scan)} {}

void ViewsReader::read(ImagePart const& part, void* out) {
  with_type(type_, out, [&](auto* numbers) {
    int const pieces = std::clamp(threads_, 1, std::max(1, part.images));
    std::vector<std::future<void>> others;
    for (int piece = 0; piece < pieces; ++piece) {
      int const first = static_cast<int>(std::int64_t{part.images} * piece / pieces);
      int const end = static_cast<int>(std::int64_t{part.images} * (piece + 1) / pieces);
      ImagePart const images{part.first_image + first, end - first, part.first_row, part.rows};
      auto* const place = numbers + first * image_count(scan_, part);
      auto const how = piece + 1 < pieces ? std::launch::async : std::launch::deferred;
      others.push_back(std::async(how, [this, images, place] { read_piece(images, place); }));
    }
    try {
      for (auto& other : others) other.get();
    } catch (pyronn::FileError const& error) {  // and not one of what is written
      throw BadInput(error.what());
    }
  });
}

template <class T>
void ViewsReader::read_piece(ImagePart const& part, T* out) {
  scan_.views->read(part, out);
  if (calibration_.is_empty()) {
    if constexpr (std::is_same_v<T, float>) check_finite(part, out);
    return;
  }
  count_faults(part, out);
}

template <class T>
void ViewsReader::count_faults(ImagePart const& part, T const* counts) {
  auto const rows = [&](auto const& all) {
    return calibration_.rows_of(all, part.first_row, part.rows);
  };
  auto const dark = rows(calibration_.darks.fields.front().mean);
  auto const flat = rows(calibration_.flats.fields.front().mean);
  auto const bad = rows(calibration_.bad_pixels);
  auto const pixels = static_cast<std::size_t>(dark.count());
  std::vector<float> least(pixels);
  for (std::size_t p = 0; p < pixels; ++p) {
    float const light = flat.data[p] - dark.data[p];
    least[p] = dark.data[p] + static_cast<float>(least_transmission_) * light;
  }
  std::int64_t cut = 0;
  std::int64_t not_finite = 0;
  for (int view = 0; view < part.images; ++view, counts += pixels) {
    for (std::size_t p = 0; p < pixels; ++p) {
      auto const count = static_cast<float>(counts[p]);
      bool const is_finite = std::isfinite(count);
      bool const is_live = bad.data[p] == 0;
      not_finite += is_live && !is_finite ? 1 : 0;
      cut += is_live && is_finite && !(count > least[p]) ? 1 : 0;
    }
  }
  cut_ += cut;
  not_finite_ += not_finite;
}

void ViewsReader::check_finite(ImagePart const& part, float const* lines) const {
  std::int64_t const image = image_count(scan_, part);
  float const* const end = lines + image * part.images;
  float const* const bad =
      std::find_if_not(lines, end, [](float value) { return std::isfinite(value); });
  if (bad == end) return;
  std::int64_t const index = bad - lines;
  int const columns = scan_.detector_size()[0];
  throw pyronn::InvalidArgument(
      "the line integral at [view " + std::to_string(part.first_image + index / image) + ", row " +
      std::to_string(part.first_row + index % image / columns) + ", column " +
      std::to_string(index % columns) + "] is " + number_text(static_cast<double>(*bad)));
}

std::vector<std::string> ViewsReader::warnings() const {
  std::vector<std::string> result;
  if (not_finite_ > 0) {
    result.push_back(std::to_string(not_finite_) +
                     " counts are no finite numbers, and were interpolated");
  }
  if (cut_ > 0) {
    result.push_back(std::to_string(cut_) + " line integrals above " +
                     number_text(-std::log(least_transmission_)) +
                     " are cut; see --least-transmission");
  }
  return result;
}

}  // namespace example
