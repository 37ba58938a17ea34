// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// FDK from a file of views to a file of slices within limits, beside what it cannot be faster
/// than: the files read and written by dd, and the same FDK in the executor's memory.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <future>
#include <iostream>
#include <string>
#include <vector>

#include <pyronn/distributed/streamed.hpp>
#include <pyronn/io/block_reader.hpp>
#include <pyronn/io/block_writer.hpp>

namespace benchmark {

using Cone = pyronn::ConeBeam;
using Fdk = pyronn::Fbp<Cone, pyronn::SoftwareInterp>;

template <class Work>
double seconds(Work const& work) {
  auto const begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

/// Volume, views and their rows are of this size.
inline Fdk fdk_of(int size) {
  Cone const scan = Cone::circular({785, 1200, pyronn::equal_angles(size)},
                                   {{size, size}, {560.0 / size, 560.0 / size}});
  double const spacing = 256.0 / size;
  return {scan, pyronn::Grid::centered({size, size, size}, {spacing, spacing, spacing})};
}

/// Of this process [bytes]: "VmHWM", the most that was resident, or "VmRSS", what is now.
inline double status_bytes(std::string const& key) {
  std::ifstream file{"/proc/self/status"};
  for (std::string line; std::getline(file, line);) {
    if (line.rfind(key + ":", 0) == 0) return 1024 * std::atof(line.c_str() + key.size() + 1);
  }
  return 0;
}
inline void forget_peak() { std::ofstream{"/proc/self/clear_refs"} << 5; }

/// Numbers that no two neighbours share.
inline void write_views(std::filesystem::path const& path, pyronn::Extents<3> const& extents) {
  auto const writer = pyronn::npy_block_writer(path, extents);
  std::vector<float> view(static_cast<std::size_t>(extents[0]) *
                          static_cast<std::size_t>(extents[1]));
  auto state = 1U;
  for (int n = 0; n < extents[2]; ++n) {
    for (float& value : view) {
      state = state * 1664525U + 1013904223U;
      value = static_cast<float>(state >> 8) * 0x1p-24F;
    }
    writer->write({n, 1, 0, extents[1]}, view.data());
  }
  writer->commit();
}

/// Runs dd past the page cache.
inline double dd(std::string const& arguments) {
  std::string const command = "dd bs=4M " + arguments + " 2> /dev/null";
  return seconds([&] {
    if (std::system(command.c_str()) != 0) throw std::runtime_error{command + " failed"};
  });
}

/// `in_core(op)` is how long a call takes in the executor's memory [s].
template <class Executor, class InCore>
void disk_to_disk(Executor const& executor, int size, pyronn::StreamLimits const& limits,
                  std::filesystem::path const& folder, InCore const& in_core) {
  Fdk const op = fdk_of(size);
  auto const in = folder / "pyronn-views.npy";
  auto const out = folder / "pyronn-volume.npy";
  auto const of_dd = folder / "pyronn-dd.raw";
  pyronn::Extents<3> const cube{size, size, size};
  write_views(in, cube);
  std::string const reading = "iflag=direct of=/dev/null if=" + in.string();
  std::string const writing =
      "iflag=fullblock,count_bytes oflag=direct conv=fsync if=/dev/zero of=" + of_dd.string() +
      " count=" + std::to_string(cube.count() * 4);
  double const read = dd(reading);
  double const written = dd(writing);
  double const both = seconds([&] {
    auto const other = std::async(std::launch::async, [&] { dd(writing); });
    dd(reading);
  });
  std::filesystem::remove(of_dd);
  std::clock_t const begin = std::clock();
  double const kernel = in_core(op);
  double const of_cores = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  double const longest = std::max({read, written, kernel});
  std::printf(
      "%d^3: read %.2f s, written %.2f s, both at once %.2f s, FDK %.2f s (%.2f s of cores)\n",
      size, read, written, both, kernel, of_cores);

  double const before = status_bytes("VmRSS");
  forget_peak();
  auto const reader = pyronn::npy_block_reader(in);
  pyronn::Streamed call{executor, op, limits};
  pyronn::StreamRates rates;
  {
    auto const scratch = pyronn::npy_block_writer(out, cube);
    double const probe =
        seconds([&] { rates = call.measure_rates(reader.input(), scratch->output()); });
    std::cout << rates << "; measured in " << probe << " s\n";
  }
  auto const writer = pyronn::npy_block_writer(out, cube);
  pyronn::StreamPlan const plan = call.plan(reader.input(), writer->output(), rates);
  std::cout << plan << std::endl;
  std::clock_t const begin_of_call = std::clock();
  double const time = seconds([&] {
    call(reader.input(), writer->output());
    writer->commit();
  });
  double const of_call = static_cast<double>(std::clock() - begin_of_call) / CLOCKS_PER_SEC;
  std::printf("disk to disk %.2f s (%.2f s of cores), %.2f of the longest, %.2f of both at once; ",
              time, of_call, time / longest, time / both);
  std::printf("forecast %.2f s, %+.0f %%; peak %.0f MiB\n", plan.seconds,
              100 * (plan.seconds / time - 1), (status_bytes("VmHWM") - before) / (1 << 20));
  std::filesystem::remove(in);
  std::filesystem::remove(out);
}

/// SIZE, the device's limit [MiB], the host's [MiB] and the folder of the files.
struct DiskArguments {
  int size;
  pyronn::StreamLimits limits;
  std::filesystem::path folder;

  DiskArguments(int argc, char** argv, int usual_size, double usual_mib, double usual_host_mib)
      : size{argc > 1 ? std::atoi(argv[1]) : usual_size},
        limits{bytes(argc > 2 ? std::atof(argv[2]) : usual_mib),
               bytes(argc > 3 ? std::atof(argv[3]) : usual_host_mib)},
        folder{argc > 4 ? argv[4] : "."} {}

 private:
  static std::size_t bytes(double mib) { return static_cast<std::size_t>(mib * (1 << 20)); }
};

}  // namespace benchmark
