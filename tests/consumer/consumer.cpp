// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <iostream>

#include <pyronn/pyronn.hpp>

int main() {
  auto const grid = pyronn::Grid::centered({4, 4, 4}, {1, 1, 1});
  std::cout << "pyronn " << PYRONN_VERSION_MAJOR << '.' << PYRONN_VERSION_MINOR << '.'
            << PYRONN_VERSION_PATCH << ", a grid of " << grid.size << " voxels\n";
}
