// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// Total variation on cores beside other programs, on arrays in a folder:
//
//   tv_job PROBLEM SIZE FOLDER [STRENGTH ITERATIONS [THREADS]]
//
// where PROBLEM is
//   head           Shepp and Logan's head in SIZE^3 voxels and 128 mm: 60 views over 360 degrees of
//                  (1.5 SIZE)^2 pixels, source 500 mm before the axis and 750 mm before the
//                  detector, noise of 3 % of the largest line;
//   head-parallel  the same with parallel rays, over 180 degrees, of pixels as wide as voxels;
//   ellipsoids     five ellipsoids, 180 parallel views over 180 degrees of SIZE^2 pixels, noise of
//                  3 % of the root mean square of all lines.
// Writes exact.npy, lines of the bodies; lines.npy, the same with noise; and truth.npy, mean values
// of voxels. With a strength it reads lines.npy instead, writes fista-tv.npy, and prints the
// seconds from an image of zeros. tv_peers.py runs it beside others.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <pyronn/cpu.hpp>
#include <pyronn/io/npy.hpp>
#include <pyronn/operators/algebra/system_matrix.hpp>
#include <pyronn/phantom/phantom.hpp>
#include <pyronn/phantom/shepp_logan.hpp>
#include <pyronn/recon/solver/fista_tv.hpp>

namespace {

using Values = std::vector<float>;

struct Job {
  std::string problem;
  int size;
  std::string folder;
  double strength = 0;
  int iterations = 0;
  int threads = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
};

constexpr double extent = 128;  // of the grid [mm]

pyronn::Phantom ellipsoids() {
  struct Row {
    double value;
    pyronn::Vec3d center, semi_axes;  // in parts of the grid
    double degrees;
  };
  pyronn::Phantom phantom;
  for (Row const& row : {Row{1, {0, 0, 0}, {0.28, 0.26, 0.3}, 0},
                         Row{-0.55, {-0.1, 0.04, 0.03}, {0.09, 0.12, 0.1}, 23},
                         Row{0.75, {0.12, -0.08, -0.09}, {0.065, 0.055, 0.08}, -17},
                         Row{1, {0.09, 0.1, 0.13}, {0.03, 0.025, 0.035}, 0},
                         Row{-0.4, {-0.04, -0.13, -0.12}, {0.045, 0.03, 0.05}, 31}}) {
    phantom.push_back(
        pyronn::Body::ellipsoid(extent * row.center, extent * row.semi_axes, row.value,
                                pyronn::Orientation::about_z(row.degrees * pyronn::pi / 180)));
  }
  return phantom;
}

std::vector<double> angles(int count, double range) {
  std::vector<double> result;
  for (int n = 0; n < count; ++n) result.push_back(n * range / count);
  return result;
}

template <class Geometry>
class Scan {
 public:
  Scan(Job const& job, Geometry const& geometry)
      : job_{job},
        map_{geometry, pyronn::Grid::centered({job.size, job.size, job.size},
                                              {voxel(job), voxel(job), voxel(job)})} {}

  static double voxel(Job const& job) { return extent / job.size; }

  void write() {
    pyronn::Phantom const phantom =
        job_.problem == "ellipsoids" ? ellipsoids() : pyronn::shepp_logan_3d(extent / 2);
    Values truth(static_cast<std::size_t>(map_.domain().count()));
    pyronn::voxelise(executor_, phantom, map_.grid(), {truth.data(), map_.domain()}, 4);
    save("truth", truth, map_.domain());
    Values lines(static_cast<std::size_t>(map_.range().count()));
    pyronn::project(executor_, phantom, map_.geometry(), {lines.data(), map_.range()});
    save("exact", lines, map_.range());
    std::mt19937 engine{1};
    std::normal_distribution<float> noise{0, 0.03F * level_of(lines)};
    for (float& line : lines) line += noise(engine);
    save("lines", lines, map_.range());
  }

  void solve() {
    auto const lines = pyronn::read_npy<float>(job_.folder + "/lines.npy").data;
    if (lines.size() != static_cast<std::size_t>(map_.range().count())) {
      throw std::invalid_argument("tv_job: lines.npy is not of this problem");
    }
    pyronn::ReconstructionProblem<Map> problem{map_, {lines.data(), map_.range()}};
    problem.bounds.lower = 0;
    pyronn::FistaTvOptions options;
    options.strength = job_.strength;
    Values image(static_cast<std::size_t>(map_.domain().count()));
    auto const begin = std::chrono::steady_clock::now();
    pyronn::FistaTv<Map, pyronn::CpuExecutor> solver{executor_, problem, options};
    solver.start({image.data(), map_.domain()});
    for (int n = 0; n < job_.iterations; ++n) solver.iterate();
    std::chrono::duration<double> const passed = std::chrono::steady_clock::now() - begin;
    save("fista-tv", image, map_.domain());
    std::cout << passed.count() << '\n';
  }

 private:
  using Map = pyronn::SystemMatrix<Geometry, pyronn::SoftwareInterp>;

  /// Of which the noise is a part.
  [[nodiscard]] float level_of(Values const& lines) const {
    if (job_.problem != "ellipsoids") return *std::max_element(lines.begin(), lines.end());
    double squares = 0;
    for (float const line : lines) squares += static_cast<double>(line) * static_cast<double>(line);
    return static_cast<float>(std::sqrt(squares / static_cast<double>(lines.size())));
  }
  void save(std::string const& name, Values const& values, pyronn::Extents<3> extents) const {
    pyronn::write_npy(job_.folder + '/' + name + ".npy",
                      pyronn::ArrayView<float const, 3>{values.data(), extents});
  }

  Job job_;
  pyronn::CpuExecutor executor_{job_.threads};
  Map map_;
};

template <class Geometry>
void run(Job const& job, Geometry const& geometry) {
  Scan<Geometry> scan{job, geometry};
  job.iterations > 0 ? scan.solve() : scan.write();
}

void run(Job const& job) {
  double const voxel = extent / job.size;
  int const pixels = job.size * 3 / 2;
  if (job.problem == "head") {
    run(job, pyronn::ConeBeam::circular({500, 750, angles(60, 2 * pyronn::pi)},
                                        {{pixels, pixels}, {1.5 * voxel, 1.5 * voxel}}));
  } else if (job.problem == "head-parallel") {
    run(job, pyronn::ParallelBeam3D::circular({angles(60, pyronn::pi)},
                                              {{pixels, pixels}, {voxel, voxel}}));
  } else if (job.problem == "ellipsoids") {
    run(job, pyronn::ParallelBeam3D::circular({angles(180, pyronn::pi)},
                                              {{job.size, job.size}, {voxel, voxel}}));
  } else {
    throw std::invalid_argument("tv_job: no problem is called " + job.problem);
  }
}

}  // namespace

int main(int argc, char** argv) {
  try {
    std::vector<std::string> const arguments{argv + 1, argv + argc};
    if (arguments.size() < 3 || arguments.size() == 4 || arguments.size() > 6) {
      throw std::invalid_argument("tv_job: see the head of its source for its arguments");
    }
    Job job{arguments[0], std::stoi(arguments[1]), arguments[2]};
    if (arguments.size() > 4) {
      job.strength = std::stod(arguments[3]);
      job.iterations = std::stoi(arguments[4]);
    }
    if (arguments.size() > 5) job.threads = std::stoi(arguments[5]);
    run(job);
    return EXIT_SUCCESS;
  } catch (std::exception const& error) {
    std::cerr << error.what() << '\n';
    return EXIT_FAILURE;
  }
}
