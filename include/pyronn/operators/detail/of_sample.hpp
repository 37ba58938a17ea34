// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Which sample of a batch an error is about.
#include <cstddef>

#include <pyronn/core/error.hpp>

namespace pyronn::detail {

/// What `work` returns; where it throws InvalidArgument, the message names the sample if there are
/// several.
template <class Work>
auto of_sample(std::size_t sample, std::size_t samples, Work const& work) {
  try {
    return work();
  } catch (InvalidArgument const& error) {
    if (samples == 1) throw;
    throw InvalidArgument(message(error.what(), " (sample ", sample, ")"));
  }
}

}  // namespace pyronn::detail
