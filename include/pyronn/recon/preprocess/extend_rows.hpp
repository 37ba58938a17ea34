// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Rows of a detector that the object reaches beyond, continued to where it ends: else the ramp
/// filter sees a step at the detector's edge, and the reconstruction rises towards it.
///
/// J. Hsieh et al., "A novel reconstruction algorithm to extend the CT scan field-of-view", Med.
/// Phys. 31 (2004), continue each row by that of a cylinder of water. Here it is an ellipse of any
/// attenuation m: with semi-axes a and b its parallel projection is p(s) = 2 m a b sqrt(r^2 - s^2)
/// / r^2, so that p^2 is a parabola. That beyond an edge has the value and the slope of p^2 there
/// and the curvature of the whole row; none rises outwards, as rows that do, behind bone, soon
/// fall. Where the extension ends before the parabola does, it falls off as a squared cosine over
/// its outer half (B. Ohnesorge et al., Med. Phys. 27, 2000, for other continuations).
#include <cmath>
#include <cstdint>
#include <limits>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/config.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/exec/kernel.hpp>

namespace pyronn {

namespace detail {

/// A parabola in columns beyond an edge: the square of a continued row.
struct SquaredRow {
  double value;
  double slope;  ///< outwards
  double curvature;

  PYRONN_HOST_DEVICE double operator()(int beyond) const {
    return value + beyond * (slope + beyond * curvature);
  }
};

/// One row as the continuation of its ends sees it.
struct RowToExtend {
  static constexpr int most_samples = 256;

  float const* lines;
  int columns;

  PYRONN_HOST_DEVICE double square(int column) const {
    double const line = static_cast<double>(pyronn::max(lines[column], 0.0F));
    return line * line;
  }

  /// Of the parabola of least squares through samples of the whole row, which on a grid that is
  /// symmetric about its middle does not depend on the other coefficients; not positive.
  PYRONN_HOST_DEVICE double curvature() const {
    int const samples = pyronn::min(columns, most_samples);
    double const step = samples > 1 ? (columns - 1.0) / (samples - 1) : 0.0;
    double const mean = step * step * (static_cast<double>(samples) * samples - 1) / 12;
    double products = 0;
    double squares = 0;
    for (int i = 0; i < samples; ++i) {
      double const place = (i - 0.5 * (samples - 1)) * step;
      double const bent = place * place - mean;
      products += bent * square(static_cast<int>(i * step + 0.5));
      squares += bent * bent;
    }
    return squares > 0 ? pyronn::min(products / squares, 0.0) : 0.0;
  }

  /// At the last column, or for `inwards` = 1 at the first one: a line of least squares through
  /// what the curvature leaves of the last columns.
  PYRONN_HOST_DEVICE SquaredRow at_edge(int edge, int inwards, double curvature) const {
    int const count = pyronn::min(pyronn::clamp(columns / 40, 5, 64), columns);
    double const middle = -0.5 * (count - 1);
    double sum = 0;
    double products = 0;
    for (int i = 0; i < count; ++i) {
      double const rest = square(edge + i * inwards) - curvature * i * i;
      sum += rest;
      products += (-i - middle) * rest;
    }
    double const squares = count * (static_cast<double>(count) * count - 1) / 12;
    double const slope = squares > 0 ? products / squares : 0.0;
    return {sum / count - slope * middle, pyronn::min(slope, 0.0), curvature};
  }
};

/// Writes what lies beyond one end of a row; an item is a row, counted over all views, and an end.
struct ExtendRowEnds {
  using Block = BlockShape<64, 1, 1>;

  ProjectionView<float const> lines;
  ProjectionView<float> extended;
  int columns_before;

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> item) const {
    bool const is_before = item[1] == 0;
    int const columns = lines.extents[0];
    int const count = is_before ? columns_before : extended.extents[0] - columns_before - columns;
    if (count == 0) return;
    std::int64_t const number = item[0];
    RowToExtend const row{lines.data + number * columns, columns};
    double const curvature = row.curvature();
    SquaredRow const squared =
        is_before ? row.at_edge(0, 1, curvature) : row.at_edge(columns - 1, -1, curvature);
    float* out = extended.data + number * extended.extents[0] +
                 (is_before ? columns_before - 1 : columns_before + columns);
    bool is_within = true;
    for (int i = 1; i <= count; ++i) {
      double const square = squared(i);
      is_within = is_within && square > 0;
      *out = is_within ? static_cast<float>(std::sqrt(square)) * roll_off(i, count) : 0.0F;
      out += is_before ? -1 : 1;
    }
  }

 private:
  /// 1 over the inner half, and the square of a cosine over the outer one.
  PYRONN_HOST_DEVICE static float roll_off(int i, int count) {
    float const part = static_cast<float>(i) / static_cast<float>(count + 1);
    if (part < 0.5F) return 1.0F;
    float const cosine = cos_pi(part - 0.5F);
    return cosine * cosine;
  }
};

/// Copies what was measured; an item is a pixel.
struct CopyIntoExtended {
  using Block = BlockShape<128, 1, 1>;

  ProjectionView<float const> lines;
  ProjectionView<float> extended;
  int columns_before;

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> item) const {
    extended(item[0] + columns_before, item[1], item[2]) = lines(item[0], item[1], item[2]);
  }
};

}  // namespace detail

/// How many columns rows get on either side.
struct RowExtension {
  int before = 0;  ///< the first column
  int after = 0;   ///< the last column

  /// As many columns as let objects of up to twice the detector's width end: half of it on either
  /// side.
  static RowExtension of(int columns) { return {(columns + 1) / 2, (columns + 1) / 2}; }
};

/// Writes line integrals (u, v, view) into rows that are wider by `extension`, and continues them
/// there, smoothly, to where an ellipse ends that has the row's curvature and at its edges the
/// row's value and slope. Rows that end in 0 are continued by 0, and change nothing. Geometry:
/// columns_of(geometry, -extension.before, columns of `extended`). A detector that is offset to see
/// one side of a full turn gets columns on that side alone, as what is continued on the other one
/// is measured by opposite rays. Does not synchronise; input and output must not overlap. Throws
/// InvalidArgument for extents that do not fit, and an extension that is negative.
template <class Executor>
void extend_rows(Executor const& executor, ProjectionView<float const> lines,
                 ProjectionView<float> extended, RowExtension const& extension) {
  detail::expects(extension.before >= 0 && extension.after >= 0, "extend_rows: an extension by ",
                  extension.before, " columns before and ", extension.after,
                  " after must not be negative");
  std::int64_t const columns = std::int64_t{lines.extents[0]} + extension.before + extension.after;
  detail::expects(lines.extents[0] >= 1 && extended.extents[0] == columns &&
                      extended.extents[1] == lines.extents[1] &&
                      extended.extents[2] == lines.extents[2],
                  "extend_rows: lines of ", lines.extents, " extended by ", extension.before,
                  " columns before and ", extension.after, " after are not ", extended.extents);
  std::int64_t const rows = std::int64_t{lines.extents[1]} * lines.extents[2];
  detail::expects(rows <= std::numeric_limits<int>::max(), "extend_rows: ", rows,
                  " rows in one call are more than 2^31 - 1");
  executor.check_reachable(lines.data, "extend_rows: lines");
  executor.check_reachable(extended.data, "extend_rows: extended");
  executor.for_each(lines.extents, detail::CopyIntoExtended{lines, extended, extension.before});
  executor.for_each({static_cast<int>(rows), 2, 1},
                    detail::ExtendRowEnds{lines, extended, extension.before});
}

}  // namespace pyronn
