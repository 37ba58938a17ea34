// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "program.hpp"

#include <algorithm>
#include <cstdio>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <pyronn/core/error.hpp>
#include <pyronn/scan/scan.hpp>

#include "../support/process.hpp"
#include "axis.hpp"
#include "axis_search.hpp"
#include "backend.hpp"
#include "before_search.hpp"
#include "effects.hpp"
#include "estimate.hpp"
#include "iterative_on_ranks.hpp"
#include "iterative_program.hpp"
#include "judgement.hpp"
#include "last_pictures.hpp"
#include "messages.hpp"
#include "npy_volume.hpp"
#include "options.hpp"
#include "orbit.hpp"
#include "output_checks.hpp"
#include "progress_bar.hpp"
#include "rank_report.hpp"
#include "rank_work.hpp"
#include "report.hpp"
#include "scan_format.hpp"
#include "stopwatch.hpp"
#include "volume_choice.hpp"
#include "volume_files.hpp"
#include "work_place.hpp"

namespace example {
namespace {

/// One run of the program.
class Program {
 public:
  Program(Options const& options, Ranks const& ranks)
      : ranks_{ranks},
        options_{options},
        place_{options, ranks},
        scan_{read_scan({options.scan, options.projections, options.given(), options.entry})} {}

  int operator()() {
    prepare();
    if (options_.is_plan) {
      print_plan();
      return 0;
    }
    draw_sinogram(options_, calibration_, scan_, pictures_);
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
    check_options_of_ranks(options_, ranks_);
    check_inputs_survive(options_, scan_);
    input([&] { apply_axis_options(options_, scan_); });
    check_pictures(options_, scan_);
    check_effects(options_, scan_, place_.is_on_device() ? PlaceOfWork::device : PlaceOfWork::cpu);
    bool const is_searched = wants_axis(options_, scan_);
    if (is_searched) {
      check_before_search(options_, scan_);
      if (ranks_.rank() == 0) check_outputs(options_, 0);
    } else {
      settle();
    }
    using Origin = pyronn::ScanFact::Origin;
    auto const tell_assumed = [&] {
      tell_facts([](Origin origin) { return origin == Origin::assumed; });
    };
    tell_facts([](Origin origin) { return origin != Origin::assumed; });
    try {
      calibration_ = calibrate(options_, scan_);
      if (is_searched) search_axis(options_, calibration_, scan_, pictures_, ranks_);
      if (is_searched) settle();
    } catch (std::exception const&) {
      tell_assumed();
      throw;
    }
    tell_assumed();
    std::string const warning = warning_of_axis(scan_);
    if (!warning.empty()) warn(warning);
  }

  template <class IsWanted>
  void tell_facts(IsWanted const& is_wanted) const {
    if (!options_.is_quiet) print_facts(scan_, is_wanted);
  }

  /// What depends on where the axis is.
  void settle() {
    grid_ = input([&] { return choose_volume(options_, scan_); });
    if (ranks_.rank() == 0) check_outputs(options_, options_.is_plan ? 0 : grid_.size.count());
    iteration_ = input([&] { return iteration_of(options_, scan_, grid_); });
    if (iteration_) share_iteration(*iteration_, scan_, grid_, ranks_);
    if (options_.method.wants_fbp()) {
      input([&] { choose_redundancy(scan_, grid_, fbp_options_); });
    }
    corrections_ = options_.corrections(scan_);
    if (!options_.truth.empty()) truth_ = npy_volume("--truth", options_.truth, grid_);
  }

  [[nodiscard]] BandTask band_task(ViewsReader const& reader) const {
    bool const is_on_device = place_.is_on_device();
    return {scan_,
            grid_,
            pyronn::bytes_of(reader.type()),
            corrections_.columns_held(scan_.detector_size()[0]),
            corrections_.want_all_views(),
            is_on_device,
            peak_host_bytes(),
            is_on_device ? views_on_cuda : views_on_cpu,
            slab_of(scan_, grid_, ranks_, ranks_.rank()).num_slices,
            views_of(scan_, ranks_).count,
            place_.places()};
  }

  /// Those of all ranks, which share them out; of iterations this rank's.
  [[nodiscard]] BandPlan bands(ViewsReader const& reader) {
    if (!iteration_) return plan_bands(band_task(reader), place_.limits());
    BandPlan const plan = input([&] {
      return plan_iterations(band_task(reader), place_.limits(), *iteration_,
                             [&](IterationTask const& task) { return place_.solver_bytes(task); });
    });
    iteration_->column_sums_limit = least_of_ranks(ranks_, iteration_->column_sums_limit);
    return iteration_of_rank(plan, scan_, corrections_, ranks_);
  }

  /// Lets iterations begin with what filtered backprojection makes.
  void make_start(ViewsReader& reader) {
    if (!iteration_ || !iteration_->from_fbp) return;
    BandPlan const plan = bands_of_rank(plan_bands(band_task(reader), place_.limits()), scan_,
                                        grid_, ranks_, ranks_.rank());
    VolumeSink sink{slab_in_memory(scan_, grid_, ranks_, iteration_->start), nullptr};
    Corrections const all = corrections_;
    corrections_.water.reset();
    Job job = job_of(plan, reader, sink);
    job.iteration = nullptr;
    static_cast<void>(place_.run(job));
    corrections_ = all;
    if (iteration_->facts.multiplies) make_positive(iteration_->start, ranks_);
  }

