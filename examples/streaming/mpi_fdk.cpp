// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <iostream>
#include <vector>

#include <mpi.h>

#include <pyronn/cpu.hpp>
#include <pyronn/distributed/mpi_communicator.hpp>
#include <pyronn/distributed/on_ranks.hpp>

int main(int count, char** arguments) {
  using namespace pyronn;
  int threads = 0;
  MPI_Init_thread(&count, &arguments, MPI_THREAD_FUNNELED, &threads);
  {
    MpiCommunicator const ranks{MPI_COMM_WORLD};
    auto const scan = ConeBeam::circular({500, 1000, equal_angles(60)}, {{96, 64}, {2, 2}});
    auto const grid = Grid::centered({64, 64, 32}, {1, 1, 1});
    OnRanks fdk{ranks, CpuExecutor{1}, Fdk<ConeBeam, SoftwareInterp>{scan, grid}};
    std::cout << fdk.plan() << '\n';
    auto const views = fdk.input_extents();    // of some views, those of this rank
    auto const slices = fdk.output_extents();  // of its slab
    std::vector<float> lines(static_cast<std::size_t>(views.count()), 1.0F);
    std::vector<float> image(static_cast<std::size_t>(slices.count()));
    fdk(view_of(lines, views), view_of(image, slices));
  }
  MPI_Finalize();
}
