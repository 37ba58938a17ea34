// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

/// How the example `reconstruct` shares bands out to several places, which are cores here.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/backend/cpu/executor.hpp>
#include <pyronn/cpu.hpp>
#include <pyronn/io/volume_writer.hpp>
#include <pyronn/scan/images_in_memory.hpp>

#include "../examples/reconstruct/bands.cpp"
#include "../examples/reconstruct/cpu_place.hpp"
#include "../examples/reconstruct/device_choice.cpp"
#include "../examples/reconstruct/pipeline.hpp"
#include "../examples/reconstruct/several_places.cpp"
#include "../examples/reconstruct/views_reader.cpp"
#include "../examples/reconstruct/volume_sink.cpp"
#include "support/numbers.hpp"
#include "support/temporary_folder.hpp"

using pyronn::ConeBeam;
using test::says;

// Pictures and methods are of no interest here, and there are no devices.
namespace example {
MiddlePlanes::MiddlePlanes(pyronn::Grid const& grid) : grid_{grid} {}
void MiddlePlanes::take(int, pyronn::VolumeView<float const>) {}
MethodFacts const& facts_of_method(std::string const&) {
  static MethodFacts const facts{};
  return facts;
}
int cuda_device_count() { return 0; }
Device cuda_device(int) { return {}; }
}  // namespace example

namespace {

class VolumeInVector final : public pyronn::VolumeWriter {
 public:
  VolumeInVector(pyronn::Grid const& grid, std::vector<float>& voxels)
      : VolumeWriter{grid}, voxels_{voxels} {}

 private:
  void write(pyronn::VolumeView<float const> slices) override {
    voxels_.insert(voxels_.end(), slices.data, slices.data + slices.count());
  }
  void finish() override {}

  std::vector<float>& voxels_;
};

/// A scan whose volume is made in bands.
struct ScanOfBands {
  ConeBeam beam = ConeBeam::circular({300, 500, pyronn::equal_angles(24)}, {{21, 40}, {1.5, 1.6}});
  pyronn::Grid grid = pyronn::Grid::centered({9, 10, 22}, {1, 1.2, 1});
  pyronn::Scan scan{beam, std::make_shared<pyronn::ImagesInMemory<float>>(
                              beam.extents(), test::random_values(1, beam.extents().count()))};
  example::Calibration calibration{};
  example::Corrections corrections{};
  std::vector<float> voxels;
  std::vector<double> progress;

  [[nodiscard]] example::BandTask task(int places) const {
    return {scan, grid, 4, 21, false, false, 0, 10, 22, 24, places};
  }
  [[nodiscard]] static example::MemoryLimits limits(std::size_t host_bytes = 1 << 30) {
    return {host_bytes, 0, 1 << 15};
  }

  template <class Run>
  example::Cost made_by(example::BandPlan const& plan, Run const& run) {
    voxels.clear();
    progress.clear();
    example::ViewsReader reader{scan, calibration, 1e-6, 1};
    example::VolumeSink sink{std::make_unique<VolumeInVector>(grid, voxels), nullptr};
    example::Job const job{scan,
                           grid,
                           calibration,
                           plan,
                           corrections,
                           {},
                           1e-6,
                           false,
                           reader,
                           sink,
                           [&](double done) { progress.push_back(done); },
                           nullptr,
                           nullptr};
    return example::reconstruct_on_places(job, run);
  }

