// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "several_places.hpp"

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include <pyronn/distributed/detail/member_threads.hpp>
#include <pyronn/io/volume_writer.hpp>

#include "stopwatch.hpp"

namespace example {
namespace {

/// A sink that places give slices to in the order of the volume.
class SinkInTurn {
 public:
  explicit SinkInTurn(VolumeSink& sink) : sink_{sink} {}

  /// Waits until those before `first` have come. Throws where a place has failed.
  void take(int first, pyronn::VolumeView<float const> slices) {
    std::unique_lock<std::mutex> lock{mutex_};
    changed_.wait(lock, [&] { return has_failed_ || next_ == first; });
    if (has_failed_) throw pyronn::detail::OtherMemberFailed{};
    sink_.take(slices);
    next_ += slices.extents[2];
    changed_.notify_all();
  }
  /// Nobody waits any more.
  void stop() {
    std::lock_guard<std::mutex> const lock{mutex_};
    has_failed_ = true;
    changed_.notify_all();
  }

 private:
  VolumeSink& sink_;
  std::mutex mutex_;
  std::condition_variable changed_;
  int next_ = 0;  ///< slice
  bool has_failed_ = false;
};

/// The slices of some bands, one band at a time.
class WriterInTurn final : public pyronn::VolumeWriter {
 public:
  WriterInTurn(pyronn::Grid const& slices, std::vector<Band> const& bands, SinkInTurn& sink)
      : VolumeWriter{slices}, bands_{bands}, sink_{sink} {}

 private:
  void write(pyronn::VolumeView<float const> slices) override {
    sink_.take(bands_[number_++].slab.first_slice, slices);
  }
  void finish() override {}

  std::vector<Band> const& bands_;
  SinkInTurn& sink_;
  std::size_t number_ = 0;
};

/// The part of all slices that are done, as places tell it.
class ProgressOfPlaces {
 public:
  ProgressOfPlaces(Job const& job, int places)
      : job_{job}, done_(static_cast<std::size_t>(places)) {}

  /// A place has worked up to this part of the volume, on its own bands.
  void tell(int place, std::vector<Band> const& bands, double reached) {
    double done = 0;
    for (Band const& band : bands) {
      double const slices = band.slab.num_slices;
      done += std::clamp(reached * job_.grid.size[2] - band.slab.first_slice, 0.0, slices);
    }
    std::lock_guard<std::mutex> const lock{mutex_};
    done_[static_cast<std::size_t>(place)] = done;
    double sum = 0;
    for (double const one : done_) sum += one;
    job_.progress(sum / job_.grid.size[2]);
  }

 private:
  Job const& job_;
  std::mutex mutex_;
  std::vector<double> done_;  ///< slices
};

/// Every so manieth band, from one on.
BandPlan bands_of_place(BandPlan const& all, int place) {
  BandPlan plan = all;
  plan.places = 1;
  plan.bands.clear();
  for (auto n = static_cast<std::size_t>(place); n < all.bands.size();
       n += static_cast<std::size_t>(all.places)) {
    plan.bands.push_back(all.bands[n]);
  }
  return plan;
}

pyronn::Grid slices_of(pyronn::Grid grid, std::vector<Band> const& bands) {
  grid.size[2] = 0;
  for (Band const& band : bands) grid.size[2] += band.slab.num_slices;
  return grid;
}

Cost slowest_of(std::vector<Cost> const& costs) {
  Cost cost = costs.front();
  for (Cost const& one : costs) {
    for (double Cost::*const stage :
         {&Cost::read_seconds, &Cost::preprocess_seconds, &Cost::reconstruct_seconds,
          &Cost::copy_seconds, &Cost::write_seconds, &Cost::wall_seconds}) {
      cost.*stage = std::max(cost.*stage, one.*stage);
    }
    cost.device_peak_bytes = std::max(cost.device_peak_bytes, one.device_peak_bytes);
  }
  cost.places = static_cast<int>(costs.size());
  return cost;
}

}  // namespace

Cost reconstruct_on_places(Job const& job,
                           std::function<Cost(int place, Job const& part)> const& run) {
  int const places = job.bands.places;
  if (places == 1) return run(0, job);
  Stopwatch watch;
  std::vector<Cost> costs(static_cast<std::size_t>(places));
  SinkInTurn turns{job.sink};
  ProgressOfPlaces progress{job, places};
  pyronn::detail::run_members(costs.size(), [&](std::size_t n, auto const& check_others) {
    int const place = static_cast<int>(n);
    BandPlan const bands = bands_of_place(job.bands, place);
    VolumeSink sink{
        std::make_unique<WriterInTurn>(slices_of(job.grid, bands.bands), bands.bands, turns),
        nullptr};
    Job const part{job.scan,
                   job.grid,
                   job.calibration,
                   bands,
                   job.corrections,
                   job.options,
                   job.least_transmission,
                   job.is_textured,
                   job.reader,
                   sink,
                   [&](double reached) {
                     check_others();
                     progress.tell(place, bands.bands, reached);
                   },
                   place == 0 ? job.planned : nullptr,
                   job.iteration};
    try {
      costs[n] = run(place, part);
    } catch (...) {
      turns.stop();
      throw;
    }
  });
  Cost cost = slowest_of(costs);
  cost.wall_seconds = watch.restart();
  return cost;
}

}  // namespace example
