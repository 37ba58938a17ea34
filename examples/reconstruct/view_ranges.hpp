// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Which part of a scan is worked on after which.
#include <algorithm>
#include <vector>

#include <pyronn/geometry/detector_part.hpp>
#include <pyronn/scan/image_stack.hpp>

#include "backend.hpp"

namespace example {

/// The scan that the rows of a band measure, as far as they are extended.
template <class Geometry>
Geometry geometry_of(Geometry const& whole, Band const& band, Corrections const& corrections) {
  int const columns = whole.detector_size()[0];
  int const before = corrections.extension ? corrections.extension->before : 0;
  bool const is_whole = band.rows.count == whole.detector_size()[1] && !corrections.extension;
  if (is_whole) return whole;
  return pyronn::detector_part(whole, -before, corrections.columns(columns), band.rows.first,
                               band.rows.count);
}

/// Some views in the order in which they are worked on.
struct ViewRange {
  int first;
  int count;
};

inline std::vector<ViewRange> view_ranges(Job const& job) {
  std::vector<ViewRange> ranges;
  int const begin = job.bands.first_view;
  int const end = begin + std::min(job.scan.num_views() - begin, job.bands.most_views);
  for (int first = begin; first < end; first += job.bands.views_at_a_time) {
    ranges.push_back({first, std::min(job.bands.views_at_a_time, end - first)});
  }
  return ranges;
}

/// All that is read, in order.
inline std::vector<pyronn::ImagePart> parts_to_read(Job const& job) {
  std::vector<pyronn::ImagePart> parts;
  for (Band const& band : job.bands.bands) {
    for (ViewRange const& views : view_ranges(job)) {
      parts.push_back({views.first, views.count, band.rows.first, band.rows.count});
    }
  }
  return parts;
}

}  // namespace example
