// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// Iterative reconstruction on cores beside other programs, on arrays in a folder:
//
//   solver_job head FOLDER                     writes head.npy and truth.npy
//   solver_job METHOD THREADS ITERATIONS FOLDER
//
// where METHOD is sart, osem, cgls or admm-tv, of head.npy, which are exact lines through Shepp and
// Logan's head in 128^3 voxels of 2 mm, whose mean values are truth.npy; or sirt, of fan.npy.
// Writes METHOD.npy, and prints the seconds that all iterations took. solver_peers.sh runs it
// beside others.
#include <chrono>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

#include <pyronn/cpu.hpp>
#include <pyronn/io/npy.hpp>
#include <pyronn/operators/algebra/system_matrix.hpp>
#include <pyronn/phantom/phantom.hpp>
#include <pyronn/phantom/shepp_logan.hpp>
#include <pyronn/recon/solver/admm_tv.hpp>
#include <pyronn/recon/solver/cgls.hpp>
#include <pyronn/recon/solver/os_sart.hpp>
#include <pyronn/recon/solver/osem.hpp>
#include <pyronn/recon/solver/sirt.hpp>

namespace {

using pyronn::CpuExecutor;
using pyronn::ReconstructionProblem;

template <class Geometry>
using Map = pyronn::SystemMatrix<Geometry, pyronn::SoftwareInterp>;

struct Job {
  std::string method;
  int threads;
  int iterations;
  std::string folder;
};

/// The scene of the tests of the Reconstruction Toolkit.
Map<pyronn::ConeBeam> head() {
  return {pyronn::ConeBeam::circular({600, 1200, pyronn::equal_angles(180)}, {{128, 128}, {4, 4}}),
          pyronn::Grid::centered({128, 128, 128}, {2, 2, 2})};
}

/// P3 fan of problems.hpp.
Map<pyronn::FanBeam> fan() {
  return {pyronn::FanBeam::circular({785, 1200, pyronn::equal_angles(720)}, {1024, 0.5}),
          pyronn::Grid::flat({512, 512}, {0.5, 0.5})};
}

template <int Rank>
pyronn::ArrayView<float const, Rank> as_const(pyronn::ArrayView<float, Rank> const& array) {
  return {array.data, array.extents};
}

void write_head(std::string const& folder) {
  CpuExecutor const executor;
  auto const map = head();
  pyronn::Phantom const phantom = pyronn::shepp_logan_3d(116, 1);
  std::vector<float> lines(static_cast<std::size_t>(map.range().count()));
  pyronn::project(executor, phantom, map.geometry(), {lines.data(), map.range()});
  pyronn::write_npy(folder + "/head.npy",
                    pyronn::ProjectionView<float const>{lines.data(), map.range()});
  std::vector<float> truth(static_cast<std::size_t>(map.domain().count()));
  pyronn::voxelise(executor, phantom, map.grid(), {truth.data(), map.domain()}, 4);
  pyronn::write_npy(folder + "/truth.npy",
                    pyronn::VolumeView<float const>{truth.data(), map.domain()});
}

template <template <class...> class Solver, class Map, class Options>
void solve(Job const& job, std::string const& data_name, Map const& map, Options const& options,
           pyronn::PixelBounds const& bounds = {}, float start = 0) {
  CpuExecutor const executor{job.threads};
  auto const data = pyronn::read_npy<float>(job.folder + '/' + data_name + ".npy");
  if (data.data.size() != static_cast<std::size_t>(map.range().count())) {
    throw std::invalid_argument("solver_job: " + data_name + ".npy is not of this scan");
  }
  ReconstructionProblem<Map> problem{map, {data.data.data(), map.range()}};
  problem.bounds = bounds;
  std::vector<float> image(static_cast<std::size_t>(map.domain().count()), start);
  auto const begin = std::chrono::steady_clock::now();
  Solver<Map, CpuExecutor> solver{executor, problem, options};
  solver.start({image.data(), map.domain()});
  for (int n = 0; n < job.iterations; ++n) solver.iterate();
  std::chrono::duration<double> const passed = std::chrono::steady_clock::now() - begin;
  pyronn::write_npy(job.folder + '/' + job.method + ".npy", as_const(solver.image()));
  std::cout << passed.count() << '\n';
}

void run(Job const& job) {
  if (job.method == "sart") {
    pyronn::OsSartOptions options;
    options.subsets = 180;
    options.relaxation = 0.3;
    solve<pyronn::OsSart>(job, "head", head(), options, {0});
  } else if (job.method == "osem") {
    pyronn::OsemOptions options;
    options.subsets = 20;
    solve<pyronn::Osem>(job, "head", head(), options, {}, 1);
  } else if (job.method == "cgls") {
    solve<pyronn::Cgls>(job, "head", head(), pyronn::CglsOptions{});
  } else if (job.method == "admm-tv") {
    pyronn::AdmmTvOptions options;
    options.strength = 1;
    solve<pyronn::AdmmTv>(job, "head", head(), options, {0});
  } else if (job.method == "sirt") {
    solve<pyronn::Sirt>(job, "fan", fan(), pyronn::SirtOptions{});
  } else {
    throw std::invalid_argument("solver_job: no method is called " + job.method);
  }
}

}  // namespace

int main(int argc, char** argv) {
  try {
    std::vector<std::string> const arguments{argv + 1, argv + argc};
    if (arguments.size() == 2 && arguments[0] == "head") {
      write_head(arguments[1]);
    } else if (arguments.size() == 4) {
      run({arguments[0], std::stoi(arguments[1]), std::stoi(arguments[2]), arguments[3]});
    } else {
      throw std::invalid_argument("solver_job: see the head of its source for its arguments");
    }
    return EXIT_SUCCESS;
  } catch (std::exception const& error) {
    std::cerr << error.what() << '\n';
    return EXIT_FAILURE;
  }
}
