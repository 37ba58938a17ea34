// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// What rates of streamed calls are found by: rays and voxels of a block, and times of some blocks.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

#include "support/backends.hpp"
//
#include <boost/test/unit_test.hpp>

#include <pyronn/core/view_of.hpp>
#include <pyronn/distributed/detail/block_samples.hpp>
#include <pyronn/distributed/detail/stream_forecast.hpp>
#include <pyronn/distributed/detail/transfer_probe.hpp>
#include <pyronn/distributed/detail/work_probe.hpp>
#include <pyronn/distributed/streamed.hpp>
#include <pyronn/io/block_writer.hpp>

#include "support/numbers.hpp"
#include "support/operators.hpp"
#include "support/temporary_folder.hpp"

using pyronn::ConeBeam;
using pyronn::Grid;
using pyronn::HostBlock;
using pyronn::ParallelBeam3D;
using pyronn::Slab;
using pyronn::SoftwareInterp;
using pyronn::StreamRates;
using pyronn::detail::BlockWork;
using pyronn::detail::OutputTask;
using pyronn::detail::ViewIndices;
using Values = std::vector<float>;
namespace tools = boost::test_tools;

namespace {

/// Rays along x and y, of 20 x 40 pixels of 1 mm.
ParallelBeam3D two_views() {
  return ParallelBeam3D::circular({{0, pyronn::pi / 2}}, {{20, 40}, {1, 1}});
}
ViewIndices some_views(int first, int count) { return {nullptr, first, 1, count}; }

/// Of 100 pixels and 1000 voxels a plane.
BlockWork work_of(int made, int read) { return {1e5 * made * read, 1e2 * read, 1e3 * made}; }

/// Those of work on 64 planes made of 40, where 32 planes, and 10, take so much less.
StreamRates rates_of(double seconds, double saved_made, double saved_read) {
  StreamRates rates;
  pyronn::detail::set_rates(work_of(64, 40), seconds, {64, 32, saved_made}, {40, 10, saved_read},
                            rates);
  return rates;
}

/// Of tasks of any kind.
struct Work {
  static constexpr bool makes_volume = false;
  [[nodiscard]] BlockWork work(OutputTask const& task, std::size_t n) const {
    return work_of(task.output.num_planes, task.inputs[n].num_planes);
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(stream_probe)

BOOST_AUTO_TEST_CASE(rays_pass_the_voxels_of_the_slices_that_they_cross) {
  // All rays pass 30 voxels along x in one view and 50 along y in the other.
  Grid const wide = Grid::centered({30, 50, 60}, {1, 1, 1});
  Slab const all{0, 60};
  auto const steps = [&](Slab const& slices, int first_row, int rows, int first_view, int views) {
    return pyronn::detail::mean_steps(two_views(), wide, slices, {first_row, rows},
                                      some_views(first_view, views));
  };
  double const x = steps(all, 0, 40, 1, 1);
  double const y = steps(all, 0, 40, 0, 1);
  BOOST_TEST(std::min(x, y) == 30, tools::tolerance(1e-12));
  BOOST_TEST(std::max(x, y) == 50, tools::tolerance(1e-12));
  BOOST_TEST(steps(all, 0, 40, 0, 2) == 40, tools::tolerance(0.01));
  // Rows 0 to 39 lie in slices 10 to 49.
  BOOST_TEST(steps({10, 20}, 0, 20, 0, 1) == y, tools::tolerance(1e-12));
  BOOST_TEST(steps({10, 20}, 20, 20, 0, 1) == 0);
  BOOST_TEST(steps({0, 10}, 0, 40, 0, 2) == 0);
  BOOST_TEST(steps({10, 20}, 0, 40, 0, 1) == y / 2, tools::tolerance(0.02));
}

BOOST_AUTO_TEST_CASE(slabs_add_up_to_the_whole) {
  ConeBeam const scan =
      ConeBeam::circular({80, 130, pyronn::equal_angles(24)}, {{32, 31}, {1.6, 1.5}});
  Grid const grid = Grid::centered({13, 30, 37}, {1, 1, 0.7}, {3, 2, 5});
  auto const steps = [&](Slab const& slices) {
    return pyronn::detail::mean_steps(scan, grid, slices, {0, 31}, some_views(0, 24));
  };
  double sum = 0;
  for (int slice = 0; slice < 37; ++slice) sum += steps({slice, 1});
  BOOST_TEST(sum > 0);
  BOOST_TEST(sum == steps({0, 37}), tools::tolerance(0.05));
  // Rays beside the volume are none of its work.
  BOOST_TEST(pyronn::detail::mean_steps(scan, grid, {0, 37}, {0, 2}, some_views(0, 24)) <
             0.5 * steps({0, 37}));
}

BOOST_AUTO_TEST_CASE(voxels_are_seen_within_the_detector) {
  auto const share = [](Grid const& grid, Slab const& slices) {
    return pyronn::detail::seen_share(two_views(), grid, slices, some_views(0, 2));
  };
  BOOST_TEST(share(Grid::centered({10, 10, 40}, {1, 1, 1}), {0, 40}) == 1);
  BOOST_TEST(share(Grid::centered({40, 40, 40}, {1, 1, 1}), {0, 40}) == 0.5, tools::tolerance(0.1));
  Grid const high = Grid::centered({10, 10, 80}, {1, 1, 1});
  BOOST_TEST(share(high, {0, 10}) == 0);
  BOOST_TEST(share(high, {30, 20}) == 1);
  BOOST_TEST(share(high, {0, 40}) == 0.5, tools::tolerance(0.1));
}

BOOST_AUTO_TEST_CASE(rates_come_back_from_the_times_that_they_make) {
  StreamRates const rates{1, 1, 3e9, 2e6, 5e7, 0};
  auto const time = [&](int made, int read) {
    return pyronn::detail::seconds_of(work_of(made, read), rates);
  };
  double const seconds = time(64, 40);
  StreamRates const found = rates_of(seconds, seconds - time(32, 40), seconds - time(64, 10));
  BOOST_TEST(found.updates == rates.updates, tools::tolerance(1e-9));
  BOOST_TEST(found.input_elements == rates.input_elements, tools::tolerance(1e-9));
  BOOST_TEST(found.output_elements == rates.output_elements, tools::tolerance(1e-9));
}

BOOST_AUTO_TEST_CASE(no_part_of_the_time_is_negative) {
  // Half of the planes take less than half, and fewer planes of the input more than all.
  for (StreamRates const& rates : {rates_of(2, 1.2, 1.6), rates_of(2, 0.5, -0.1),
                                   rates_of(2, -0.1, -0.1), rates_of(2, 2, 2)}) {
    BOOST_TEST(rates.updates > 0);
    BOOST_TEST(rates.input_elements > 0);
    BOOST_TEST(rates.output_elements > 0);
    BOOST_TEST(pyronn::detail::seconds_of(work_of(64, 40), rates) <= 2 * (1 + 1e-12));
  }
}

BOOST_AUTO_TEST_CASE(work_without_updates_has_a_rate) {
  StreamRates rates;
  pyronn::detail::set_rates({0, 10, 100}, 2, {64, 32, 1}, {40, 10, 1.5}, rates);
  BOOST_TEST(pyronn::detail::seconds_of({0, 10, 100}, rates) == 2, tools::tolerance(1e-12));
  BOOST_TEST(pyronn::detail::seconds_of({1000, 10, 100}, rates) == 2, tools::tolerance(1e-12));
}

BOOST_AUTO_TEST_CASE(all_blocks_count) {
  // Blocks that take the longer the nearer they are to the end.
  std::vector<OutputTask> tasks;
  for (int n = 0; n < 9; ++n) tasks.push_back({{16 * n, 16, 0, 1}, {{0, 8, 0, 1}}});
  Work const work;
  StreamRates rates;
  pyronn::detail::WorkProbe probe{work, tasks, [](OutputTask const& task, std::size_t) {
                                    int const block = task.output.first_plane / 16;
                                    std::this_thread::sleep_for(std::chrono::duration<double>(
                                        1e-4 * (1 + block) * task.output.num_planes));
                                  }};
  probe.measure(rates);
  // Sleeping takes longer at times, never less.
  double seconds = 0;
  for (OutputTask const& task : tasks) {
    seconds += pyronn::detail::seconds_of(work.work(task, 0), rates);
  }
  BOOST_TEST(seconds > 0.9 * 1e-4 * 16 * (1 + 9) * 9 / 2);
}

BOOST_AUTO_TEST_CASE(pieces_are_planes_of_all_blocks_and_begin_again) {
  // Planes of 48 MiB, so that pieces are of one, and of 16 MiB, of four.
  pyronn::detail::Pieces pieces{{{0, 2, 0, 6}, {5, 6, 4, 2}}, std::int64_t{8} << 20};
  std::vector<HostBlock> const expected{
      {0, 1, 0, 6}, {1, 1, 0, 6}, {5, 4, 4, 2}, {9, 2, 4, 2}, {0, 1, 0, 6}};
  for (HostBlock const& block : expected) BOOST_TEST((pieces.next() == block));
  BOOST_TEST(pieces.bytes({5, 4, 4, 2}) == std::int64_t{64} << 20);
}

BOOST_TEST_DECORATOR(*boost::unit_test::precondition(test::device_present))
BOOST_AUTO_TEST_CASE(one_disk_is_not_there_twice) {
  pyronn::Fbp<ConeBeam, SoftwareInterp> const op{
      ConeBeam::circular({80, 130, pyronn::equal_angles(64)}, {{64, 64}, {1.6, 1.5}}),
      Grid::centered({64, 64, 64}, {0.5, 0.5, 0.5})};
  pyronn::Streamed call{test::executor(), op, {std::size_t{400} << 10, std::size_t{8} << 20}};
  // Both ways take a microsecond for 400 bytes, in turns.
  constexpr double bytes_per_second = 4e8;
  std::mutex disk;
  auto const move = [&](HostBlock const& block) {
    double const bytes = 4.0 * 64 * block.num_rows * block.num_planes;
    std::lock_guard<std::mutex> const lock{disk};
    std::this_thread::sleep_for(std::chrono::duration<double>(bytes / bytes_per_second));
  };
  pyronn::HostInput<float> const input{
      call.input_extents(), [&](HostBlock const& block, float* to) {
        std::fill_n(to, 64 * block.num_rows * block.num_planes, 1.0F);
        move(block);
      }};
  pyronn::HostOutput<float> const output{
      call.output_extents(), [&](HostBlock const& block, float const*) { move(block); }};
  StreamRates const rates = call.measure_rates(input, output);
  // Sleeping takes longer at times, never less.
  BOOST_TEST(rates.input_bytes <= bytes_per_second);
  BOOST_TEST(rates.output_bytes <= bytes_per_second);
  auto const plan = call.plan(input, output, rates);
  BOOST_TEST(plan.seconds >
             0.8 * static_cast<double>(plan.bytes_in + plan.bytes_out) / bytes_per_second);
}

BOOST_TEST_DECORATOR(*boost::unit_test::precondition(test::device_present))
BOOST_AUTO_TEST_CASE(what_is_measured_on_files_leaves_nothing_there) {
  pyronn::Fbp<ConeBeam, SoftwareInterp> const op{
      ConeBeam::circular({80, 130, pyronn::equal_angles(16)}, {{19, 31}, {1.6, 1.5}}),
      Grid::centered({11, 13, 37}, {1.1, 0.9, 0.7})};
  pyronn::Streamed call{test::executor(), op, {std::size_t{1} << 20, std::size_t{12} << 20}};
  test::TemporaryFolder const folder;
  Values const in = test::random_values(1, call.input_extents().count());
  {
    auto const scratch = pyronn::npy_block_writer(folder / "out.npy", call.output_extents());
    StreamRates const rates =
        call.measure_rates(pyronn::view_of(in, call.input_extents()), scratch->output());
    BOOST_TEST(rates.output_bytes < StreamRates::infinite);
    BOOST_TEST(folder.entry_count() == 1);
  }
  BOOST_TEST(folder.entry_count() == 0);
  // Blocks that cannot be read after a while.
  int reads = 0;
  pyronn::HostInput<float> const broken{call.input_extents(), [&](HostBlock const&, float*) {
                                          if (++reads == 5) throw std::runtime_error{"broken"};
                                        }};
  auto const measure = [&] {
    auto const scratch = pyronn::npy_block_writer(folder / "out.npy", call.output_extents());
    static_cast<void>(call.measure_rates(broken, scratch->output()));
  };
  BOOST_CHECK_THROW(measure(), std::runtime_error);
  BOOST_TEST(folder.entry_count() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
