// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "bad_input.hpp"
#include "ranks.hpp"

namespace example {

std::unique_ptr<Ranks> ranks_of_mpi(int count, char const* variable) {
  throw BadInput("MPI has started " + std::to_string(count) + " ranks (" + variable +
                 "), which would all write the same files, as this program was built without MPI; "
                 "start it once, without mpirun: it uses all cores");
}

}  // namespace example
