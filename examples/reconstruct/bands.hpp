// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <limits>
#include <vector>

#include <pyronn/distributed/rank_plan.hpp>
#include <pyronn/geometry/shadow.hpp>
#include <pyronn/operators/part.hpp>
#include <pyronn/scan/scan.hpp>

#include "memory_limits.hpp"

namespace example {

/// Some slices of the volume, and the rows of the detector that are read for them.
struct Band {
  pyronn::Slab slab;
  pyronn::DetectorRows rows;
};

/// How a volume is made band by band, and of how many views at a time.
struct BandPlan {
  std::vector<Band> bands;
  int views_at_a_time;
  std::size_t workspace_limit;                       ///< [bytes] of a call
  std::size_t host_bytes;                            ///< what it takes, the program itself excepted
  std::size_t device_bytes;                          ///< of each; 0 without a device
  int most_views = std::numeric_limits<int>::max();  ///< fewer where a part is tried, or a rank's
  int first_view = 0;                                ///< of these
  int places = 1;                                    ///< that share the bands out

  /// Of the largest band.
  [[nodiscard]] int most_slices() const;
  /// Of the largest band.
  [[nodiscard]] int most_rows() const;
};

/// Of these slices of a volume.
[[nodiscard]] Band band_of(pyronn::Scan const& scan, pyronn::Grid const& grid, pyronn::Slab slab);

/// So many slabs of a volume that take about as long as one another.
[[nodiscard]] std::vector<pyronn::RankShare> slabs_of(pyronn::Scan const& scan,
                                                      pyronn::Grid const& grid, int count);

/// What bands are made for.
struct BandTask {
  pyronn::Scan const& scan;
  pyronn::Grid const& grid;
  int raw_bytes;   ///< of one count
  int columns;     ///< of all arrays of line integrals that are held at a time
  bool all_views;  ///< corrections look at all views of a row
  bool is_on_device;
  std::size_t program_bytes;  ///< what the program holds already
  int usual_views;            ///< at a time
  int kept_slices;            ///< of the volume, where it stays until all is done
  int kept_views;             ///< of the line integrals, where they do
  int places = 1;             ///< devices that may share the bands out
};

/// The fewest bands within the limits, one for each place as far as there are slices, or where each
/// slice has rows of its own as many as let reading, computing and writing go side by side. Throws
/// BadInput where one slice does not fit.
[[nodiscard]] BandPlan plan_bands(BandTask const& task, MemoryLimits const& limits);

}  // namespace example
