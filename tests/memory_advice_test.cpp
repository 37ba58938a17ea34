// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "support/backends.hpp"
//
// What reconstructions take, and what would fit under a limit.
#include <cstddef>
#include <string>
#include <type_traits>

#include <boost/test/unit_test.hpp>

#include <pyronn/core/half.hpp>
#include <pyronn/geometry/cone_beam.hpp>
#include <pyronn/interp/software_interp.hpp>
#include <pyronn/operators/algebra/system_matrix.hpp>
#include <pyronn/recon/solver/cgls.hpp>
#include <pyronn/recon/solver/memory_advice.hpp>
#include <pyronn/recon/solver/os_sart.hpp>
#include <pyronn/recon/solver/problem.hpp>
#include <pyronn/recon/solver/ramp_preconditioner.hpp>
#include <pyronn/recon/solver/with_data_of.hpp>

#include "support/counting_executor.hpp"
#include "support/dense_map.hpp"
#include "support/small_systems.hpp"

using pyronn::CglsOptions;
using pyronn::Half;
using pyronn::MemoryAdvice;
using pyronn::MemoryLimit;
using pyronn::MemoryWay;
using Cone = pyronn::SystemMatrix<pyronn::ConeBeam, pyronn::SoftwareInterp>;
using Executor = test::CountingExecutor;

