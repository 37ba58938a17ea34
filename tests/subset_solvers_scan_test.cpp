// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "support/backends.hpp"
//
// Solvers by ordered subsets on scans of the plane.
#include <cmath>
#include <cstddef>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/backend/cpu/executor.hpp>
#include <pyronn/geometry/fan_beam.hpp>
#include <pyronn/interp/software_interp.hpp>
#include <pyronn/operators/algebra/system_matrix.hpp>
#include <pyronn/recon/solver/mlem.hpp>
#include <pyronn/recon/solver/os_sart.hpp>
#include <pyronn/recon/solver/osem.hpp>
#include <pyronn/recon/solver/pwls.hpp>
#include <pyronn/recon/solver/run_solver.hpp>

#include "support/numbers.hpp"

using pyronn::Momentum;
using pyronn::ReconstructionProblem;
using Doubles = std::vector<double>;
using Values = std::vector<float>;
using Fan = pyronn::SystemMatrix<pyronn::FanBeam, pyronn::SoftwareInterp>;
namespace tools = boost::test_tools;

namespace {

Fan fan(int views) {
  return {pyronn::FanBeam::circular({100, 150, pyronn::equal_angles(views)}, {64, 1}),
          pyronn::Grid::flat({32, 32}, {1, 1})};
}

/// A disc with a brighter and a darker one in it [1/mm].
Values discs() {
  Values result;
  for (int y = 0; y < 32; ++y) {
    for (int x = 0; x < 32; ++x) {
      double value = std::hypot(x - 15.5, y - 15.5) < 14 ? 0.02 : 0;
      if (std::hypot(x - 20.0, y - 17.0) < 3) value += 0.01;
      if (std::hypot(x - 10.0, y - 15.0) < 2.5) value -= 0.015;
      result.push_back(static_cast<float>(value));
    }
  }
  return result;
}

/// Line integrals with errors, none negative.
Values noisy_data(Fan const& map, float noise) {
  pyronn::CpuExecutor const host;
  pyronn::Workspace<pyronn::CpuExecutor> workspace{
      host, map.workspace_bytes(host, pyronn::default_workspace_limit)};
  Values image = discs();
  Values data(static_cast<std::size_t>(map.range().count()));
  map.apply(host, pyronn::ArrayView<float const, 2>{image.data(), map.domain()},
            pyronn::ArrayView<float, 2>{data.data(), map.range()}, workspace);
  Values const errors = test::random_values(1, map.range().count());
  for (std::size_t n = 0; n < data.size(); ++n) data[n] = std::abs(data[n] + noise * errors[n]);
  return data;
}

struct Scan {
  explicit Scan(int views, float noise = 0.02F)
      : map{fan(views)},
        values{noisy_data(map, noise)},
        data{map.range(), values},
        image{map.domain()},
        problem{map, data.view()} {
    problem.bounds.lower = 0;
  }

