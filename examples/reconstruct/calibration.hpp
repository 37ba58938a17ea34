// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <pyronn/backend/cpu/executor.hpp>
#include <pyronn/core/array_view.hpp>
#include <pyronn/scan/scan.hpp>

namespace example {

/// Dark or flat fields, one for each time at which some were taken.
struct Fields {
  std::vector<std::vector<float>> means;
  std::vector<double> times;  ///< in views, increasing
  /// Of the first mean; empty where fewer than five images were taken then.
  std::vector<float> deviation;
};

/// What turns counts into transmissions, in pixels of the detector. Nothing where views hold line
/// integrals.
struct Calibration {
  pyronn::Extents<2> size{};  ///< columns, rows
  Fields darks{};
  Fields flats{};
  std::vector<std::uint8_t> bad_pixels{};  ///< pixel_defect of each pixel

  [[nodiscard]] bool is_empty() const { return flats.means.empty(); }

  /// Some rows of an array of pixels, which lie together.
  template <class T>
  [[nodiscard]] pyronn::ArrayView<T const, 2> rows_of(std::vector<T> const& pixels, int first_row,
                                                      int rows) const {
    return {pixels.data() + std::int64_t{first_row} * size[0], {size[0], rows}};
  }
  /// All of them.
  template <class T>
  [[nodiscard]] pyronn::ArrayView<T const, 2> all_of(std::vector<T> const& pixels) const {
    return {pixels.data(), size};
  }
};

/// How fields that were taken at several times are used.
enum class FieldsOfTimes {
  interpolated,  ///< each view has those of its time
  averaged       ///< all views have the mean
};

/// Without bad pixels. Throws FileError.
[[nodiscard]] Calibration read_calibration(pyronn::Scan const& scan, FieldsOfTimes use,
                                           pyronn::CpuExecutor const& executor);

}  // namespace example
