// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// On cores.
#include "few_views_table.hpp"

#include <pyronn/cpu.hpp>

int main(int count, char** arguments) {
  return benchmark::run_few_views_table(pyronn::CpuExecutor{}, count, arguments);
}
