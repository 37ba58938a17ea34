// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// HeldOut: which views of a scan say how well the others predict them.
#include <pyronn/recon/solver/detail/swept_range.hpp>

namespace pyronn {

/// Which views are held out at a time.
enum class HeldOut {
  spread,  ///< one of every so many
  ends     ///< as many, all at the first or the last end: what a scan of a part of a turn lacks
};

/// How views of a scan are to be held out: at the ends where they leave out a fifth of the half
/// turn or more, as much as is held out there.
template <class Geometry>
[[nodiscard]] HeldOut held_out_of(Geometry const& scan) {
  return detail::misses_much(scan) ? HeldOut::ends : HeldOut::spread;
}

}  // namespace pyronn
