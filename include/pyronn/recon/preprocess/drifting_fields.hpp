// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Line integrals with dark and flat fields that drift during a scan.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/config.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/kernel.hpp>
#include <pyronn/recon/preprocess/line_integrals.hpp>
#include <pyronn/recon/preprocess/missing_samples.hpp>

namespace pyronn {

/// Dark or flat fields (u, v) that were measured at some times of a scan. In between they are
/// interpolated linearly; before the first and behind the last they are those. Times count views:
/// at time n, n views had been taken. The fields' memory must live until work with them is done.
template <class T>
struct FieldsInTime {
  std::vector<ArrayView<T, 2>> fields;  ///< at least one, all of one size
  std::vector<double> times;            ///< one a field, increasing

  /// A field that is the same in all views.
  static FieldsInTime constant(ArrayView<T, 2> field) { return {{field}, {0}}; }
};

namespace detail {

/// One field, or what lies linearly between two.
template <class T>
struct FieldInTime {
  ArrayView<T, 2> before;
  ArrayView<T, 2> after;
  float weight;           ///< of `after` in the first view of a call
  float weight_per_view;  ///< what it grows by

  PYRONN_HOST_DEVICE float operator()(std::int64_t pixel, int view) const {
    auto const value = static_cast<float>(before.data[pixel]);
    if (weight_per_view == 0.0F) return value;
    float const part = weight + weight_per_view * static_cast<float>(view);
    return value +
           pyronn::clamp(part, 0.0F, 1.0F) * (static_cast<float>(after.data[pixel]) - value);
  }
};

/// The field in a view, and the first view behind it that has other ones to its sides.
template <class T>
struct FieldFromView {
  FieldInTime<T> field;
  double end;
};

/// In the middle of the exposures of views from `view` on.
template <class T>
FieldFromView<T> field_from(FieldsInTime<T> const& series, int view) {
  std::size_t after = 0;
  while (after < series.times.size() && series.times[after] <= view) ++after;
  double const end = after < series.times.size() ? series.times[after] : 1e18;
  if (after == 0 || after == series.times.size()) {
    auto const& field = series.fields[after == 0 ? 0 : after - 1];
    return {{field, field, 0, 0}, end};
  }
  double const first = series.times[after - 1];
  double const per_view = 1 / (end - first);
  return {{series.fields[after - 1], series.fields[after],
           static_cast<float>((view + 0.5 - first) * per_view), static_cast<float>(per_view)},
          end};
}

/// -log((raw - dark) / (flat - dark)) of one pixel; no number where a count is none.
template <class Raw, class Dark, class Flat>
struct LineIntegralsInTime {
  using Block = BlockShape<128, 1, 1>;

  ProjectionView<Raw> raw;
  FieldInTime<Dark> dark;
  FieldInTime<Flat> flat;
  ProjectionView<float> line_integrals;
  float floor;

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> pixel) const {
    std::int64_t const on_detector =
        static_cast<std::int64_t>(pixel[1]) * raw.extents[0] + pixel[0];
    float const offset = dark(on_detector, pixel[2]);
    float const signal = static_cast<float>(raw(pixel[0], pixel[1], pixel[2])) - offset;
    float const full = flat(on_detector, pixel[2]) - offset;
    bool const is_number = signal - signal == 0.0F;
    float const line = line_integral(signal, full, floor);
    line_integrals(pixel[0], pixel[1], pixel[2]) = is_number ? line : not_a_sample;
  }
};

template <class Executor, class T>
void check_fields(Executor const& executor, char const* name, FieldsInTime<T> const& series,
                  Extents<3> raw) {
  Extents<2> const detector{raw[0], raw[1]};
  expects(!series.fields.empty() && series.fields.size() == series.times.size(), name, ": ",
          series.fields.size(), " fields with ", series.times.size(),
          " times; give one or more, each with its time");
  for (std::size_t n = 0; n < series.fields.size(); ++n) {
    expects(series.fields[n].extents == detector, name, ": field ", n, " of ",
            series.fields[n].extents, " must have the detector's extents (u, v) ", detector);
    expects(std::isfinite(series.times[n]) && (n == 0 || series.times[n - 1] < series.times[n]),
            name, ": time ", n, ", ", series.times[n],
            ", must be finite and above the one before [views]");
    executor.check_reachable(series.fields[n].data, name);
  }
}

}  // namespace detail

/// Line integrals as of the function for one dark and one flat field, but with fields of the time
/// at which each view was taken: `first_view` is the number in the scan of the first view in `raw`,
/// as times count them. Counts that are not finite become NaN, for interpolate_missing of
/// missing_samples.hpp. Does not synchronise. `raw` and `line_integrals` may be the same memory
/// where both hold float. Throws InvalidArgument for sizes that differ, times that do not increase,
/// a negative first view and a floor outside [1e-37, 1).
template <class Executor, class Raw, class Dark, class Flat>
void line_integrals(Executor const& executor, ProjectionView<Raw> raw,
                    FieldsInTime<Dark> const& dark, FieldsInTime<Flat> const& flat, int first_view,
                    ProjectionView<float> line_integrals, double floor = 1e-6) {
  detail::expects(line_integrals.extents == raw.extents, "line_integrals: the output's extents ",
                  line_integrals.extents, " must be the input's, ", raw.extents);
  detail::expects(first_view >= 0, "line_integrals: first_view ", first_view,
                  " must be at least 0");
  detail::check_floor("line_integrals: floor", floor);
  detail::check_fields(executor, "line_integrals: dark", dark, raw.extents);
  detail::check_fields(executor, "line_integrals: flat", flat, raw.extents);
  if (raw.count() == 0) return;
  executor.check_reachable(raw.data, "line_integrals: raw");
  executor.check_reachable(line_integrals.data, "line_integrals: output");
  for (int first = 0; first < raw.extents[2];) {
    auto const dark_here = detail::field_from(dark, first_view + first);
    auto const flat_here = detail::field_from(flat, first_view + first);
    double const end = std::min(std::ceil(std::min(dark_here.end, flat_here.end)) - first_view,
                                static_cast<double>(raw.extents[2]));
    int const count = static_cast<int>(end) - first;
    auto const some = raw.slices(first, count);
    executor.for_each(some.extents, detail::LineIntegralsInTime<Raw const, Dark const, Flat const>{
                                        some,
                                        {dark_here.field.before, dark_here.field.after,
                                         dark_here.field.weight, dark_here.field.weight_per_view},
                                        {flat_here.field.before, flat_here.field.after,
                                         flat_here.field.weight, flat_here.field.weight_per_view},
                                        line_integrals.slices(first, count),
                                        static_cast<float>(floor)});
    first += count;
  }
}

}  // namespace pyronn