  example::Cost on_cores(example::Job const& part) const {
    example::Cost cost;
    example::CpuPlace place{pyronn::CpuExecutor{1}};
    example::Reconstruction<example::CpuPlace, ConeBeam, pyronn::SoftwareInterp>{place, beam, part,
                                                                                 cost}();
    cost.device_peak_bytes = static_cast<std::size_t>(part.bands.most_slices());
    return cost;
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(reconstruct_places)

BOOST_FIXTURE_TEST_CASE(each_place_has_a_band_as_far_as_there_are_slices, ScanOfBands) {
  for (int const places : {1, 2, 3, 4, 5, 8, 9, 22, 30}) {
    for (std::size_t const kib : {std::size_t{1} << 20, std::size_t{96} * 30}) {
      auto const plan = example::plan_bands(task(places), limits(kib << 10));
      BOOST_TEST(plan.places == std::min(places, 22));
      // Each has as many, of nearly as many slices.
      auto const bands = static_cast<int>(plan.bands.size());
      BOOST_TEST((bands % plan.places == 0 || bands == 22));
      int next = 0;
      for (example::Band const& band : plan.bands) {
        BOOST_TEST(band.slab.first_slice == next);
        BOOST_TEST(band.slab.num_slices >= plan.most_slices() - 1);
        next += band.slab.num_slices;
      }
      BOOST_TEST(next == 22);
    }
  }
  // Each has its own memory; where that is less they make more bands.
  auto const one = example::plan_bands(task(1), limits());
  auto const two = example::plan_bands(task(2), limits());
  BOOST_TEST(two.bands.size() == 2U);
  BOOST_TEST(two.host_bytes < 2 * one.host_bytes);
  auto const little = example::plan_bands(task(2), limits(two.host_bytes / 2));
  BOOST_TEST(little.host_bytes <= two.host_bytes / 2);
  BOOST_TEST(little.bands.size() > 2U);
  BOOST_CHECK_EXCEPTION(static_cast<void>(example::plan_bands(task(4), limits(1 << 10))),
                        example::BadInput,
                        says("--host-memory: one slice on each of 4 GPUs, of which --devices can "
                             "name fewer, takes 1M"));
}

BOOST_FIXTURE_TEST_CASE(slices_come_in_their_order, ScanOfBands) {
  auto const cores = [&](int, example::Job const& part) { return on_cores(part); };
  for (int const places : {2, 3, 7}) {
    for (std::size_t const kib : {std::size_t{1} << 20, std::size_t{96}}) {
      auto plan = example::plan_bands(task(places), limits((kib * 7) << 10));
      int const shared = std::exchange(plan.places, 1);
      made_by(plan, cores);
      auto const expected = voxels;
      BOOST_TEST_REQUIRE(expected.size() == 9U * 10U * 22U);
      plan.places = shared;
      auto const cost = made_by(plan, cores);
      BOOST_TEST((voxels == expected));
      BOOST_TEST(cost.places == shared);
      BOOST_TEST(cost.device_peak_bytes == static_cast<std::size_t>(plan.most_slices()));
      BOOST_TEST(cost.reconstruct_seconds > 0);
      BOOST_TEST(std::is_sorted(progress.begin(), progress.end()));
      BOOST_TEST(progress.back() == 1, boost::test_tools::tolerance(1e-12));
    }
  }
}

// Whichever fails: those that wait for its slices end, too.
BOOST_FIXTURE_TEST_CASE(what_one_place_throws_all_throw, ScanOfBands) {
  auto plan = example::plan_bands(task(3), limits());
  plan.bands.clear();
  for (int n = 0; n < 11; ++n) {
    plan.bands.push_back(example::band_of(scan, grid, {2 * n, 2}));
  }
  BOOST_TEST_REQUIRE(plan.places == 3);
  for (int bad = 0; bad < 3; ++bad) {
    std::atomic<int> begun{0};
    std::atomic<int> ended{0};
    auto const run = [&](int place, example::Job const& part) {
      ++begun;
      struct AtEnd {
        std::atomic<int>& count;
        ~AtEnd() { ++count; }
      } const end{ended};
      if (place == bad) {
        // A place that begins after this does not work at all.
        while (begun < 3) std::this_thread::yield();
        std::this_thread::sleep_for(std::chrono::milliseconds{20});
        throw std::runtime_error{"out of order"};
      }
      return on_cores(part);
    };
    BOOST_CHECK_EXCEPTION(made_by(plan, run), std::runtime_error, says("out of order"));
    BOOST_TEST(ended == 3);
    BOOST_TEST(voxels.size() <= 9U * 10U * 2U * 2U);
  }
}

BOOST_AUTO_TEST_CASE(devices_are_named) {
  BOOST_TEST(example::device_numbers("all").empty());
  BOOST_TEST((example::device_numbers("2") == std::vector<int>{2}));
  BOOST_TEST((example::device_numbers("0,3,1") == std::vector<int>{0, 3, 1}));
  for (std::string const text : {"", ",", "0,", ",1", "0 1", "-1", "1.5", "x", "All", "0,x"}) {
    BOOST_CHECK_EXCEPTION(
        static_cast<void>(example::device_numbers(text)), example::BadInput,
        says("--devices: '" + text + "' must be all, or numbers of GPUs, as 0,1"));
  }
  BOOST_CHECK_EXCEPTION(static_cast<void>(example::device_numbers("1,0,1")), example::BadInput,
                        says("--devices: 1 is named twice"));
  example::Options options;
  BOOST_TEST(example::choose_devices(options).empty());
  options.devices = "all";
  BOOST_CHECK_EXCEPTION(static_cast<void>(example::choose_devices(options)), example::BadInput,
                        says("--devices: there is no CUDA device, or no CUDA in this build"));
  options.executor = "cpu";
  BOOST_TEST(example::choose_devices(options).empty());
}

BOOST_AUTO_TEST_SUITE_END()