  void print_plan() {
    ViewsReader reader{scan_, calibration_, options_.least_transmission(), options_.threads};
    BandPlan const plan = bands(reader);
    if (ranks_.rank() == 0) {
      print_geometry(scan_);
      print_task(scan_, grid_, plan, place_.name());
      print_method(plan);
      print_missing_space(options_, grid_.size.count());
      flush_standard_output();
    }
    double const start = watch_.seconds();
    auto const making = numbers_of_ranks(
        ranks_, iteration_ ? iterative_seconds(plan, reader) : estimated_seconds(plan, reader));
    if (ranks_.rank() > 0) return;
    if (ranks_.size() > 1) print_ranks(plan, making);
    // Slices of the first rank are written while others are made, unless all come at the end.
    double const behind = iteration_ ? 1 : 1 - 1.0 / ranks_.size();
    double const all = seconds_of_all(making, options_.output, grid_, behind);
    std::printf("about %s\n", text_of_seconds(start + all).c_str());
  }

  void print_method(BandPlan const& plan) const {
    if (!iteration_) return;
    std::printf("%s\n", text_of(*iteration_).c_str());
    if (ranks_.size() == 1) return;
    print_rank_plans(
        plans_on_ranks({scan_, grid_, plan.bands.front(), *iteration_, plan.workspace_limit},
                       options_.threads, ranks_));
  }

  void print_ranks(BandPlan const& plan, std::vector<double> const& seconds) const {
    if (iteration_) return print_shares_of_ranks(scan_, grid_, ranks_, seconds);
    print_bands_of_ranks(plan, scan_, grid_, ranks_, seconds);
  }

  /// By what some views and two iterations take, with a backprojection more for the start.
  [[nodiscard]] double iterative_seconds(BandPlan const& plan, ViewsReader& reader) {
    Iteration const whole = *iteration_;
    iteration_->iterations = std::min(2, whole.iterations);
    iteration_->is_trial = true;
    iteration_->from_fbp = false;
    BandPlan part = plan;
    part.most_views = std::min(plan.most_views, 2 * plan.views_at_a_time);
    VolumeSink sink{discarded_volume(grid_, part), nullptr};
    Cost const cost = place_.run(job_of(part, reader, sink));
    *iteration_ = whole;
    return seconds_to_iterate(scan_, plan, part, cost, whole.iterations);
  }

  /// Of this rank, by what a small part takes.
  [[nodiscard]] double estimated_seconds(BandPlan const& all, ViewsReader& reader) const {
    BandPlan const plan = bands_of_rank(all, scan_, grid_, ranks_, ranks_.rank());
    if (plan.bands.empty()) return 0;
    BandPlan const part = sample_of(scan_, grid_, plan, place_.is_on_device());
    auto const try_part = [&] {
      VolumeSink sink{discarded_volume(grid_, part), nullptr};
      return place_.run(job_of(part, reader, sink));
    };
    static_cast<void>(try_part());  // the first time is slower
    return seconds_to_make(scan_, plan, part, try_part());
  }

  [[nodiscard]] Job job_of(BandPlan const& plan, ViewsReader& reader, VolumeSink& sink) const {
    return {scan_,
            grid_,
            calibration_,
            plan,
            corrections_,
            fbp_options_,
            options_.least_transmission(),
            options_.interpolation == "texture",
            reader,
            sink,
            [](double) {},
            nullptr,
            iteration_ ? &*iteration_ : nullptr};
  }

  [[nodiscard]] std::optional<ImageError> reconstruct() {
    ViewsReader reader{scan_, calibration_, options_.least_transmission(), options_.threads};
    BandPlan plan = bands(reader);
    if (!iteration_) plan = bands_of_rank(plan, scan_, grid_, ranks_, ranks_.rank());
    if (!options_.is_quiet) print_task(scan_, grid_, plan, place_.name());
    if (!options_.is_quiet) print_method(plan);
    flush_standard_output();
    std::vector<float> slab;
    VolumeSink sink{ranks_.rank() == 0 ? open_volume(options_.output, grid_, scan_.axes)
                                       : slab_in_memory(scan_, grid_, ranks_, slab),
                    truth_};
    make_start(reader);
    ProgressBar bar{!options_.is_quiet};
    Job job = job_of(plan, reader, sink);
    // The first rank has the first slices.
    job.progress = [&](double done) { bar.update(std::min(1.0, done * ranks_.size())); };
    if (iteration_) {
      iteration_->progress = [&](int iterations, double residual) {
        std::string const text = text_of_progress(*iteration_, iterations, residual);
        bar.update(static_cast<double>(iterations) / iteration_->iterations, text);
        if (options_.is_verbose) std::printf("%s\n", text.c_str());
      };
    }
    if (options_.is_verbose) job.planned = print_steps;
    double const start_seconds = watch_.seconds();
    Cost cost = plan.bands.empty() ? Cost{} : place_.run(job);
    gather_slabs(scan_, grid_, ranks_, slab, sink);
    if (ranks_.rank() > 0) return std::nullopt;
    cost.start_seconds = start_seconds;
    for (std::string const& warning : reader.warnings()) warn(warning);
    sink.commit();
    pictures_.write();
    write_last_pictures(options_, sink, cost);
    cost.all_seconds = watch_.seconds();
    if (!options_.is_quiet) print_report(scan_, grid_, cost);
    return sink.error();
  }

  Stopwatch watch_;
  Ranks const& ranks_;
  Options const& options_;
  WorkPlace place_;
  pyronn::Scan scan_;
  pyronn::Grid grid_{};
  std::shared_ptr<pyronn::ImageStack const> truth_{};  ///< null: there is nothing to compare with
  Calibration calibration_{};
  LatePictures pictures_{};
  Corrections corrections_{};
  std::optional<Iteration> iteration_{};
  pyronn::FbpOptions fbp_options_{options_.fbp_options()};
};

}  // namespace

int run(Options const& options, Ranks const& ranks) { return Program{options, ranks}(); }

}  // namespace example
