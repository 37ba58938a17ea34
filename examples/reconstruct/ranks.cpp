// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "ranks.hpp"

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace example {
namespace {

/// What Open MPI, and what MPICH and Slurm tell the programs that they start.
struct Variables {
  char const* size;
  char const* rank;
};
constexpr Variables all_variables[] = {{"OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK"},
                                       {"PMI_SIZE", "PMI_RANK"}};

int number_in(char const* variable) {
  char const* const text = std::getenv(variable);
  int number = 0;
  if (text != nullptr) std::from_chars(text, text + std::strlen(text), number);
  return number;
}

}  // namespace

std::unique_ptr<Ranks> started_ranks() {
  for (Variables const& variables : all_variables) {
    int const count = number_in(variables.size);
    if (count > 1) return ranks_of_mpi(count, variables.size);
  }
  return std::make_unique<Ranks>();
}

void silence_all_but_first() {
  for (Variables const& variables : all_variables) {
    if (number_in(variables.size) <= 1 || number_in(variables.rank) == 0) continue;
    for (std::FILE* const stream : {stdout, stderr}) {
      // What cannot be opened is closed, and as silent.
      static_cast<void>(std::freopen("/dev/null", "w", stream));
    }
    return;
  }
}

}  // namespace example
