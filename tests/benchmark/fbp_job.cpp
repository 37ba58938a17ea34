// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// Filtered backprojection as a whole job on cores, from file to file:
//
//   fbp_job parallel THREADS PROJECTIONS.npy VOLUME.npy
//   fbp_job cone THREADS PROJECTIONS.npy VOLUME.npy SOURCE_ISOCENTER SOURCE_DETECTOR PITCH VOXELS
//   SPACING
//
// Projections are float, [view][v][u]: parallel ones over half a turn, whose pixels are voxels; or
// of a full turn about a cube of voxels, in mm. Prints in seconds what reading, computing and
// writing took. fbp_peers.sh runs it beside others.
#include <chrono>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

#include <pyronn/cpu.hpp>
#include <pyronn/io/npy.hpp>

namespace {

using pyronn::CpuExecutor;

class Clock {
 public:
  /// Seconds since the last call.
  double lap() {
    auto const now = std::chrono::steady_clock::now();
    std::chrono::duration<double> const passed = now - last_;
    last_ = now;
    return passed.count();
  }

 private:
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

template <class Geometry>
void reconstruct(Geometry const& geometry, pyronn::Grid const& grid, CpuExecutor const& executor,
                 std::vector<float> const& projections, std::string const& output, double reading) {
  Clock clock;
  std::vector<float> volume(static_cast<std::size_t>(grid.size.count()));
  auto const views = geometry.num_views();
  auto const detector = geometry.detector_size();
  pyronn::ProjectionView<float const> const in{projections.data(),
                                               {detector[0], detector[1], views}};
  pyronn::VolumeView<float> const out{volume.data(), grid.size};
  pyronn::Fbp<Geometry, pyronn::SoftwareInterp> const fbp{geometry, grid};
  fbp(executor, in, out);
  double const computing = clock.lap();
  pyronn::write_npy(output, pyronn::VolumeView<float const>{volume.data(), grid.size});
  double const writing = clock.lap();
  std::cout << "read " << reading << ", compute " << computing << ", write " << writing << ", all "
            << reading + computing + writing << '\n';
}

int run(std::vector<std::string> const& arguments) {
  bool const is_cone = arguments.size() == 9 && arguments[0] == "cone";
  if (!is_cone && (arguments.size() != 4 || arguments[0] != "parallel")) {
    std::cerr << "fbp_job: see the head of its source for its arguments\n";
    return EXIT_FAILURE;
  }
  Clock clock;
  CpuExecutor const executor{std::stoi(arguments[1])};
  pyronn::NpyArray<float> const projections = pyronn::read_npy<float>(arguments[2]);
  if (projections.shape.size() != 3) throw std::invalid_argument("fbp_job: [view][v][u] is needed");
  auto const views = static_cast<int>(projections.shape[0]);
  auto const rows = static_cast<int>(projections.shape[1]);
  auto const columns = static_cast<int>(projections.shape[2]);
  double const reading = clock.lap();
  if (is_cone) {
    auto const number = [&](std::size_t n) { return std::stod(arguments[n]); };
    double const pitch = number(6);
    int const voxels = std::stoi(arguments[7]);
    double const spacing = number(8);
    reconstruct(pyronn::ConeBeam::circular({number(4), number(5), pyronn::equal_angles(views, 0)},
                                           {{columns, rows}, {pitch, pitch}}),
                pyronn::Grid::centered({voxels, voxels, voxels}, {spacing, spacing, spacing}),
                executor, projections.data, arguments[3], reading);
  } else {
    reconstruct(pyronn::ParallelBeam3D::circular({pyronn::equal_angles(views, 0, pyronn::pi)},
                                                 {{columns, rows}, {1, 1}}),
                pyronn::Grid::centered({columns, columns, rows}, {1, 1, 1}), executor,
                projections.data, arguments[3], reading);
  }
  return EXIT_SUCCESS;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run({argv + 1, argv + argc});
  } catch (std::exception const& error) {
    std::cerr << error.what() << '\n';
    return EXIT_FAILURE;
  }
}
