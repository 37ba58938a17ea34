// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "report.hpp"

#include <cmath>
#include <cstddef>
#include <cstdio>
#include <ios>
#include <sstream>
#include <variant>

#include <sys/resource.h>

#include <pyronn/core/math.hpp>
#include <pyronn/recon/solver/held_out.hpp>

#include "number_text.hpp"

namespace example {
namespace {

/// `work` in `unit`, as voxel updates in "GUPS".
void print_stage(char const* name, double seconds, double work, char const* unit) {
  std::printf("%-22s %8.3f s   ", name, seconds);
  if (seconds > 0) {
    std::printf("%.4g %s\n", work / seconds, unit);
  } else {
    std::printf("-\n");
  }
}

constexpr double mib = 1 << 20;

void print_device_bytes(std::size_t bytes, int devices) {
  std::printf(", %.0f MiB on ", static_cast<double>(bytes) / mib);
  if (devices == 1) std::printf("the device");
  if (devices > 1) std::printf("each of %d devices", devices);
}

void print_circle(pyronn::CircularScan const& circle) {
  constexpr double degrees = 180 / pyronn::pi;
  if (circle.is_parallel()) {
    std::printf("parallel rays");
  } else {
    std::printf("source %g mm from the axis and %g mm from the panel", circle.source_isocenter,
                circle.source_detector);
  }
  std::printf(", pixels of %g x %g mm, axis in column %g, roll %g degrees\n", circle.pixel[0],
              circle.pixel[1], circle.column_of_axis(), circle.roll * degrees);
  std::printf("%s from %g to %g degrees, %s\n", counted(circle.angles.size(), "view").c_str(),
              circle.angles.front() * degrees, circle.angles.back() * degrees,
              circle.rotation == pyronn::Rotation::clockwise ? "clockwise" : "counter-clockwise");
}

}  // namespace

void print_geometry(pyronn::Scan const& scan) {
  char const* const kinds[] = {"parallel rays in the plane", "fans",
                               "fans with pixels at equal angles", "parallel rays", "cones"};
  if (scan.circle) return print_circle(*scan.circle);
  std::printf("%s, each view as the file has it\n", kinds[scan.geometry.index()]);
}

void print_task(pyronn::Scan const& scan, pyronn::Grid const& grid, BandPlan const& bands,
                std::string const& place) {
  auto const size = scan.detector_size();
  std::printf("%s of %d x %d pixels, %d x %d x %d voxels of %g x %g x %g mm, on %s\n",
              counted(scan.num_views(), "view").c_str(), size[0], size[1], grid.size[0],
              grid.size[1], grid.size[2], grid.spacing[0], grid.spacing[1], grid.spacing[2],
              place.c_str());
  std::printf("%s of up to %s from %s, %s at a time; ", counted(bands.bands.size(), "band").c_str(),
              counted(bands.most_slices(), "slice").c_str(),
              counted(bands.most_rows(), "row").c_str(),
              counted(bands.views_at_a_time, "view").c_str());
  std::printf("%.0f MiB on the host", static_cast<double>(bands.host_bytes) / mib);
  if (bands.device_bytes > 0) print_device_bytes(bands.device_bytes, bands.places);
  std::printf("\n");
}

void print_steps(int views, pyronn::Plan const& plan) {
  std::ostringstream text;
  text.exceptions(std::ios::badbit);
  text << plan;
  std::printf("%s at a time:\n%s\n", counted(views, "view").c_str(), text.str().c_str());
}

std::size_t peak_host_bytes() {
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) != 0) return 0;
  return static_cast<std::size_t>(usage.ru_maxrss) * 1024;
}

std::string text_of_seconds(double seconds) {
  auto const whole = std::lround(seconds);
  if (whole < 60) return std::to_string(whole) + " s";
  if (whole < 3600) return std::to_string(whole / 60) + " min " + std::to_string(whole % 60) + " s";
  return std::to_string(whole / 3600) + " h " + std::to_string(whole / 60 % 60) + " min";
}

void print_report(pyronn::Scan const& scan, pyronn::Grid const& grid, Cost const& cost) {
  auto const voxels = static_cast<double>(grid.size.count());
  double const samples = static_cast<double>(scan.detector_size().count()) * scan.num_views();
  double const stored = samples * pyronn::bytes_of(scan.views->type());
  double const volume = voxels * sizeof(float);
  bool const has_device = cost.device_peak_bytes > 0;
  std::printf("%-22s %10s   %s\n", "stage", "time", "throughput");
  std::printf("%-22s %8.3f s   darks, flats and some views are judged\n", "start",
              cost.start_seconds);
  print_stage("read", cost.read_seconds, stored / 1e6, "MB/s");
  print_stage("preprocess", cost.preprocess_seconds, samples / 1e6, "Mpixel/s");
  double const updates = voxels * scan.num_views() / 1e9;
  if (cost.iterations > 0) {
    print_stage("iterate", cost.reconstruct_seconds, 2 * updates * cost.iterations, "GUPS");
  } else {
    print_stage("filter + backproject", cost.reconstruct_seconds, updates, "GUPS");
  }
  if (has_device) print_stage("copy to host", cost.copy_seconds, volume / 1e6, "MB/s");
  print_stage("write", cost.write_seconds, volume / 1e6, "MB/s");
  std::printf("%-22s %8.3f s   from the start on, as stages go side by side\n", "together",
              cost.wall_seconds);
  std::printf("%-22s %8.3f s\n", "all", cost.all_seconds);
  if (cost.chosen_strength > 0) {
    auto const held_out = std::visit(
        [](auto const& geometry) { return pyronn::held_out_of(geometry); }, scan.geometry);
    std::printf("strength %.4g, by views that were held out%s\n", cost.chosen_strength,
                held_out == pyronn::HeldOut::ends ? " at the ends" : "");
  }
  if (cost.chosen_delta > 0) {
    std::printf("delta %.4g, by the slopes of the start or of one iteration without the penalty\n",
                cost.chosen_delta);
  }
  if (!cost.residuals.empty()) {
    std::printf("residual %.4g of %s after %s\n", cost.in_parts(cost.residuals.back()),
                cost.chosen_strength > 0 ? "that before the search" : "the start's",
                counted(cost.iterations, "iteration").c_str());
  }
  std::printf("peak %.0f MiB on the host", static_cast<double>(peak_host_bytes()) / mib);
  if (has_device) print_device_bytes(cost.device_peak_bytes, cost.places);
  std::printf("\n");
}

}  // namespace example
