// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <charconv>
#include <cstdlib>
#include <cstring>
#include <string>

#include "bad_input.hpp"

namespace example {

/// Throws BadInput where MPI has started the program several times: all would write the same files.
inline void check_started_once() {
  for (char const* const name : {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE"}) {
    char const* const text = std::getenv(name);
    if (text == nullptr) continue;
    int ranks = 0;
    std::from_chars(text, text + std::strlen(text), ranks);
    if (ranks <= 1) continue;
    throw BadInput("MPI has started " + std::to_string(ranks) + " ranks (" + name +
                   "), which would all write the same files, as this program runs on one; start "
                   "it once, without mpirun: it uses all cores");
  }
}

}  // namespace example
