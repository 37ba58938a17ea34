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
#include <pyronn/distributed/detail/rate_fit.hpp>
#include <pyronn/distributed/detail/transfer_probe.hpp>
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
using pyronn::detail::RateFit;
using pyronn::detail::ViewIndices;
using pyronn::detail::WorkTime;
using Values = std::vector<float>;
namespace tools = boost::test_tools;

namespace {

/// Rays along x and y, of 20 x 40 pixels of 1 mm.
ParallelBeam3D two_views() {
  return ParallelBeam3D::circular({{0, pyronn::pi / 2}}, {{20, 40}, {1, 1}});
}
ViewIndices some_views(int first, int count) { return {nullptr, first, 1, count}; }

double time_of(StreamRates const& rates, BlockWork const& work) {
  return work.updates / rates.updates + work.input_elements / rates.input_elements +
         work.output_elements / rates.output_elements + rates.call_seconds;
}

StreamRates fitted(std::vector<WorkTime> const& times) {
  StreamRates rates;
  RateFit{times}.set(rates);
  return rates;
}

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
  StreamRates const rates{1, 1, 3e9, 2e8, 5e7, 0, 2e-5};
  std::vector<WorkTime> times;
  for (BlockWork const& work : {BlockWork{4e8, 1e6, 2e5},
                                {1e8, 1e6, 5e4},
                                {1e8, 3e5, 2e5},
                                {3e7, 3e5, 5e4},
                                {2e8, 1e6, 2e5}}) {
    times.push_back({work, time_of(rates, work)});
  }
  StreamRates const found = fitted(times);
  BOOST_TEST(found.updates == rates.updates, tools::tolerance(1e-6));
  BOOST_TEST(found.input_elements == rates.input_elements, tools::tolerance(1e-6));
  BOOST_TEST(found.output_elements == rates.output_elements, tools::tolerance(1e-6));
  BOOST_TEST(found.call_seconds == rates.call_seconds, tools::tolerance(1e-6));
}

BOOST_AUTO_TEST_CASE(no_rate_is_negative_and_all_times_are_near) {
  // Half the updates take a little less than half: without bounds a call would take less than none.
  std::vector<WorkTime> const times{{{4e8, 1e6, 2e5}, 0.100},
                                    {{2e8, 1e6, 1e5}, 0.049},
                                    {{1e8, 1e6, 5e4}, 0.024},
                                    {{1e8, 5e5, 2e5}, 0.0255}};
  StreamRates const found = fitted(times);
  BOOST_TEST(found.updates > 0);
  BOOST_TEST(found.input_elements > 0);
  BOOST_TEST(found.output_elements > 0);
  BOOST_TEST(found.call_seconds >= 0);
  for (WorkTime const& time : times) {
    BOOST_TEST(time_of(found, time.work) == time.seconds, tools::tolerance(0.05));
  }
  // Parts that cannot be told apart: their sum counts.
  StreamRates const same = fitted({{{1e6, 1e6, 1e6}, 2}, {{2e6, 2e6, 2e6}, 4}});
  BOOST_TEST(time_of(same, {4e6, 4e6, 4e6}) == 8, tools::tolerance(1e-6));
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
