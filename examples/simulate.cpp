// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

/// Simulates a cone-beam scan of the 3D Shepp-Logan phantom as a detector sees it: writes the
/// images, the true volume and a description that the example `reconstruct` reads.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <ostream>
#include <string>
#include <system_error>
#include <vector>

#include <CLI/CLI.hpp>

#include <pyronn/backend/cpu/executor.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/geometry/cone_beam.hpp>
#include <pyronn/io/atomic_file.hpp>
#include <pyronn/io/npy.hpp>
#include <pyronn/phantom/phantom.hpp>
#include <pyronn/phantom/shepp_logan.hpp>
#include <pyronn/simulate/detector_defects.hpp>
#include <pyronn/simulate/intensities.hpp>
#include <pyronn/simulate/noise.hpp>
#include <pyronn/simulate/scatter.hpp>

#include "support/process.hpp"

namespace {

struct Options {
  int size = 160;
  int views = 320;
  double photons = 50000;
  double readout_noise = 0;
  double scatter = 0;
  double scatter_width = 0.15;
  double pixel_gains = 0;
  double column_gains = 0;
  double dead_pixels = 0;
  std::uint64_t seed = 1;
  std::filesystem::path output = "simulated_scan";
};

constexpr double source_isocenter_mm = 600;
constexpr double source_detector_mm = 1000;
constexpr double cube_mm = 200;  // the phantom's; a head, roughly

/// A flat-panel detector that counts photons: a dark level, and a beam that fades to the corners.
struct Camera {
  static constexpr double dark_level = 200;
  static constexpr double full_scale = 60000;

  int size;
  double photons;  ///< a pixel in the middle of the beam, without an object

  [[nodiscard]] double mean_photons(int u, int v) const {
    double const x = 2.0 * u / size - 1;
    double const y = 2.0 * v / size - 1;
    return photons * (1 - 0.15 * (x * x + y * y));
  }

  [[nodiscard]] std::uint16_t grey(double counted) const {
    double const per_photon = std::min(1.0, 0.9 * full_scale / photons);
    double const value = dark_level + per_photon * counted;
    return static_cast<std::uint16_t>(std::lround(std::clamp(value, 0.0, 65535.0)));
  }
};

/// From line integrals, in place, to what the camera counts. Scatter and photon noise belong to the
/// radiation, gains and readout noise to the detector.
void take_images(Options const& options, Camera const& camera,
                 pyronn::ProjectionView<float> views) {
  pyronn::CpuExecutor const executor;
  std::vector<float> beam;
  for (int v = 0; v < camera.size; ++v) {
    for (int u = 0; u < camera.size; ++u) {
      beam.push_back(static_cast<float>(camera.mean_photons(u, v)));
    }
  }
  pyronn::intensities(executor, views, {beam.data(), {camera.size, camera.size}}, views);
  double const sigma = options.scatter_width * camera.size;
  pyronn::GaussianScatter const scatter{options.scatter, {sigma, sigma}};
  pyronn::Workspace workspace{executor, scatter.workspace_bytes(executor, views)};
  scatter(executor, views, workspace);
  pyronn::add_poisson_noise(executor, views, options.seed);
  pyronn::apply_detector_defects(
      executor, {options.pixel_gains, options.column_gains, options.dead_pixels, 0}, views,
      options.seed);
  pyronn::add_gaussian_noise(executor, views, options.readout_noise, options.seed);
}

void write_images(Options const& options, Camera const& camera, std::vector<float> const& counts) {
  std::vector<std::uint16_t> flat;
  for (int v = 0; v < camera.size; ++v) {
    for (int u = 0; u < camera.size; ++u) flat.push_back(camera.grey(camera.mean_photons(u, v)));
  }
  std::vector<std::uint16_t> const dark(flat.size(), camera.grey(0));
  std::vector<std::uint16_t> images;
  images.reserve(counts.size());
  for (float const count : counts) images.push_back(camera.grey(static_cast<double>(count)));
  pyronn::write_npy(options.output / "dark.npy", dark.data(), {camera.size, camera.size});
  pyronn::write_npy(options.output / "flat.npy", flat.data(), {camera.size, camera.size});
  pyronn::write_npy(options.output / "projections.npy", images.data(),
                    {options.views, camera.size, camera.size});
}

void write_description(Options const& options, double pixel_mm, double voxel_mm) {
  pyronn::AtomicFile file{options.output / "scan.json"};
  auto const list = [&file](auto const& value, int count) -> std::ostream& {
    file.stream() << '[' << value;
    for (int i = 1; i < count; ++i) file.stream() << ", " << value;
    return file.stream() << ']';
  };
  file.stream().precision(17);
  file.stream() << "{\n  \"comment\": \"3D Shepp-Logan phantom, simulated\",\n"
                << "  \"circular\": {\n    \"source_isocenter_mm\": " << source_isocenter_mm
                << ",\n    \"source_detector_mm\": " << source_detector_mm
                << ",\n    \"angles\": {\"count\": " << options.views << "}\n  },\n"
                << "  \"detector\": {\"columns\": " << options.size
                << ", \"rows\": " << options.size << ", \"pixel_mm\": ";
  list(pixel_mm, 2) << "},\n  \"volume\": {\"size\": ";
  list(options.size, 3) << ", \"voxel_mm\": ";
  list(voxel_mm, 3) << "},\n  \"projections\": \"projections.npy\",\n"
                    << "  \"dark\": \"dark.npy\",\n  \"flat\": \"flat.npy\"\n}\n";
  file.commit();
}

/// Finds out before anything is computed whether the outputs can be written.
void prepare_outputs(Options const& options) {
  std::error_code error;
  std::filesystem::create_directories(options.output, error);
  std::error_code absent;
  if (!std::filesystem::is_directory(options.output, absent)) {
    pyronn::detail::fail_file(options.output, "cannot be made a folder: ", error.message());
  }
  std::int64_t const pixels = std::int64_t{options.size} * options.size;
  std::int64_t const truth = pixels * options.size * static_cast<std::int64_t>(sizeof(float));
  std::int64_t const images =
      pixels * (options.views + 2) * static_cast<std::int64_t>(sizeof(std::uint16_t));
  for (char const* const name :
       {"truth.npy", "projections.npy", "dark.npy", "flat.npy", "scan.json"}) {
    example::check_output(options.output / name, truth + images);
  }
}

void simulate(Options const& options) {
  pyronn::CpuExecutor const executor;
  int const n = options.size;
  double const voxel_mm = cube_mm / n;
  double const pixel_mm = voxel_mm * source_detector_mm / source_isocenter_mm;
  auto const geometry = pyronn::ConeBeam::circular(
      {source_isocenter_mm, source_detector_mm, pyronn::equal_angles(options.views)},
      {{n, n}, {pixel_mm, pixel_mm}});
  auto const grid = pyronn::Grid::centered({n, n, n}, {voxel_mm, voxel_mm, voxel_mm});
  auto const phantom = pyronn::shepp_logan_3d(cube_mm / 2);

  prepare_outputs(options);
  std::vector<float> volume(static_cast<std::size_t>(grid.size.count()));
  pyronn::VolumeView<float> const truth{volume.data(), grid.size};
  pyronn::voxelise(executor, phantom, grid, truth, 3);
  pyronn::write_npy(options.output / "truth.npy", truth);

  pyronn::Extents<3> const scan{n, n, options.views};
  std::vector<float> lines(static_cast<std::size_t>(scan.count()));
  pyronn::ProjectionView<float> const views{lines.data(), scan};
  pyronn::project(executor, phantom, geometry, views);
  Camera const camera{n, options.photons};
  take_images(options, camera, views);
  write_images(options, camera, lines);
  write_description(options, pixel_mm, voxel_mm);
}

}  // namespace

