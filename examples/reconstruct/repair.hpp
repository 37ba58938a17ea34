// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include <pyronn/core/array_view.hpp>

#include "calibration.hpp"

namespace example {

/// Gives dead pixels the dark and the flat field between the nearest good pixels on both sides in
/// their row, else in their column. Returns how many have none.
std::int64_t repair_calibration(std::vector<std::uint8_t> const& is_dead, Calibration& calibration);

/// Gives dead pixels, and counts that are no numbers, the transmission between the same neighbours.
/// `counts` are views of the rows from `first_row` on, of std::uint8_t, std::uint16_t or float.
template <class T>
void repair_views(std::vector<std::uint8_t> const& is_dead, Calibration const& calibration,
                  int first_row, pyronn::ProjectionView<T> counts);

}  // namespace example