  Fan map;
  Values values;
  test::Array<float, 2> data;
  test::Array<float, 2> image;
  ReconstructionProblem<Fan> problem;
};

/// Measures before and after every iteration, from this value on.
template <class Solver>
std::vector<pyronn::SolverMeasures> measures_of(Scan& scan, Solver&& solver, int iterations,
                                                float start = 0) {
  pyronn::fill(test::executor(), scan.image.view(), start);
  solver.start(scan.image.view());
  pyronn::StoppingRules rules;
  rules.iterations = iterations;
  return pyronn::run_solver(solver, rules).measures;
}

pyronn::PwlsOptions<> smoothing(int subsets, Momentum momentum) {
  pyronn::PwlsOptions<> options;
  options.strength = 0.02;
  options.potential.delta = 0.002;
  options.subsets = subsets;
  options.momentum = momentum;
  return options;
}

/// The image of this many pixels in each direction, brought to 32 of them, for one weight of all
/// rays and this strength times a pixel's area.
Doubles smooth_image(Fan const& scan, Values const& lines, int pixels, float weight,
                     double strength) {
  Fan const map{scan.geometry(),
                pyronn::Grid::flat({pixels, pixels}, {32.0 / pixels, 32.0 / pixels})};
  test::Array<float, 2> data{map.range(), lines};
  test::Array<float, 2> image{map.domain()};
  test::Array<float, 2> weights{map.range(), weight};
  ReconstructionProblem problem{map, data.view()};
  problem.weights = weights.view();
  auto options = smoothing(1, Momentum::nesterov);
  options.strength = strength * std::pow(32.0 / pixels, 2);
  pyronn::Pwls solver{test::executor(), problem, options};
  solver.start(image.view());
  pyronn::iterate(solver, 400);
  Values const found = image.values();
  int const bin = pixels / 32;
  Doubles result(32 * 32);
  for (int n = 0; n < pixels * pixels; ++n) {
    int const to = n / pixels / bin * 32 + n % pixels / bin;
    result[static_cast<std::size_t>(to)] +=
        static_cast<double>(found[static_cast<std::size_t>(n)]) / (bin * bin);
  }
  return result;
}

/// The image that a solver makes on the host with so many threads.
template <class Make>
Values on_threads(int threads, Make const& make) {
  pyronn::CpuExecutor const executor{threads};
  Fan const map = fan(14);
  Values data = noisy_data(map, 0.02F);
  Values image(32 * 32, 0.01F);
  ReconstructionProblem problem{map, pyronn::ArrayView<float, 2>{data.data(), map.range()}};
  problem.weights = problem.data;
  auto solver = make(executor, problem);
  solver.start({image.data(), map.domain()});
  pyronn::iterate(solver, 3);
  image.push_back(static_cast<float>(solver.measure().objective));
  return image;
}

template <class Make>
void check_threads(Make const& make) {
  Values const expected = on_threads(1, make);
  for (int const threads : {2, 3, 7})
    BOOST_TEST(on_threads(threads, make) == expected, tools::per_element());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(subset_solvers_scan, *boost::unit_test::precondition(test::device_present))

BOOST_AUTO_TEST_CASE(os_sart_lowers_the_residual) {
  Scan scan{60, 0};
  double last = 1;
  for (int const subsets : {1, 4, 7, 20, 60}) {
    pyronn::OsSartOptions options;
    options.subsets = subsets;
    auto const found =
        measures_of(scan, pyronn::OsSart{test::executor(), scan.problem, options}, 5);
    for (std::size_t n = 1; n < found.size(); ++n)
      BOOST_TEST(found[n].residual < found[n - 1].residual);
    double const left = found.back().residual / found.front().residual;
    BOOST_TEST_MESSAGE(subsets << " subsets: " << left << " of the residual is left");
    BOOST_TEST(left < last);
    last = left;
  }
  BOOST_TEST(last < 0.003);
}

BOOST_AUTO_TEST_CASE(mlem_and_osem_lower_the_divergence) {
  Scan scan{60};
  auto const plain = measures_of(scan, pyronn::Mlem{test::executor(), scan.problem}, 12, 1);
  for (std::size_t n = 1; n < plain.size(); ++n) {
    BOOST_TEST(plain[n].objective < plain[n - 1].objective);
    if (n > 1) BOOST_TEST(plain[n].residual < plain[n - 1].residual);
  }
  pyronn::OsemOptions options;
  options.subsets = 6;
  pyronn::Osem by_subsets{test::executor(), scan.problem, options};
  auto const faster = measures_of(scan, by_subsets, 2, 1);
  // As many steps as there were iterations.
  BOOST_TEST(faster.back().objective == plain.back().objective, tools::tolerance(0.1));
  for (float const value : scan.image.values()) BOOST_TEST(value >= 0);
}

BOOST_AUTO_TEST_CASE(pwls_comes_near_the_minimum) {
  Scan scan{60};
  auto const objective = [&](int subsets, Momentum momentum, int iterations) {
    pyronn::Pwls solver{test::executor(), scan.problem, smoothing(subsets, momentum)};
    return measures_of(scan, solver, iterations).back().objective;
  };
  double const least = objective(1, Momentum::nesterov, 1000);
  double const plain = objective(1, Momentum::none, 10) / least - 1;
  double const by_subsets = objective(6, Momentum::none, 10) / least - 1;
  double const faster = objective(6, Momentum::nesterov, 10) / least - 1;
  BOOST_TEST_MESSAGE("excess of the objective after 10 passes: "
                     << plain << ", 6 subsets " << by_subsets << ", with momentum " << faster);
  BOOST_TEST(by_subsets < plain / 4);
  BOOST_TEST(faster < by_subsets / 2);
  BOOST_TEST(faster < 0.02);
  // Few views a subset leave it near, too.
  for (int const subsets : {12, 20, 30, 60}) {
    double const excess = objective(subsets, Momentum::nesterov, 40) / least - 1;
    BOOST_TEST_MESSAGE(subsets << " subsets, after 40 passes: " << excess);
    BOOST_TEST(excess < 0.3);
  }
}

// Momentum takes one image more.
BOOST_AUTO_TEST_CASE(pwls_says_its_memory) {
  Fan const map = fan(20);
  auto const bytes = [&](Momentum momentum) {
    return pyronn::Pwls<Fan, test::Executor>::memory_bytes(test::executor(), map,
                                                           smoothing(3, momentum));
  };
  BOOST_TEST(bytes(Momentum::nesterov) - bytes(Momentum::none) == 32 * 32 * sizeof(float));
}

// Distances are those of the map's grid.
BOOST_AUTO_TEST_CASE(pwls_knows_the_grid) {
  Scan scan{12};
  auto const image = [&](pyronn::PwlsOptions<> const& options, double pixel) {
    Fan const map{scan.map.geometry(), pyronn::Grid::flat({32, 32}, {pixel, pixel})};
    ReconstructionProblem problem{map, scan.data.view()};
    pyronn::Pwls solver{test::executor(), problem, options};
    measures_of(scan, solver, 2);
    return scan.image.values();
  };
  auto options = smoothing(2, Momentum::none);
  Values const with_grid = image(options, 0.9);
  options.spacing = pyronn::Vec3d{0.9, 0.9, 1};
  BOOST_TEST(image(options, 0.9) == with_grid, tools::per_element());
  options.spacing = pyronn::Vec3d{1, 1, 1};
  BOOST_TEST(image(options, 0.9) != with_grid);
}

// One strength for all sizes of pixels: halving them changes much less than halving the strength.
BOOST_AUTO_TEST_CASE(strength_for_any_size_of_pixels) {
  Scan const scan{30, 0.05F};
  Doubles const expected = smooth_image(scan.map, scan.values, 64, 1, 0.5);
  auto const apart = [&](int pixels, double strength) {
    return test::relative_l2(smooth_image(scan.map, scan.values, pixels, 1, strength), expected);
  };
  double const finer = apart(128, 0.5);
  double const weaker = apart(64, 0.25);
  BOOST_TEST_MESSAGE("half the pixel size " << finer << ", half the strength " << weaker);
  BOOST_TEST(finer < 0.02);
  BOOST_TEST(finer < weaker / 2);
}

// And for any number of views: all of them twice, with half the weight, say the same.
BOOST_AUTO_TEST_CASE(strength_for_any_number_of_views) {
  Scan const once{30, 0.05F};
  Fan const twice{
      pyronn::FanBeam::circular({100, 150, pyronn::equal_angles(60, 0, 4 * pyronn::pi)}, {64, 1}),
      once.map.grid()};
  Values repeated = once.values;
  repeated.insert(repeated.end(), once.values.begin(), once.values.end());
  Doubles const expected = smooth_image(once.map, once.values, 32, 1, 0.1);
  Doubles const found = smooth_image(twice, repeated, 32, 0.5F, 0.1);
  BOOST_TEST(test::relative_l2(found, expected) < 1e-4);
}

BOOST_AUTO_TEST_CASE(same_bits_for_any_number_of_threads) {
  check_threads([](auto const& executor, auto const& problem) {
    pyronn::OsSartOptions options;
    options.subsets = 4;
    options.column_sums_limit = 2 * 32 * 32 * sizeof(float);
    return pyronn::OsSart{executor, problem, options};
  });
  check_threads([](auto const& executor, auto const& problem) {
    pyronn::OsemOptions options;
    options.subsets = 4;
    return pyronn::Osem{executor, problem, options};
  });
  for (Momentum const momentum : {Momentum::nesterov, Momentum::none}) {
    check_threads([&](auto const& executor, auto const& problem) {
      return pyronn::Pwls{executor, problem, smoothing(4, momentum)};
    });
  }
}

BOOST_AUTO_TEST_SUITE_END()