int main(int argc, char** argv) {
  example::prepare_process();
  Options options;
  CLI::App app{"Simulates a noisy cone-beam scan of the 3D Shepp-Logan phantom."};
  auto const add = [&app](char const* name, auto& value, char const* text) {
    return app.add_option(name, value, text)->capture_default_str();
  };
  CLI::Range const fraction{0.0, 1.0};
  add("--size", options.size, "Voxels along each side, and pixels of the detector")
      ->check(CLI::Range(8, 2048));
  add("--views", options.views, "Views round the circle")->check(CLI::Range(3, 100000));
  add("--photons", options.photons, "Photons a pixel without the phantom")
      ->check(CLI::Range(1.0, 1e12));
  add("--readout-noise", options.readout_noise,
      "Standard deviation of the detector's electronics, in photons")
      ->check(CLI::Range(0.0, 1e12));
  add("--scatter", options.scatter, "Scattered radiation, as a fraction of the primary")
      ->check(CLI::Range(0.0, 100.0));
  add("--scatter-width", options.scatter_width,
      "Standard deviation of its spread, as a fraction of the detector")
      ->check(CLI::Range(0.0, 0.5));
  add("--pixel-gains", options.pixel_gains,
      "Standard deviation of the pixels' gains, which the flat field does not know")
      ->check(fraction);
  add("--column-gains", options.column_gains, "The same of the detector's columns")
      ->check(fraction);
  add("--dead-pixels", options.dead_pixels, "Fraction of the pixels that read nothing")
      ->check(fraction);
  add("--seed", options.seed, "Of noise, gains and dead pixels");
  add("-o,--output", options.output, "Folder for the files");
  try {
    app.parse(argc, argv);
    simulate(options);
    std::printf("wrote %s\n", (options.output / "scan.json").string().c_str());
    example::flush_standard_output();
    return 0;
  } catch (CLI::ParseError const& error) {
    return app.exit(error) == 0 ? 0 : 2;
  } catch (std::exception const& error) {
    std::fprintf(stderr, "simulate: %s\n", error.what());
    return 1;
  }
}
