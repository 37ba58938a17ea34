// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Corrections: all that is put right between a detector's counts and rows that are filtered, in an
/// order in which none spoils what another one needs.
#include <cstddef>
#include <cstdint>
#include <optional>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/exec/buffer.hpp>
#include <pyronn/exec/vector_operations.hpp>
#include <pyronn/recon/preprocess/drifting_fields.hpp>
#include <pyronn/recon/preprocess/extend_rows.hpp>
#include <pyronn/recon/preprocess/hardening_polynomial.hpp>
#include <pyronn/recon/preprocess/missing_samples.hpp>
#include <pyronn/recon/preprocess/stripes.hpp>
#include <pyronn/recon/preprocess/zingers.hpp>

namespace pyronn {

/// What is corrected, and how strongly; what is not named is not. LineCorrector says in which
/// order.
struct Corrections {
  std::optional<ZingerOptions> zingers{};          ///< single bright samples
  std::optional<StripeOptions> stripes{};          ///< of pixels with an own gain: rings
  std::optional<HardeningPolynomial> hardening{};  ///< of the beam by what it passes
  std::optional<RowExtension> extension{};         ///< of rows that do not see all of the object

  /// Whether line integrals become others, in as many columns.
  [[nodiscard]] bool change_lines() const { return zingers || stripes || hardening; }

  /// Whether some look at all views of a row at once.
  [[nodiscard]] bool want_all_views() const { return zingers || stripes; }

  /// Columns of the rows that come out, of so many that are measured.
  [[nodiscard]] int columns(int measured) const {
    return extension ? measured + extension->before + extension->after : measured;
  }
};

/// Counts of some views and some rows, and what makes line integrals of them: fields and mask are
/// of the same rows.
template <class T>
struct CountsOfViews {
  ProjectionView<T const> counts;                 ///< (u, v, view)
  FieldsInTime<float const> dark;                 ///< without light
  FieldsInTime<float const> flat;                 ///< without an object
  int first_view = 0;                             ///< the number in the scan of the first one
  double floor = 1e-6;                            ///< the transmission below which lines are cut
  ArrayView<std::uint8_t const, 2> bad_pixels{};  ///< not 0 where one is bad; null: all are good
};

/// Makes line integrals of counts and corrects them, in this order:
///
/// 1. counts, dark and flat fields become line integrals, as in line_integrals;
/// 2. bad pixels and counts that are no numbers are interpolated: all that follows looks at
///    neighbours, which one of them would spoil;
/// 3. zingers are replaced: they are told from the views before and behind, but to what finds
///    stripes a bright one is a part of its column;
/// 4. stripes are subtracted: what a pixel's gain is wrong by is the same number in the line
///    integrals of all views, until a polynomial bends it;
/// 5. the polynomial of beam hardening is applied: it is of measured line integrals, none of which
///    was made up yet;
/// 6. rows are extended, from the values that are going to be filtered.
///
/// Hounsfield units come behind, as they are of volumes. Any views and any bands of rows may come
/// in any order, but where Corrections::want_all_views all views of a band at once; zingers of its
/// first and last row are told without the rows beyond. The object holds memory of the executor for
/// what it hands out; a call overwrites what the one before returned.
template <class Executor>
class LineCorrector {
 public:
  /// For as many columns, rows and views as a call has at most. Memory is taken when it is first
  /// needed. Throws InvalidArgument for an extent below 0 and a negative extension.
  LineCorrector(Executor const& executor, Corrections const& corrections, Extents<3> most)
      : executor_{executor}, corrections_{corrections}, most_{most} {
    detail::expects(most[0] >= 0 && most[1] >= 0 && most[2] >= 0, "LineCorrector: extents ", most,
                    " must not be negative");
    if (auto const& extension = corrections.extension) {
      detail::expects(extension->before >= 0 && extension->after >= 0,
                      "LineCorrector: an extension by ", extension->before, " and ",
                      extension->after, " columns must not be negative");
    }
  }

