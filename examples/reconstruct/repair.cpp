// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "repair.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <type_traits>

namespace example {
namespace {

/// Two pixels, and the weight of the first.
struct Neighbours {
  std::int64_t first;
  std::int64_t second;
  double weight;

  template <class ValueOf>
  [[nodiscard]] double between(ValueOf const& value_of) const {
    return weight * value_of(first) + (1 - weight) * value_of(second);
  }
};

/// The nearest good pixels on both sides, or twice that on one; first in the row.
template <class IsGood>
std::optional<Neighbours> neighbours(pyronn::Extents<2> size, int u, int v, IsGood const& is_good) {
  for (bool const in_row : {true, false}) {
    int const here = in_row ? u : v;
    int const end = in_row ? size[0] : size[1];
    auto const at = [&](int place) {
      return in_row ? std::int64_t{v} * size[0] + place : std::int64_t{place} * size[0] + u;
    };
    int before = here - 1;
    int behind = here + 1;
    while (before >= 0 && !is_good(at(before))) --before;
    while (behind < end && !is_good(at(behind))) ++behind;
    if (before < 0 && behind == end) continue;
    if (before < 0) return Neighbours{at(behind), at(behind), 1};
    if (behind == end) return Neighbours{at(before), at(before), 1};
    double const weight = static_cast<double>(behind - here) / (behind - before);
    return Neighbours{at(before), at(behind), weight};
  }
  return std::nullopt;
}

template <class T>
T rounded(double value) {
  if constexpr (std::is_integral_v<T>) {
    return static_cast<T>(
        std::lround(std::clamp(value, 0.0, static_cast<double>(std::numeric_limits<T>::max()))));
  } else {
    return static_cast<T>(value);
  }
}

/// Mends one view after another, all from counts as they were measured.
template <class T>
class ViewRepair {
 public:
  ViewRepair(std::uint8_t const* is_dead, pyronn::ArrayView<float const, 2> dark,
             pyronn::ArrayView<float const, 2> flat, T* counts)
      : is_dead_{is_dead}, dark_{dark}, flat_{flat}, counts_{counts} {}

  void operator()() {
    auto const size = dark_.extents;
    for (int v = 0; v < size[1]; ++v) {
      for (int u = 0; u < size[0]; ++u) {
        if (!is_good(std::int64_t{v} * size[0] + u)) mend(u, v);
      }
    }
    for (auto const& [at, value] : mended_) counts_[at] = value;
  }

 private:
  [[nodiscard]] double count(std::int64_t pixel) const {
    return static_cast<double>(counts_[pixel]);
  }
  [[nodiscard]] bool is_good(std::int64_t pixel) const {
    return is_dead_[pixel] == 0 && std::isfinite(count(pixel));
  }

  void mend(int u, int v) {
    auto const near =
        neighbours(dark_.extents, u, v, [this](std::int64_t pixel) { return is_good(pixel); });
    if (!near) return;
    auto const dark = [this](std::int64_t pixel) { return static_cast<double>(dark_.data[pixel]); };
    auto const full = [&](std::int64_t pixel) {
      return static_cast<double>(flat_.data[pixel]) - dark(pixel);
    };
    double const transmission = near->between(
        [&](std::int64_t pixel) { return (count(pixel) - dark(pixel)) / full(pixel); });
    std::int64_t const pixel = std::int64_t{v} * dark_.extents[0] + u;
    mended_.push_back({pixel, rounded<T>(dark(pixel) + transmission * full(pixel))});
  }

  struct Mended {
    std::int64_t at;
    T value;
  };

  std::uint8_t const* is_dead_;
  pyronn::ArrayView<float const, 2> dark_;
  pyronn::ArrayView<float const, 2> flat_;
  T* counts_;
  std::vector<Mended> mended_;
};

}  // namespace

std::int64_t repair_calibration(std::vector<std::uint8_t> const& is_dead,
                                Calibration& calibration) {
  auto const size = calibration.size;
  std::int64_t left = 0;
  for (int v = 0; v < size[1]; ++v) {
    for (int u = 0; u < size[0]; ++u) {
      auto const pixel = static_cast<std::size_t>(std::int64_t{v} * size[0] + u);
      if (is_dead[pixel] == 0) continue;
      auto const near = neighbours(size, u, v, [&](std::int64_t other) {
        return is_dead[static_cast<std::size_t>(other)] == 0;
      });
      if (!near) ++left;
      if (!near) continue;
      for (std::vector<float>* const field : {&calibration.dark, &calibration.flat}) {
        (*field)[pixel] = static_cast<float>(near->between([&](std::int64_t other) {
          return static_cast<double>((*field)[static_cast<std::size_t>(other)]);
        }));
      }
    }
  }
  return left;
}

template <class T>
void repair_views(std::vector<std::uint8_t> const& is_dead, Calibration const& calibration,
                  int first_row, pyronn::ProjectionView<T> counts) {
  int const rows = counts.extents[1];
  auto const first = static_cast<std::size_t>(std::int64_t{first_row} * calibration.size[0]);
  for (int view = 0; view < counts.extents[2]; ++view) {
    ViewRepair<T>{is_dead.data() + first, calibration.dark_of(first_row, rows),
                  calibration.flat_of(first_row, rows),
                  counts.data + view * counts.slice_count()}();
  }
}

template void repair_views(std::vector<std::uint8_t> const&, Calibration const&, int,
                           pyronn::ProjectionView<std::uint8_t>);
template void repair_views(std::vector<std::uint8_t> const&, Calibration const&, int,
                           pyronn::ProjectionView<std::uint16_t>);
template void repair_views(std::vector<std::uint8_t> const&, Calibration const&, int,
                           pyronn::ProjectionView<float>);

}  // namespace example
