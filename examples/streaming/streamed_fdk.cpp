// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>
#include <iostream>
#include <vector>

#include <pyronn/cpu.hpp>
#include <pyronn/distributed/streamed.hpp>

int main() {
  using namespace pyronn;
  auto const scan = ConeBeam::circular({500, 1000, equal_angles(60)}, {{96, 64}, {2, 2}});
  auto const grid = Grid::centered({64, 64, 32}, {1, 1, 1});
  Fdk<ConeBeam, SoftwareInterp> const fdk{scan, grid};

  // An array in memory, or a function that reads blocks of views from wherever they are
  HostInput<float> const lines{scan.extents(), [](HostBlock const& block, float* out) {
                                 std::fill_n(out, 96 * block.num_rows * block.num_planes, 1.0F);
                               }};
  std::vector<float> image(64 * 64 * 32);
  HostOutput<float> const volume{view_of(image, grid.size)};

  StreamLimits const limits{std::size_t{4} << 20, std::size_t{8} << 20};  // of device and host
  Streamed streamed{CpuExecutor{}, fdk, limits};
  std::cout << streamed.plan(lines, volume) << '\n';
  streamed(lines, volume);
  std::cout << "in the middle: " << image[(16 * 64 + 32) * 64 + 32] << " per mm\n";
  return image[(16 * 64 + 32) * 64 + 32] > 0 ? 0 : 1;
}
