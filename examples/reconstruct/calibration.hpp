// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include <pyronn/backend/cpu/executor.hpp>
#include <pyronn/core/array_view.hpp>
#include <pyronn/scan/calibration_fields.hpp>
#include <pyronn/scan/scan.hpp>

namespace example {

/// What turns counts into transmissions, in pixels of the detector. Nothing where views hold line
/// integrals.
struct Calibration {
  pyronn::Extents<2> size{};  ///< columns, rows
  pyronn::CalibrationFields darks{};
  pyronn::CalibrationFields flats{};
  std::vector<std::uint8_t> bad_pixels{};  ///< pixel_defect of each pixel

  [[nodiscard]] bool is_empty() const { return flats.fields.empty(); }

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

/// Knows of no bad pixels. Throws FileError.
[[nodiscard]] Calibration read_calibration(pyronn::Scan const& scan, FieldsOfTimes use,
                                           pyronn::CpuExecutor const& executor);

}  // namespace example
