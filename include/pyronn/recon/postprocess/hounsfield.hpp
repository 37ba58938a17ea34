// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Attenuation in Hounsfield units.

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/config.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/exec/kernel.hpp>

namespace pyronn {

namespace detail {

/// Scales voxels; an item is a voxel.
struct ScaleToHounsfield {
  using Block = BlockShape<128, 1, 1>;

  VolumeView<float> volume;
  float factor;

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> item) const {
    float& voxel = volume(item[0], item[1], item[2]);
    voxel = voxel * factor - 1000.0F;
  }
};

}  // namespace detail

/// Replaces attenuation m [1/mm] by Hounsfield units 1000 (m - water) / water, in place, in a
/// volume (x, y, z) or any slices of one: water is 0, and where there is nothing it is -1000. Does
/// not synchronise. Throws InvalidArgument for an attenuation of water outside 1e-6 to 1e6 1/mm.
template <class Executor>
void to_hounsfield(Executor const& executor, VolumeView<float> volume, double water) {
  constexpr double least = 1e-6;
  constexpr double most = 1e6;
  detail::expects(water >= least && water <= most, "to_hounsfield: the attenuation of water ",
                  water, " must lie between ", least, " and ", most, " 1/mm");
  executor.check_reachable(volume.data, "to_hounsfield: volume");
  executor.for_each(volume.extents,
                    detail::ScaleToHounsfield{volume, static_cast<float>(1000.0 / water)});
}

}  // namespace pyronn
