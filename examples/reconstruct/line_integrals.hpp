// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>

#include <pyronn/core/array_view.hpp>
#include <pyronn/io/number_type.hpp>
#include <pyronn/recon/preprocess/corrections.hpp>

#include "backend.hpp"

namespace example {

/// Fields at a place, of the rows of a band.
template <class Place>
class FieldsAtPlace {
 public:
  FieldsAtPlace(Place& place, pyronn::CalibrationFields const& fields, std::size_t bytes)
      : fields_{fields} {
    for (std::size_t n = 0; n < fields.fields.size(); ++n) rooms_.emplace_back(place, bytes);
  }

  void load(Calibration const& calibration, pyronn::DetectorRows rows) {
    series_ = {};
    for (std::size_t n = 0; n < rooms_.size(); ++n) {
      auto const& field = fields_.fields[n];
      series_.fields.push_back(
          rooms_[n].load(calibration.rows_of(field.mean, rows.first, rows.count)));
      series_.times.push_back(field.time);
    }
  }

  [[nodiscard]] pyronn::FieldsInTime<float const> const& series() const { return series_; }

 private:
  pyronn::CalibrationFields const& fields_;
  std::deque<typename Place::Input> rooms_;
  pyronn::FieldsInTime<float const> series_;
};

/// Makes line integrals of counts at a place, band after band, and corrects them.
template <class Place>
class LineIntegrals {
  using Executor = decltype(Place::executor);
  using ConstLines = pyronn::ProjectionView<float const>;

 public:
  LineIntegrals(Place& place, Job const& job)
      : place_{place},
        job_{job},
        columns_{job.scan.detector_size()[0]},
        raw_{place, raw_bytes()},
        darks_{place, job.calibration.darks, pixels() * sizeof(float)},
        flats_{place, job.calibration.flats, pixels() * sizeof(float)},
        mask_{place, pixels()},
        corrector_{place.executor,
                   job.corrections,
                   {columns_, job.bands.most_rows(), job.bands.views_at_a_time}} {}

  /// What the most views take as they are read.
  [[nodiscard]] std::size_t raw_bytes() const {
    return pixels() * static_cast<std::size_t>(most_views()) *
           static_cast<std::size_t>(pyronn::bytes_of(job_.reader.type()));
  }

  /// From here on views are those of a band.
  void begin(Band const& band) {
    rows_ = band.rows.count;
    if (job_.calibration.is_empty()) return;
    darks_.load(job_.calibration, band.rows);
    flats_.load(job_.calibration, band.rows);
    auto const& bad = job_.calibration.bad_pixels;
    mask_view_ = mask_.load(job_.calibration.rows_of(bad, band.rows.first, rows_));
  }

  /// The line integrals of `views` views from `first` on, whose numbers are as ViewsReader reads
  /// them. Does not synchronise.
  ConstLines load(void const* raw, int first, int views) {
    pyronn::Extents<3> const extents{columns_, rows_, views};
    switch (job_.reader.type()) {
      case pyronn::NumberType::uint8:
        return from_counts(static_cast<std::uint8_t const*>(raw), first, extents);
      case pyronn::NumberType::uint16:
        return from_counts(static_cast<std::uint16_t const*>(raw), first, extents);
      default:
        return from_floats(static_cast<float const*>(raw), first, extents);
    }
  }

 private:
  [[nodiscard]] int most_views() const { return job_.bands.views_at_a_time; }
  [[nodiscard]] std::size_t pixels() const {
    return static_cast<std::size_t>(columns_) * static_cast<std::size_t>(job_.bands.most_rows());
  }

  template <class T>
  ConstLines from_counts(T const* raw, int first, pyronn::Extents<3> extents) {
    pyronn::CountsOfViews<T> views{raw_.load(pyronn::ProjectionView<T const>{raw, extents}),
                                   darks_.series(), flats_.series(), first,
                                   job_.least_transmission};
    if (job_.corrections.repairs_pixels) views.bad_pixels = mask_view_;
    return corrector_(views);
  }

  ConstLines from_floats(float const* raw, int first, pyronn::Extents<3> extents) {
    if (!job_.calibration.is_empty()) return from_counts(raw, first, extents);
    return corrector_(raw_.load(ConstLines{raw, extents}));
  }

  Place& place_;
  Job const& job_;
  int columns_;
  int rows_ = 0;
  typename Place::Input raw_;
  FieldsAtPlace<Place> darks_;
  FieldsAtPlace<Place> flats_;
  typename Place::Input mask_;
  pyronn::ArrayView<std::uint8_t const, 2> mask_view_{};
  pyronn::LineCorrector<Executor> corrector_;
};

}  // namespace example
