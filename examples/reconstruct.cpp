// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

/// Reconstructs a scan in files: `reconstruct --help`.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <new>
#include <sstream>
#include <string>
#include <system_error>
#include <vector>

#include <pyronn/backend/cpu/executor.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/exec/buffer.hpp>
#include <pyronn/io/metaimage.hpp>
#include <pyronn/io/npy.hpp>
#include <pyronn/operators/plan.hpp>
#include <pyronn/scan/scan.hpp>
#include <pyronn/scan/volume_of_scan.hpp>

#include "reconstruct/axis.hpp"
#include "reconstruct/backend.hpp"
#include "reconstruct/image_error.hpp"
#include "reconstruct/judgement.hpp"
#include "reconstruct/options.hpp"
#include "reconstruct/progress_bar.hpp"
#include "reconstruct/scan_format.hpp"
#include "reconstruct/slices_png.hpp"
#include "reconstruct/stage_table.hpp"
#include "reconstruct/stopwatch.hpp"
#include "support/process.hpp"

namespace example {
namespace {

/// Refuses to overwrite what is read.
void check_inputs_survive(Options const& options, pyronn::Scan const& scan) {
  auto inputs = scan.files;
  inputs.push_back(options.truth);
  for (auto const& output : {options.output, options.png}) {
    std::error_code absent;  // of a name that is none, too
    if (!std::filesystem::exists(output, absent)) continue;
    for (auto const& input : inputs) {
      if (std::filesystem::equivalent(input, output, absent)) {
        throw BadInput(output.string() + ": is read and cannot be an output");
      }
    }
  }
}

/// Finds out before anything is computed whether the outputs can be written.
void check_outputs(Options const& options, pyronn::Scan const& scan) {
  auto const check = [](char const* name, std::filesystem::path const& path, std::int64_t bytes) {
    try {
      check_output(path, bytes);
    } catch (pyronn::FileError const& error) {
      throw BadInput(std::string{name} + ": " + error.what());
    }
  };
  check("--output", options.output,
        scan.grid->size.count() * static_cast<std::int64_t>(sizeof(float)));
  if (!options.png.empty()) check("--png", options.png, 0);
}

/// What the library refuses while the input is read, said of `name`.
template <class Read>
auto as_input(std::string const& name, Read const& read) {
  try {
    return read();
  } catch (pyronn::InvalidArgument const& error) {
    throw BadInput(name + ": " + error.what());
  } catch (pyronn::FileError const& error) {
    throw BadInput(name + ": " + error.what());
  }
}

/// With a volume: the file's, or else the one that the scan sees.
pyronn::Scan read_scan_and_volume(Options const& options) {
  auto scan = read_scan({options.scan, options.projections, options.given()});
  std::string const name = options.scan.string();
  if (options.center != "file" && !scan.circle) {
    throw BadInput("--center: " + name + " describes no circle in space");
  }
  return as_input(name, [&] {
    bool const has_axis =
        !options.axis_column() || scan.circle->axis_column == *options.axis_column();
    if (!has_axis) set_axis(scan, *options.axis_column());
    if (!scan.grid && !scan.circle) throw BadInput(name + ": volume: is missing");
    if (!scan.grid) scan.grid = pyronn::volume_of_scan(*scan.circle);
    return scan;
  });
}

void print_facts(pyronn::Scan const& scan) {
  std::ostringstream text;
  text.exceptions(std::ios::badbit);
  for (auto const& fact : scan.facts) text << fact << '\n';
  std::printf("%s", text.str().c_str());
}

pyronn::NpyArray<float> read_truth(Options const& options, pyronn::Scan const& scan) {
  if (options.truth.empty()) return {};
  auto const& size = scan.grid->size;
  auto truth = pyronn::read_npy<float>(options.truth);
  if (truth.shape != std::vector<std::int64_t>{size[2], size[1], size[0]}) {
    throw BadInput("--truth: " + options.truth.string() + " has the shape " +
                   pyronn::detail::npy_shape_text(truth.shape) + ", not the volume's");
  }
  return truth;
}

/// Says what is wrong with images, and puts right what was asked for.
void judge_images(Options const& options, pyronn::Scan const& scan, AnyImages& images) {
  Judgement const judgement =
      judge(scan, images, options.least_transmission, pyronn::CpuExecutor{options.threads});
  for (std::string const& warning : judgement.warnings(options.least_transmission)) {
    std::fprintf(stderr, "reconstruct: %s\n", warning.c_str());
  }
  if (judgement.dead_pixels + judgement.not_finite == 0) return;
  if (!options.is_repairing) {
    std::fprintf(stderr, "reconstruct: they count as if no light arrived; see --repair\n");
    return;
  }
  std::int64_t const left = repair(scan, judgement, images);
  if (left > 0) {
    std::fprintf(stderr, "reconstruct: %lld dead pixels have no neighbour to repair them by\n",
                 static_cast<long long>(left));
  }
}

/// The device to compute on; empty for the CPU.
std::string choose_device(Options const& options) {
  if (options.executor == "cpu") return "";
  std::string name = cuda_device_name();
  if (options.executor == "cuda" && name.empty()) {
    throw BadInput("--executor: cuda, but there is no CUDA device, or no CUDA in this build");
  }
  return name;
}

void print_plan(int views, pyronn::Plan const& plan) {
  std::ostringstream text;
  text.exceptions(std::ios::badbit);
  text << plan;
  std::printf("%d views at a time:\n%s\n", views, text.str().c_str());
}

Cost compute(Options const& options, pyronn::Scan const& scan, AnyImages const& images,
             std::string const& device, pyronn::VolumeView<float> volume) {
  bool const is_on_device = !device.empty();
  bool const is_textured =
      options.interpolation == "texture" || (options.interpolation == "auto" && is_on_device);
  ProgressBar bar{!options.is_quiet};
  Job const job{scan,
                *scan.grid,
                images,
                options.fbp_options(),
                options.least_transmission,
                is_textured,
                options.workspace_bytes(),
                [&bar](double done) { bar.update(done); },
                options.is_verbose ? print_plan : nullptr};
  if (!options.is_quiet) {
    std::printf(
        "%d views of %d x %d pixels, %d x %d x %d voxels, %s interpolation, on %s\n",
        scan.num_views(), scan.detector_size()[0], scan.detector_size()[1], volume.extents[0],
        volume.extents[1], volume.extents[2], is_textured ? "texture" : "software",
        is_on_device ? device.c_str() : (std::to_string(options.threads) + " CPU threads").c_str());
    flush_standard_output();
  }
  return is_on_device ? reconstruct_on_cuda(job, volume)
                      : reconstruct_on_cpu(job, volume, options.threads);
}

void write_outputs(Options const& options, pyronn::Scan const& scan,
                   pyronn::VolumeView<float const> volume) {
  if (options.output.extension() == ".mha") {
    pyronn::write_metaimage(options.output, volume, *scan.grid);
  } else {
    pyronn::write_npy(options.output, volume);
  }
  if (!options.png.empty()) {
    write_slices_png(options.png, volume, *scan.grid, options.grey_window());
  }
}

void print_report(pyronn::Scan const& scan, Cost const& cost, double read_seconds,
                  double read_bytes, double write_seconds) {
  auto const voxels = static_cast<double>(scan.grid->size.count());
  auto const pixels = static_cast<double>(scan.detector_size().count());
  auto const views = static_cast<double>(scan.num_views());
  StageTable table;
  table.add("read", read_seconds, read_bytes / 1e6, "MB/s");
  table.add("preprocess", cost.preprocess_seconds, pixels * views / 1e6, "Mpixel/s");
  table.add("filter + backproject", cost.reconstruct_seconds, voxels * views / 1e9, "GUPS");
  if (cost.device_peak_bytes > 0) {
    table.add("copy to host", cost.copy_seconds, voxels * sizeof(float) / 1e6, "MB/s");
  }
  table.add("write", write_seconds, voxels * sizeof(float) / 1e6, "MB/s");
  table.print();
  auto const mib = [](std::size_t bytes) { return static_cast<double>(bytes) / (1 << 20); };
  std::printf("workspace %.0f MiB, peak %.0f MiB on the host", mib(cost.workspace_bytes),
              mib(peak_host_bytes()));
  if (cost.device_peak_bytes > 0)
    std::printf(", %.0f MiB on the device", mib(cost.device_peak_bytes));
  std::printf("\n");
}

/// Whether the images are asked where the axis is: that is what is said, or nobody knows.
bool wants_axis(Options const& options, pyronn::Scan const& scan) {
  return options.center == "auto" || (options.center == "file" && is_axis_assumed(scan));
}

void find_axis(Options const& options, AnyImages const& images, pyronn::Scan& scan) {
  auto const axis =
      find_axis(scan, images, options.least_transmission, pyronn::CpuExecutor{options.threads});
  set_axis(scan, axis.column);
  if (!options.is_quiet) std::printf("%s\n", text_of(axis).c_str());
}

int run(Options const& options) {
  Stopwatch watch;
  std::string const device = choose_device(options);
  pyronn::Scan scan = read_scan_and_volume(options);
  check_inputs_survive(options, scan);
  check_outputs(options, scan);
  if (!options.is_quiet) print_facts(scan);
  std::string const description = options.scan.string();
  if (!wants_axis(options, scan)) {
    as_input(description, [&] { check_orbit(scan, *scan.grid, options.fbp_options()); });
  }
  auto const truth = as_input("--truth", [&] { return read_truth(options, scan); });
  auto images = as_input(description, [&] { return read_images(scan); });
  judge_images(options, scan, images);
  if (wants_axis(options, scan)) {
    as_input(description, [&] { find_axis(options, images, scan); });
    as_input(description, [&] { check_orbit(scan, *scan.grid, options.fbp_options()); });
  }
  double const read_seconds = watch.restart();

  pyronn::CpuExecutor const host;
  pyronn::Buffer<float, pyronn::CpuExecutor> const memory{
      host, static_cast<std::size_t>(scan.grid->size.count())};
  auto const volume = memory.view(scan.grid->size);
  Cost const cost = compute(options, scan, images, device, volume);

  static_cast<void>(watch.restart());
  write_outputs(options, scan, volume);
  double const write_seconds = watch.restart();
  if (!options.is_quiet) {
    print_report(scan, cost, read_seconds, static_cast<double>(bytes(images)), write_seconds);
  }
  if (truth.data.empty()) return 0;
  ImageError const error = image_error(volume.data, truth.data.data(), volume.count());
  std::printf("against the truth: relative L2 error %.3g, PSNR %.1f dB, mean error %.3g / mm\n",
              error.relative_l2, error.psnr_db, error.mean_absolute);
  return error.relative_l2 <= options.max_error ? 0 : 1;
}

int complain(char const* program, std::string message, int status) {
  std::replace(message.begin(), message.end(), '\n', ' ');
  std::fprintf(stderr, "%s: %s\n", program, message.c_str());
  return status;
}

}  // namespace
}  // namespace example

int main(int argc, char** argv) {
  example::prepare_process();
  try {
    auto const options = example::parse_options(argc, argv);
    int const status = options ? example::run(*options) : 0;
    example::flush_standard_output();
    return status;
  } catch (example::BadInput const& error) {
    return example::complain("reconstruct", error.what(), 2);
  } catch (pyronn::OutOfMemory const& error) {
    return example::complain("reconstruct", error.what(), 1);
  } catch (std::bad_alloc const&) {
    return example::complain("reconstruct", "out of memory", 1);
  } catch (std::exception const& error) {
    return example::complain("reconstruct", error.what(), 1);
  }
}
