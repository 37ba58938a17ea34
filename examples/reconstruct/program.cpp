// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "program.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <pyronn/backend/cpu/executor.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/operators/plan.hpp>
#include <pyronn/scan/npy_images.hpp>
#include <pyronn/scan/row_extension.hpp>
#include <pyronn/scan/scan.hpp>

#include "../support/process.hpp"
#include "axis.hpp"
#include "axis_picture.hpp"
#include "backend.hpp"
#include "estimate.hpp"
#include "judgement.hpp"
#include "messages.hpp"
#include "options.hpp"
#include "output_checks.hpp"
#include "progress_bar.hpp"
#include "report.hpp"
#include "scan_format.hpp"
#include "sinogram_picture.hpp"
#include "slices_png.hpp"
#include "stopwatch.hpp"
#include "volume_choice.hpp"
#include "volume_files.hpp"

namespace example {
namespace {

/// The device to compute on; without a name: the CPU.
Device choose_device(Options const& options) {
  if (options.executor == "cpu") return {};
  Device device = cuda_device();
  if (options.executor == "cuda" && device.name.empty()) {
    throw BadInput("--executor: cuda, but there is no CUDA device, or no CUDA in this build");
  }
  return device;
}

/// One run of the program.
class Program {
 public:
  explicit Program(Options const& options)
      : options_{options},
        device_{choose_device(options)},
        scan_{read_scan({options.scan, options.projections, options.given()})} {}

  int operator()() {
    prepare();
    draw_sinogram();
    if (options_.is_plan) {
      print_plan();
      return 0;
    }
    auto const error = reconstruct();
    if (!error) return 0;
    std::printf("against the truth: relative L2 error %.3g, PSNR %.1f dB, mean error %.3g\n",
                error->relative_l2, error->psnr_db, error->mean_absolute);
    return error->relative_l2 <= options_.max_error ? 0 : 1;
  }

 private:
  template <class Read>
  auto input(Read const& read) const {
    return as_input(options_.scan.string(), read);
  }

  /// All that is found out before anything is computed. What is assumed is told at the end, as a
  /// search may know better, but before an error that it may be the cause of.
  void prepare() {
    check_inputs_survive(options_, scan_);
    input([&] { apply_axis_options(options_, scan_); });
    check_pictures(options_, scan_);
    bool const is_searched = wants_axis(options_, scan_);
    if (is_searched) {
      check_outputs(options_, 0);
    } else {
      settle();
    }
    using Origin = pyronn::ScanFact::Origin;
    auto const tell_assumed = [&] {
      tell_facts([](Origin origin) { return origin == Origin::assumed; });
    };
    tell_facts([](Origin origin) { return origin != Origin::assumed; });
    try {
      calibrate();
      if (is_searched) find_axis();
      if (is_searched) settle();
    } catch (BadInput const&) {
      tell_assumed();
      throw;
    }
    tell_assumed();
  }

  template <class IsWanted>
  void tell_facts(IsWanted const& is_wanted) const {
    if (!options_.is_quiet) print_facts(scan_, is_wanted);
  }

  /// What depends on where the axis is.
  void settle() {
    grid_ = input([&] { return choose_volume(options_, scan_); });
    check_outputs(options_, grid_.size.count());
    input([&] { choose_redundancy(); });
    corrections_ = options_.corrections(scan_);
  }

  /// Half a turn of parallel rays whose axis is aside measures each line through the volume once,
  /// as far as the nearer side reaches.
  void choose_redundancy() {
    try {
      return check_orbit(scan_, grid_, fbp_options_);
    } catch (pyronn::InvalidArgument const&) {
      bool const is_half_turn =
          scan_.circle && scan_.circle->is_parallel() && pyronn::is_half_turn(*scan_.circle);
      if (!is_half_turn || fbp_options_.redundancy != pyronn::Redundancy::automatic) throw;
    }
    fbp_options_.redundancy = pyronn::Redundancy::uniform;
    check_orbit(scan_, grid_, fbp_options_);
    scan_.facts.push_back({"redundancy", "uniform", pyronn::ScanFact::Origin::assumed,
                           "all views see the object to either side"});
  }

  /// Reads darks and flats, and judges by some views what they are good for.
  void calibrate() {
    auto const use =
        options_.fields == "averaged" ? FieldsOfTimes::averaged : FieldsOfTimes::interpolated;
    pyronn::CpuExecutor const executor{options_.threads};
    calibration_ = input([&] { return read_calibration(scan_, use, executor); });
    if (calibration_.is_empty()) return;
    PixelJudgement judgement{options_.least_transmission, {}};
    judgement.options.gain = options_.repair.value_or(judgement.options.gain);
    input([&] { judge(scan_, judgement, executor, calibration_); });
    std::string const bad = text_of_bad_pixels(calibration_.bad_pixels);
    if (!bad.empty()) warn(bad + (options_.repair ? "; interpolated" : "; see --repair"));
  }

  void find_axis() {
    pyronn::CpuExecutor const executor{options_.threads};
    if (options_.roll == "auto") {
      auto const found = input(
          [&] { return find_roll(scan_, calibration_, options_.least_transmission, executor); });
      input([&] { set_roll(scan_, found.roll); });
      if (!options_.axis_column()) input([&] { set_axis(scan_, found.column); });
      if (!options_.is_quiet) std::printf("%s\n", text_of(found).c_str());
      if (!options_.axis_png.empty())
        write_png(options_.axis_png, roll_picture(found), drawn_window);
      return;
    }
    auto const found = input([&] {
      return example::find_axis(scan_, calibration_, options_.least_transmission, executor);
    });
    input([&] { set_axis(scan_, found.column); });
    if (!options_.is_quiet) std::printf("%s\n", text_of(found).c_str());
    if (!options_.axis_png.empty()) write_png(options_.axis_png, axis_picture(found), drawn_window);
  }

