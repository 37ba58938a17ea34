// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "before_search.hpp"

#include <string>

#include <pyronn/scan/row_extension.hpp>

#include "axis.hpp"
#include "bad_input.hpp"
#include "iterative_program.hpp"
#include "messages.hpp"
#include "npy_volume.hpp"
#include "orbit.hpp"
#include "volume_choice.hpp"

namespace example {
namespace {

pyronn::Scan with_axis(pyronn::Scan scan, double part) {
  if (scan.circle) set_axis(scan, part * (scan.detector_size()[0] - 1));
  return scan;
}

/// Whether the volume has as many voxels wherever the axis is.
bool is_size_known(Options const& options, pyronn::Scan const& scan) {
  if (!options.region_voxels.empty()) return true;
  return options.region_mm.empty() && (scan.grid || !options.size.empty());
}

/// The largest volume that there can be; what of it is seen depends on the axis.
pyronn::Grid volume_before_search(Options const& options, pyronn::Scan const& scan) {
  constexpr double farthest = 0.875;  // of the panel's width, where the axis is looked for
  bool const is_full = scan.circle && pyronn::is_full_turn(*scan.circle);
  bool const is_named = options.axis_column().has_value();  // and the roll is looked for
  pyronn::Scan const widest = is_named ? scan : with_axis(scan, is_full ? farthest : 0.5);
  double const columns = (is_named ? 1.0 : farthest) * scan.detector_size()[0] + 1;
  double const reach = scan.circle ? columns * scan.circle->pixel_at_axis()[0] : 0;
  try {
    return largest_volume(options, widest, reach);
  } catch (BadInput const& error) {
    if (scan.grid || !options.size.empty()) throw;
    throw BadInput(std::string{error.what()} + " at most, wherever the axis is");
  }
}

/// Throws BadInput for a volume in a file that is not as large as `grid`, or where only the largest
/// one is known, for one that is larger.
void check_volume_of(std::string const& option, std::filesystem::path const& path,
                     pyronn::Grid const& grid, bool is_known) {
  if (path.empty()) return;
  if (is_known) return static_cast<void>(npy_volume(option, path, grid));
  auto const extents = npy_slices(option, path)->extents();
  if (extents[0] <= grid.size[0] && extents[1] <= grid.size[1] && extents[2] <= grid.size[2])
    return;
  refuse_extents(option, path, extents, grid.size, "the volume has at most ");
}

}  // namespace

void check_before_search(Options const& options, pyronn::Scan const& scan) {
  auto const input = [&](auto const& check) { return as_input(options.scan.string(), check); };
  pyronn::Grid const grid = input([&] { return volume_before_search(options, scan); });
  bool const is_known = is_size_known(options, scan);
  check_volume_of("--truth", options.truth, grid, is_known);
  check_volume_of("--mask", options.method.mask, grid, is_known);
  Options without_mask = options;
  without_mask.method.mask.clear();
  static_cast<void>(input([&] { return iteration_of(without_mask, scan, grid); }));
  static_cast<void>(options.corrections(scan));
  if (!options.method.wants_fbp()) return;
  auto fbp = options.fbp_options();
  pyronn::Scan trial = with_axis(scan, 0.5);
  auto const on_axis = pyronn::Grid::centered({1, 1, 1}, grid.spacing, {0, 0, grid.center()[2]});
  input([&] { choose_redundancy(trial, on_axis, fbp); });
}

}  // namespace example