  /// The most that it takes of the executor's memory: for line integrals, once more for zingers,
  /// for extended rows, and what a StripeFinder takes while stripes are looked for.
  [[nodiscard]] static std::size_t memory_bytes(Corrections const& corrections, Extents<3> most) {
    auto const rows = static_cast<std::size_t>(most[1]) * static_cast<std::size_t>(most[2]);
    auto const wide = static_cast<std::size_t>(corrections.columns(most[0]));
    std::size_t const lines = rows * static_cast<std::size_t>(most[0]);
    std::size_t floats = lines;
    if (corrections.zingers) floats += lines;
    if (corrections.stripes) {
      floats += StripeFinder<Executor>::memory_bytes({most[0], most[1]}) / sizeof(float);
    }
    if (corrections.extension) floats += rows * wide;
    return floats * sizeof(float);
  }

  /// The line integrals of counts of float, std::uint8_t or std::uint16_t, corrected. Does not
  /// synchronise. Throws InvalidArgument for more views, rows or columns than were named, and where
  /// line_integrals, mark_missing or one of the corrections does, and OutOfMemory.
  template <class T>
  [[nodiscard]] ProjectionView<float const> operator()(CountsOfViews<T> const& views) {
    auto const lines = room(lines_, views.counts.extents);
    line_integrals(executor_, views.counts, views.dark, views.flat, views.first_view, lines,
                   views.floor);
    if (views.bad_pixels.data != nullptr) mark_missing(executor_, views.bad_pixels, lines);
    interpolate_missing(executor_, lines);
    return corrected(lines);
  }

  /// The same of line integrals, which are finite and are not written to. Where nothing is
  /// corrected they are returned.
  [[nodiscard]] ProjectionView<float const> operator()(ProjectionView<float const> lines) {
    check(lines.extents);
    if (!corrections_.change_lines()) return extended(lines);
    auto const copied = room(lines_, lines.extents);
    copy(executor_, lines, copied);
    return corrected(copied);
  }

 private:
  using Room = std::optional<Buffer<float, Executor>>;

  void check(Extents<3> extents) const {
    for (int axis = 0; axis < 3; ++axis) {
      detail::expects(extents[axis] <= most_[axis], "LineCorrector: views of ", extents,
                      " are more than the ", most_, " that were named");
    }
  }

  /// Enough for the most, of which `extents` are used.
  ProjectionView<float> room(Room& held, Extents<3> extents) {
    check(extents);
    return held_view(held, extents, most_);
  }
  ProjectionView<float> held_view(Room& held, Extents<3> extents, Extents<3> most) {
    if (!held) held.emplace(executor_, static_cast<std::size_t>(most.count()));
    return held->view(extents);
  }

  ProjectionView<float const> corrected(ProjectionView<float> lines) {
    if (corrections_.zingers) {
      auto const cleaned = room(cleaned_, lines.extents);
      remove_zingers(executor_, ProjectionView<float const>{lines.data, lines.extents}, cleaned,
                     *corrections_.zingers);
      lines = cleaned;
    }
    if (corrections_.stripes) remove_stripes(executor_, lines, *corrections_.stripes);
    if (corrections_.hardening) apply_polynomial(executor_, lines, *corrections_.hardening);
    return extended(lines);
  }

  ProjectionView<float const> extended(ProjectionView<float const> lines) {
    if (!corrections_.extension) return lines;
    auto const widened = [this](Extents<3> extents) {
      return Extents<3>{corrections_.columns(extents[0]), extents[1], extents[2]};
    };
    auto const wider = held_view(extended_, widened(lines.extents), widened(most_));
    extend_rows(executor_, lines, wider, *corrections_.extension);
    return wider;
  }

  Executor executor_;
  Corrections corrections_;
  Extents<3> most_;
  Room lines_;
  Room cleaned_;
  Room extended_;
};

}  // namespace pyronn