namespace {

constexpr std::size_t mebibyte = std::size_t{1} << 20;

Cone cone() {
  return {pyronn::ConeBeam::circular({100, 150, pyronn::equal_angles(24)}, {{40, 30}, {1, 1}}),
          pyronn::Grid::centered({20, 22, 24}, {1, 1, 1})};
}
constexpr std::size_t voxels = std::size_t{20} * 22 * 24;
constexpr std::size_t pixels = std::size_t{40} * 30 * 24;

/// A solver that takes its workspace, two images and two sets of rays; it allocates nothing.
template <class Options>
MemoryAdvice imagined(std::size_t limit, Options const& options) {
  auto const bytes = [](Cone const& map, Options const& with) {
    auto const arrays = static_cast<std::size_t>(map.domain().count() + map.range().count());
    return 2 * sizeof(float) * arrays + with.workspace_limit;
  };
  return pyronn::memory_advice(cone(), options, MemoryLimit{limit}, bytes);
}

/// All that is allocated for a solver with image and data, in the way that was advised.
template <class Solver, class Data, class Map, class Options>
std::size_t taken(Map const& map, Options options, MemoryWay const& way) {
  options.workspace_limit = way.workspace_limit;
  if constexpr (std::is_same_v<Options, pyronn::OsSartOptions>) {
    options.column_sums_limit = way.columns_limit;
  }
  Executor const executor;
  pyronn::Buffer<float, Executor> image{executor, static_cast<std::size_t>(map.domain().count())};
  pyronn::Buffer<Data, Executor> data{executor, static_cast<std::size_t>(map.range().count())};
  pyronn::fill(executor, image.view(map.domain()), 0);
  pyronn::fill(executor, data.view(map.range()), 1);
  pyronn::ReconstructionProblem<Map> const problem{map, data.view(map.range())};
  Solver solver{executor, problem, options};
  solver.start(image.view(map.domain()));
  solver.iterate();
  return executor.bytes();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(memory_advice, *boost::unit_test::precondition(test::device_present))

BOOST_AUTO_TEST_CASE(what_fits_stays_as_asked) {
  MemoryAdvice const advice = imagined(400 * mebibyte, CglsOptions{});
  BOOST_TEST(advice.fits());
  BOOST_TEST(advice.ways.size() == 1U);
  BOOST_TEST(advice.best().bytes == 256 * mebibyte + 3 * sizeof(float) * (voxels + pixels));
  BOOST_TEST(advice.best().factor == 1);
  BOOST_TEST(!advice.best().has_half_data);
  BOOST_TEST(advice.best().workspace_limit == pyronn::default_workspace_limit);
  BOOST_TEST(advice.text() ==
             "solver, image and data take 256.5 MiB of the 400.0 MiB that they may take");
}

BOOST_AUTO_TEST_CASE(less_is_asked_of_the_workspace_first) {
  MemoryAdvice const advice = imagined(70 * mebibyte, CglsOptions{});
  BOOST_TEST(advice.fits());
  BOOST_TEST(advice.best().workspace_limit == 64 * mebibyte);
  BOOST_TEST(advice.best().factor == 1);
  BOOST_TEST(advice.text() ==
             "solver, image and data take 256.5 MiB, more than the 70.0 MiB that they may take, "
             "with a workspace of 64.0 MiB they take 64.5 MiB, which fits");
}

BOOST_AUTO_TEST_CASE(data_are_rounded_next_and_pixels_last) {
  std::size_t const least = 3 * sizeof(float) * (voxels + pixels);
  MemoryAdvice const rounded = imagined(least - 1, CglsOptions{});
  BOOST_TEST(rounded.fits());
  BOOST_TEST(rounded.best().has_half_data);
  BOOST_TEST(rounded.best().workspace_limit == 0U);
  BOOST_TEST(rounded.best().bytes == least - pixels * sizeof(Half));
  CglsOptions options;
  options.workspace_limit = 0;
  MemoryAdvice const coarse = imagined(rounded.best().bytes - 1, options);
  BOOST_TEST(coarse.fits());
  BOOST_TEST(coarse.best().factor == 2);
  BOOST_TEST(!coarse.best().has_half_data);
  BOOST_TEST((coarse.best().size == pyronn::Extents<3>{10, 11, 12}));
  BOOST_TEST(coarse.best().bytes == 3 * sizeof(float) * (voxels / 8 + pixels / 4));
  MemoryAdvice const coarser = imagined(coarse.best().bytes - 1, options);
  BOOST_TEST(coarser.fits());
  BOOST_TEST(coarser.best().factor == 4);
  MemoryAdvice const never = imagined(10, options);
  BOOST_TEST(!never.fits());
  BOOST_TEST(never.best().factor > 4);
  BOOST_TEST(never.text().find("nothing that is known fits") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(column_weights_are_made_anew_before_data_are_rounded) {
  using Solver = pyronn::OsSart<Cone, Executor>;
  pyronn::OsSartOptions options;
  options.subsets = 6;
  options.workspace_limit = 0;
  Executor const executor;
  auto const advise = [&](std::size_t limit) {
    return pyronn::memory_advice<Solver>(executor, cone(), options, MemoryLimit{limit});
  };
  std::size_t const all = advise(std::size_t{1} << 40).best().bytes;
  MemoryWay const way = advise(all - 1).best();
  BOOST_TEST(way.columns_limit == 0U);
  BOOST_TEST(!way.has_half_data);
  std::size_t const column_weights = (voxels * sizeof(float) + 511) / 512 * 512;
  BOOST_TEST(all - way.bytes == 5 * column_weights);
  BOOST_TEST((taken<Solver, float>(cone(), options, way) == way.bytes));
}

// A way that is advised takes what was said of it.
BOOST_AUTO_TEST_CASE(ways_take_what_was_said) {
  using Solver = pyronn::Cgls<Cone, Executor>;
  Executor const executor;
  CglsOptions const options;
  auto const advise = [&](std::size_t limit) {
    return pyronn::memory_advice<Solver>(executor, cone(), options, MemoryLimit{limit});
  };
  MemoryWay const asked = advise(std::size_t{1} << 40).best();
  BOOST_TEST((taken<Solver, float>(cone(), options, asked) == asked.bytes));
  auto const half = pyronn::with_data_of<Half>(cone());
  using OfHalf = pyronn::Cgls<pyronn::WithDataOf<Half, Cone>, Executor>;
  int with_half_data = 0;
  int coarse = 0;
  // Smaller workspaces are no ways where kernels take none.
  for (MemoryWay const& known : advise(0).ways) {
    MemoryWay const way = advise(known.bytes).best();
    BOOST_TEST(way.bytes == known.bytes);
    if (way.has_half_data) {
      ++with_half_data;
      BOOST_TEST((taken<OfHalf, Half>(half, options, way) == way.bytes));
    } else if (way.factor <= 2) {
      coarse += way.factor == 2 ? 1 : 0;
      auto const level = pyronn::resolution_level(cone().geometry(), cone().grid(), way.factor);
      BOOST_TEST(
          (taken<Solver, float>(Cone{level.geometry, level.grid}, options, way) == way.bytes));
    }
  }
  BOOST_TEST(with_half_data >= 1);
  BOOST_TEST(coarse == 1);
  // Weights and masks count, too.
  MemoryLimit limit{std::size_t{1} << 40};
  limit.has_weights = true;
  limit.has_mask = true;
  BOOST_TEST(pyronn::memory_advice<Solver>(executor, cone(), options, limit).best().bytes ==
             asked.bytes + (pixels + voxels) * sizeof(float));
}

// Of a map without a grid nothing but workspace and data can be smaller.
BOOST_AUTO_TEST_CASE(maps_without_a_grid_have_no_levels) {
  using Map = test::DenseMap<double>;
  Map const map{test::small_domain, test::small_range, test::small_entries()};
  Executor const executor;
  using Solver = pyronn::Cgls<Map, Executor>;
  MemoryAdvice const advice =
      pyronn::memory_advice<Solver>(executor, map, CglsOptions{}, MemoryLimit{100});
  BOOST_TEST(!advice.fits());
  BOOST_TEST(advice.ways.size() == 1U);
  using Ramp = pyronn::RampPreconditioner<double, 2>;
  auto const with_ramp = [&](Map const& of, CglsOptions const& with) {
    return pyronn::Cgls<Map, Executor, Ramp>::memory_bytes(executor, of, with, Ramp{of.domain()});
  };
  BOOST_TEST(pyronn::memory_advice(map, CglsOptions{}, MemoryLimit{100}, with_ramp).best().bytes >
             advice.best().bytes);
}

BOOST_AUTO_TEST_SUITE_END()
