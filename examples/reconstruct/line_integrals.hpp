// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include <pyronn/core/array_view.hpp>
#include <pyronn/exec/buffer.hpp>
#include <pyronn/io/number_type.hpp>
#include <pyronn/recon/preprocess/line_integrals.hpp>

#include "backend.hpp"

namespace example {

/// Makes line integrals of counts at a place, band after band.
template <class Place>
class LineIntegrals {
  using Executor = decltype(Place::executor);

 public:
  LineIntegrals(Place& place, Job const& job)
      : place_{place},
        job_{job},
        columns_{job.scan.detector_size()[0]},
        raw_{place, raw_bytes()},
        dark_{place, field_bytes()},
        flat_{place, field_bytes()} {
    if (job.calibration.is_empty()) return;
    lines_.emplace(place.executor, pixels() * static_cast<std::size_t>(most_views()));
  }

  /// What the most views take as they are read.
  [[nodiscard]] std::size_t raw_bytes() const {
    return pixels() * static_cast<std::size_t>(most_views()) *
           static_cast<std::size_t>(pyronn::bytes_of(job_.reader.type()));
  }

  /// From here on views are those of a band.
  void begin(Band const& band) {
    rows_ = band.rows.count;
    if (job_.calibration.is_empty()) return;
    dark_view_ = dark_.load(job_.calibration.dark_of(band.rows.first, rows_));
    flat_view_ = flat_.load(job_.calibration.flat_of(band.rows.first, rows_));
  }

  /// The line integrals of `views` views, whose numbers are as ViewsReader reads them. Does not
  /// synchronise.
  pyronn::ProjectionView<float const> load(void const* raw, int views) {
    pyronn::Extents<3> const extents{columns_, rows_, views};
    switch (job_.reader.type()) {
      case pyronn::NumberType::uint8:
        return from_counts(static_cast<std::uint8_t const*>(raw), extents);
      case pyronn::NumberType::uint16:
        return from_counts(static_cast<std::uint16_t const*>(raw), extents);
      default:
        break;
    }
    auto const* const numbers = static_cast<float const*>(raw);
    if (lines_) return from_counts(numbers, extents);
    return loaded(numbers, extents);
  }

 private:
  [[nodiscard]] int most_views() const { return job_.bands.views_at_a_time; }
  [[nodiscard]] std::size_t pixels() const {
    return static_cast<std::size_t>(columns_) * static_cast<std::size_t>(job_.bands.most_rows());
  }

  [[nodiscard]] std::size_t field_bytes() const {
    return job_.calibration.is_empty() ? 0 : pixels() * sizeof(float);
  }

  template <class T>
  pyronn::ProjectionView<T const> loaded(T const* raw, pyronn::Extents<3> extents) {
    return raw_.load(pyronn::ProjectionView<T const>{raw, extents});
  }

  template <class T>
  pyronn::ProjectionView<float const> from_counts(T const* raw, pyronn::Extents<3> extents) {
    auto const counts = loaded(raw, extents);
    auto const lines = lines_->view(extents);
    pyronn::line_integrals(place_.executor, counts, dark_view_, flat_view_, lines,
                           job_.least_transmission);
    return lines;
  }

  Place& place_;
  Job const& job_;
  int columns_;
  int rows_ = 0;
  typename Place::Input raw_;
  typename Place::Input dark_;
  typename Place::Input flat_;
  pyronn::ArrayView<float const, 2> dark_view_{};
  pyronn::ArrayView<float const, 2> flat_view_{};
  std::optional<pyronn::Buffer<float, Executor>> lines_;
};

}  // namespace example
