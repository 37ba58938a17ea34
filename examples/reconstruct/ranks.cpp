// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "ranks.hpp"

#include <charconv>
#include <cstdlib>
#include <cstring>

namespace example {
namespace {

/// How Open MPI, and MPICH and Slurm tell programs how many of them they start.
constexpr char const* variables[] = {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE"};

int number_in(char const* variable) {
  char const* const text = std::getenv(variable);
  int number = 0;
  if (text != nullptr) std::from_chars(text, text + std::strlen(text), number);
  return number;
}

}  // namespace

std::unique_ptr<Ranks> started_ranks() {
  for (char const* const variable : variables) {
    int const count = number_in(variable);
    if (count > 1) return ranks_of_mpi(count, variable);
  }
  return std::make_unique<Ranks>();
}

}  // namespace example
