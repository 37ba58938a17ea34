// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "report.hpp"

#include <cstddef>
#include <cstdio>

#include <sys/resource.h>

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

/// The most memory that this process ever held at once [bytes].
double peak_host_bytes() {
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) != 0) return 0;
  return static_cast<double>(usage.ru_maxrss) * 1024;
}

}  // namespace

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
  print_stage("filter + backproject", cost.reconstruct_seconds, voxels * scan.num_views() / 1e9,
              "GUPS");
  if (has_device) print_stage("copy to host", cost.copy_seconds, volume / 1e6, "MB/s");
  print_stage("write", cost.write_seconds, volume / 1e6, "MB/s");
  std::printf("%-22s %8.3f s   from the start on, as stages go side by side\n", "together",
              cost.wall_seconds);
  std::printf("%-22s %8.3f s\n", "all", cost.all_seconds);
  constexpr double mib = 1 << 20;
  std::printf("peak %.0f MiB on the host", peak_host_bytes() / mib);
  if (has_device) {
    std::printf(", %.0f MiB on the device", static_cast<double>(cost.device_peak_bytes) / mib);
  }
  std::printf("\n");
}

}  // namespace example
