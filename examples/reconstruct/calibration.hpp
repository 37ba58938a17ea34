// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include <pyronn/core/array_view.hpp>
#include <pyronn/scan/scan.hpp>

namespace example {

/// What turns counts into transmissions: the means of darks and flats, one number a pixel of the
/// detector. Both are empty where views hold line integrals.
struct Calibration {
  pyronn::Extents<2> size;  ///< columns, rows
  std::vector<float> dark;
  std::vector<float> flat;

  [[nodiscard]] bool is_empty() const { return flat.empty(); }

  /// Of some rows of the detector, which lie together.
  [[nodiscard]] pyronn::ArrayView<float const, 2> dark_of(int first_row, int rows) const {
    return rows_of(dark, first_row, rows);
  }
  [[nodiscard]] pyronn::ArrayView<float const, 2> flat_of(int first_row, int rows) const {
    return rows_of(flat, first_row, rows);
  }

 private:
  [[nodiscard]] pyronn::ArrayView<float const, 2> rows_of(std::vector<float> const& field,
                                                          int first_row, int rows) const {
    return {field.data() + std::int64_t{first_row} * size[0], {size[0], rows}};
  }
};

/// Throws FileError.
[[nodiscard]] Calibration read_calibration(pyronn::Scan const& scan);

}  // namespace example
