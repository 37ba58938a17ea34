// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "backend.hpp"

namespace example {

/// Lets as many places as the job's plan says share its bands out: calls `run(place, part)` on a
/// thread each, with every so manieth band, whose slices come to the job's sink in the order of
/// all. Stages take as long as the slowest place takes. Throws what one of them threw first.
[[nodiscard]] Cost reconstruct_on_places(
    Job const& job, std::function<Cost(int place, Job const& part)> const& run);

}  // namespace example
