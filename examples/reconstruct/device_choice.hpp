// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "backend.hpp"
#include "options.hpp"

namespace example {

/// Of "0,2" the numbers of GPUs; none of "all". Throws BadInput for what is neither.
[[nodiscard]] std::vector<int> device_numbers(std::string const& text);

/// The devices to compute on, one unless options name more; none: the CPU. Throws BadInput where
/// those that are wanted are not there, or a method works on one alone.
[[nodiscard]] std::vector<Device> choose_devices(Options const& options);

}  // namespace example
