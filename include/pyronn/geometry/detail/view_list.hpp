// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// ViewList: what geometries share that hold a list of views.
#include <memory>
#include <utility>
#include <vector>

#include <pyronn/core/error.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/geometry/detector.hpp>

namespace pyronn::detail {

/// A geometry that holds its views in memory: a value that is cheap to copy and never changes; what
/// is moved from is copied, as it must not be left without views.
template <class View, int Dimension = 3>
class ViewList {
 public:
  static constexpr int dimension = Dimension;

  ~ViewList() = default;
  ViewList(ViewList const&) = default;
  // NOLINTNEXTLINE(performance-move-constructor-init): a copy on purpose
  ViewList(ViewList&& other) noexcept : ViewList{std::as_const(other)} {}
  ViewList& operator=(ViewList const&) = default;
  ViewList& operator=(ViewList&& other) noexcept {
    *this = std::as_const(other);
    return *this;
  }

  [[nodiscard]] int num_views() const { return static_cast<int>(views_->size()); }
  [[nodiscard]] Extents<2> detector_size() const { return detector_size_; }
  /// Those of the projections: (u, v, view), in the plane (u, view).
  [[nodiscard]] Extents<Dimension> extents() const {
    if constexpr (Dimension == 2) {
      return {detector_size_[0], num_views()};
    } else {
      return {detector_size_[0], detector_size_[1], num_views()};
    }
  }
  [[nodiscard]] View const& view(int n) const { return (*views_)[static_cast<std::size_t>(n)]; }

 protected:
  /// Makes one view from each description. Throws InvalidArgument for a detector without pixels,
  /// for an empty list, and where `make_view` does; the message then names the view.
  template <class Description, class MakeView>
  ViewList(char const* function, Extents<2> detector_size,
           std::vector<Description> const& descriptions, MakeView const& make_view)
      : detector_size_{detector_size} {
    Detector::validate_size(detector_size);
    expects(!descriptions.empty(), function, ": there must be at least one view");
    std::vector<View> views;
    views.reserve(descriptions.size());
    for (Description const& description : descriptions) {
      try {
        views.push_back(make_view(description));
      } catch (InvalidArgument const& error) {
        throw InvalidArgument(message(error.what(), " (view ", views.size(), ")"));
      }
    }
    views_ = std::make_shared<std::vector<View> const>(std::move(views));
  }

 private:
  Extents<2> detector_size_;
  std::shared_ptr<std::vector<View> const> views_;
};

}  // namespace pyronn::detail
