// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <type_traits>
#include <variant>
#include <vector>

#include "judgement.hpp"

namespace example {
namespace {

/// Replaces what is wrong in images by what is between good neighbours.
template <class T>
class Repair {
 public:
  Repair(pyronn::Scan const& scan, Judgement const& judgement, Images<T>& images)
      : size_{scan.detector_size()},
        views_{scan.num_views()},
        is_dead_{judgement.is_dead},
        images_{images} {}

  /// Returns how many dead pixels are left.
  std::int64_t operator()() {
    std::int64_t left = 0;
    for (int v = 0; v < size_[1]; ++v) {
      for (int u = 0; u < size_[0]; ++u) {
        std::size_t const pixel = index(u, v);
        bool const is_dead = is_dead_[pixel] != 0;
        auto const near = neighbours(u, v, [this](std::size_t other) { return is_good(other); });
        if (is_dead && near) calibrate(pixel, *near);
        if (is_dead && !near) ++left;
        for (int view = 0; view < views_; ++view) {
          if (is_dead ? near.has_value() : !std::isfinite(count(pixel, view))) mend(u, v, view);
        }
      }
    }
    return left;
  }

 private:
  static double count_of(std::vector<T> const& values, std::size_t index) {
    return static_cast<double>(values[index]);
  }

  /// Two pixels, and the weight of the first.
  struct Neighbours {
    std::size_t first;
    std::size_t second;
    double weight;
  };

  [[nodiscard]] std::size_t index(int u, int v) const {
    return static_cast<std::size_t>(std::int64_t{v} * size_[0] + u);
  }
  [[nodiscard]] bool is_good(std::size_t pixel) const { return is_dead_[pixel] == 0; }
  [[nodiscard]] std::size_t sample(std::size_t pixel, int view) const {
    return static_cast<std::size_t>(view) * static_cast<std::size_t>(size_.count()) + pixel;
  }
  [[nodiscard]] double count(std::size_t pixel, int view) const {
    return count_of(images_.projections, sample(pixel, view));
  }

  /// The nearest good pixels on both sides, or twice that on one; first in the row.
  template <class Good>
  [[nodiscard]] std::optional<Neighbours> neighbours(int u, int v, Good const& good) const {
    for (bool const in_row : {true, false}) {
      int const here = in_row ? u : v;
      int const end = in_row ? size_[0] : size_[1];
      auto const at = [&](int place) { return in_row ? index(place, v) : index(u, place); };
      int before = here - 1;
      int behind = here + 1;
      while (before >= 0 && !good(at(before))) --before;
      while (behind < end && !good(at(behind))) ++behind;
      if (before < 0 && behind == end) continue;
      if (before < 0) return Neighbours{at(behind), at(behind), 1};
      if (behind == end) return Neighbours{at(before), at(before), 1};
      double const weight = static_cast<double>(behind - here) / (behind - before);
      return Neighbours{at(before), at(behind), weight};
    }
    return std::nullopt;
  }

  static T rounded(double value) {
    if constexpr (std::is_integral_v<T>) {
      return static_cast<T>(
          std::lround(std::clamp(value, 0.0, static_cast<double>(std::numeric_limits<T>::max()))));
    } else {
      return static_cast<T>(value);
    }
  }

  void calibrate(std::size_t pixel, Neighbours const& near) {
    for (std::vector<T>* const field : {&images_.dark, &images_.flat}) {
      (*field)[pixel] = rounded(near.weight * count_of(*field, near.first) +
                                (1 - near.weight) * count_of(*field, near.second));
    }
  }

  void mend(int u, int v, int view) {
    auto const near = neighbours(u, v, [&](std::size_t other) {
      return is_good(other) && std::isfinite(count(other, view));
    });
    if (!near) return;
    auto const transmission = [&](std::size_t pixel) {
      double const dark = count_of(images_.dark, pixel);
      return (count(pixel, view) - dark) / (count_of(images_.flat, pixel) - dark);
    };
    double const between =
        near->weight * transmission(near->first) + (1 - near->weight) * transmission(near->second);
    std::size_t const pixel = index(u, v);
    double const dark = count_of(images_.dark, pixel);
    T const mended = rounded(dark + between * (count_of(images_.flat, pixel) - dark));
    if (is_good(pixel)) {
      mended_.push_back({sample(pixel, view), mended});
    } else {
      images_.projections[sample(pixel, view)] = mended;
    }
  }

 public:
  /// Writes what has been kept back, so that all stems from counts as they were measured.
  void finish() {
    for (auto const& [at, value] : mended_) images_.projections[at] = value;
  }

 private:
  struct Mended {
    std::size_t at;
    T value;
  };

  pyronn::Extents<2> size_;
  int views_;
  std::vector<std::uint8_t> const& is_dead_;
  Images<T>& images_;
  std::vector<Mended> mended_;
};

}  // namespace

std::int64_t repair(pyronn::Scan const& scan, Judgement const& judgement, AnyImages& images) {
  return std::visit(
      [&](auto& typed) {
        if (!typed.are_intensities()) return std::int64_t{0};
        Repair repair{scan, judgement, typed};
        std::int64_t const left = repair();
        repair.finish();
        return left;
      },
      images);
}

}  // namespace example