  /// Of the row that sees the plane of the source, or else the middle one.
  void draw_sinogram() const {
    if (options_.sinogram_png.empty()) return;
    auto const size = scan_.detector_size();
    double const seen = std::clamp(scan_.circle->central_row, 0.0, size[1] - 1.0);
    auto const lines = input([&] {
      return sinogram(scan_, calibration_, static_cast<int>(seen), options_.least_transmission);
    });
    pyronn::ImageView<float const> const image{lines.data(), {size[0], scan_.num_views()}};
    write_png(options_.sinogram_png, sinogram_picture(image, scan_.circle->axis_column),
              drawn_window);
  }

  [[nodiscard]] bool is_on_device() const { return !device_.name.empty(); }

  [[nodiscard]] BandPlan bands(ViewsReader const& reader) const {
    int const usual_views = is_on_device() ? views_on_cuda : views_on_cpu;
    return plan_bands(
        {scan_, grid_, pyronn::bytes_of(reader.type()),
         corrections_.columns_held(scan_.detector_size()[0]), corrections_.want_all_views(),
         is_on_device(), peak_host_bytes(), usual_views},
        options_.memory_limits(device_.free_bytes));
  }

  void print_plan() {
    ViewsReader reader{scan_, calibration_, options_.least_transmission, options_.threads};
    BandPlan const plan = bands(reader);
    print_geometry(scan_);
    print_task(scan_, grid_, plan, place());
    std::printf("about %s\n", text_of_seconds(estimated_seconds(plan, reader)).c_str());
  }

  /// Where it runs.
  [[nodiscard]] std::string place() const {
    return is_on_device() ? device_.name : std::to_string(options_.threads) + " CPU threads";
  }

  [[nodiscard]] Cost run(Job const& job) const {
    return is_on_device() ? reconstruct_on_cuda(job) : reconstruct_on_cpu(job, options_.threads);
  }

  /// By what a small part takes, and the time until now.
  [[nodiscard]] double estimated_seconds(BandPlan const& plan, ViewsReader& reader) const {
    BandPlan const part = sample_of(scan_, grid_, plan, is_on_device());
    auto const try_part = [&] {
      VolumeSink sink{discarded_volume(grid_, part), nullptr};
      return run(job_of(part, reader, sink));
    };
    static_cast<void>(try_part());  // the first time is slower
    return watch_.seconds() + seconds_of(scan_, grid_, plan, part, try_part(), options_.output);
  }

  [[nodiscard]] Job job_of(BandPlan const& plan, ViewsReader& reader, VolumeSink& sink) const {
    return {scan_,
            grid_,
            calibration_,
            plan,
            corrections_,
            fbp_options_,
            options_.least_transmission,
            options_.interpolation == "texture",
            reader,
            sink,
            [](double) {},
            nullptr};
  }

  [[nodiscard]] std::optional<ImageError> reconstruct() {
    ViewsReader reader{scan_, calibration_, options_.least_transmission, options_.threads};
    BandPlan const plan = bands(reader);
    if (!options_.is_quiet) print_task(scan_, grid_, plan, place());
    flush_standard_output();
    VolumeSink sink{open_volume(options_.output, grid_, scan_.axes), truth()};
    ProgressBar bar{!options_.is_quiet};
    Job job = job_of(plan, reader, sink);
    job.progress = [&bar](double done) { bar.update(done); };
    if (options_.is_verbose) job.planned = print_steps;
    double const start_seconds = watch_.seconds();
    Cost cost = run(job);
    cost.start_seconds = start_seconds;
    for (std::string const& warning : reader.warnings()) warn(warning);
    sink.commit();
    if (!options_.png.empty()) {
      write_slices_png(options_.png, sink.middle_planes(), options_.grey_window());
    }
    cost.all_seconds = watch_.seconds();
    if (!options_.is_quiet) print_report(scan_, grid_, cost);
    return sink.error();
  }

  static void print_steps(int views, pyronn::Plan const& plan) {
    std::ostringstream text;
    text.exceptions(std::ios::badbit);
    text << plan;
    std::printf("%d views at a time:\n%s\n", views, text.str().c_str());
  }

  /// Slices to compare with; null where there are none.
  [[nodiscard]] std::shared_ptr<pyronn::ImageStack const> truth() const {
    if (options_.truth.empty()) return nullptr;
    auto truth = as_input("--truth", [&] { return pyronn::npy_images(options_.truth); });
    if (truth->extents() != grid_.size) {
      throw BadInput("--truth: " + options_.truth.string() + " has other extents than the volume");
    }
    return truth;
  }

  Stopwatch watch_;
  Options const& options_;
  Device device_;
  pyronn::Scan scan_;
  pyronn::Grid grid_{};
  Calibration calibration_{};
  Corrections corrections_{};
  pyronn::FbpOptions fbp_options_{options_.fbp_options()};
};

}  // namespace

int run(Options const& options) { return Program{options}(); }

}  // namespace example
