// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "support/backends.hpp"
//
// The slope of edges that an image shows, and Pwls with it in any unit.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/recon/solver/edge_potential.hpp>
#include <pyronn/recon/solver/edge_slope.hpp>
#include <pyronn/recon/solver/pwls.hpp>

#include "support/small_systems.hpp"
#include "support/tv_solver_refusals.hpp"

using pyronn::edge_slope;
using pyronn::Extents;
using pyronn::HuberPotential;
using pyronn::Momentum;
using pyronn::Pwls;
using pyronn::PwlsOptions;
using pyronn::QGaussianPotential;
using test::Doubles;
using test::SmallSystem;
namespace tools = boost::test_tools;

namespace {

/// Sums of twelve even numbers, nearly normal, of deviation 1.
Doubles normal_noise(std::int64_t count) {
  Doubles const even = test::random_doubles(8, 12 * count);
  Doubles result(static_cast<std::size_t>(count));
  for (std::size_t n = 0; n < even.size(); ++n) result[n / 12] += even[n] / 2;
  return result;
}

template <class T, int Rank>
double slope_of(Doubles const& values, Extents<Rank> const& extents, pyronn::Vec3d const& spacing) {
  test::Array<T, Rank> image{extents, std::vector<T>(values.begin(), values.end())};
  return edge_slope(test::executor(), image.view(), spacing);
}

/// In units in which lengths and line integrals have these factors.
template <class Potential, class T>
Doubles smooth_image(double length, double amount, Momentum momentum) {
  SmallSystem<T> system{length, amount};
  PwlsOptions<Potential> options;
  options.spacing = pyronn::Vec3d{0.5 * length, 0.8 * length, length};
  options.subsets = 3;
  options.momentum = momentum;
  Pwls without{test::executor(), system.problem, options};
  without.start(system.image.view());
  without.iterate();
  options.potential.delta = edge_slope(test::executor(), system.image.view(), *options.spacing);
  options.strength = 0.25 * amount * length * length;
  Pwls solver{test::executor(), system.problem, options};
  system.set(system.image, Doubles(12, 0.0));
  solver.start(system.image.view());
  pyronn::iterate(solver, 6);
  return test::scaled(system.values(), length / amount);
}

/// Powers of 2 change the scale of the image and no bit.
template <class Potential, class T>
void check_units() {
  for (Momentum const momentum : {Momentum::none, Momentum::nesterov}) {
    Doubles const expected = smooth_image<Potential, T>(1, 1, momentum);
    for (double const factor : {0x1p-20, 0x1p20}) {
      for (auto const& [length, amount] :
           {std::pair{factor, 1.0}, std::pair{1.0, factor}, std::pair{factor, 1 / factor}}) {
        BOOST_TEST((smooth_image<Potential, T>(length, amount, momentum)) == expected,
                   tools::per_element());
      }
    }
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(edge_slope_test, *boost::unit_test::precondition(test::device_present))

BOOST_AUTO_TEST_CASE(of_noise) {
  int const n = 60;
  Doubles noise = normal_noise(n * n);
  double const expected = std::sqrt(2.0) / 0.5;
  BOOST_TEST(slope_of<double>(noise, Extents<2>{n, n}, {0.5, 0.5, 1}) == expected,
             tools::tolerance(0.04));
  BOOST_TEST(slope_of<float>(noise, Extents<2>{n, n}, {0.5, 0.5, 1}) == expected,
             tools::tolerance(0.04));
  BOOST_TEST(slope_of<float>(noise, Extents<3>{12, 15, 20}, {0.5, 0.5, 0.5}) == expected,
             tools::tolerance(0.04));
  BOOST_TEST(slope_of<float>(noise, Extents<3>{n, n, 1}, {0.5, 0.5, 1e6}) == expected,
             tools::tolerance(0.04));
  // An edge, and a margin without anything.
  for (int i = 0; i < n * n; ++i) {
    auto& value = noise[static_cast<std::size_t>(i)];
    if (i % n > 30) value += 100;
    if (i / n > 25) value = 0;
  }
  BOOST_TEST(slope_of<float>(noise, Extents<2>{n, n}, {0.5, 0.5, 1}) == expected,
             tools::tolerance(0.06));
}

BOOST_AUTO_TEST_CASE(scales_with_values_and_lengths) {
  Doubles const noise = normal_noise(200);
  double const expected = slope_of<float>(noise, Extents<2>{20, 10}, {0.5, 0.8, 1});
  BOOST_TEST(expected > 0);
  for (double const scale : {0x1p-60, 0x1p-20, 0x1p20, 0x1p60}) {
    auto const scaled = test::scaled(noise, scale);
    BOOST_TEST(slope_of<float>(scaled, Extents<2>{20, 10}, {0.5, 0.8, 1}) == scale * expected);
    BOOST_TEST(slope_of<float>(noise, Extents<2>{20, 10}, {0.5 * scale, 0.8 * scale, 1}) ==
               expected / scale);
  }
}

BOOST_AUTO_TEST_CASE(of_few_slopes) {
  BOOST_TEST(slope_of<float>(Doubles(12, 3.0), Extents<2>{4, 3}, {1, 1, 1}) == 0);
  BOOST_TEST(slope_of<float>({5.0}, Extents<2>{1, 1}, {1, 1, 1}) == 0);
  BOOST_TEST(slope_of<float>({0, 0, 2, 2}, Extents<2>{4, 1}, {0.5, 1, 1}) == 1.4826 * 4,
             tools::tolerance(0.03));
  // All but one are of this size.
  BOOST_TEST(slope_of<double>({0, 1, 0, 1, 0, 1e9}, Extents<2>{6, 1}, {1, 1, 1}) == 1.4826,
             tools::tolerance(0.03));
}

BOOST_AUTO_TEST_CASE(refused) {
  Doubles values(12, 1.0);
  test::check_refused(
      [&] {
        return slope_of<float>(values, Extents<2>{4, 3}, {1, 0, 1});
      },
      "edge_slope: spacing 0 along axis 1 must be positive");
  values[3] = test::not_a_number;
  test::check_refused(
      [&] {
        return slope_of<float>(values, Extents<2>{4, 3}, {1, 1, 1});
      },
      "edge_slope: some pixels of the image are not finite");
}

// Nothing is absolute.
BOOST_AUTO_TEST_CASE(pwls_in_any_unit) {
  check_units<HuberPotential, double>();
  check_units<HuberPotential, float>();
  check_units<QGaussianPotential, double>();
  check_units<QGaussianPotential, float>();
}

// There is no scale that suits all images.
BOOST_AUTO_TEST_CASE(pwls_without_a_scale) {
  SmallSystem<> system;
  auto const made = [&](auto options, double strength) {
    options.strength = strength;
    options.subsets = 3;
    return [&system, options] { Pwls const solver{test::executor(), system.problem, options}; };
  };
  test::check_refused(made(PwlsOptions<HuberPotential>{}, 0.1),
                      "Pwls: the potential's delta 0 must be positive and finite; edge_slope");
  test::check_refused(made(PwlsOptions<QGaussianPotential>{}, 0.1),
                      "Pwls: the potential's delta 0 must be positive and finite; edge_slope");
  BOOST_CHECK_NO_THROW(made(PwlsOptions<HuberPotential>{}, 0.0)());
  PwlsOptions<HuberPotential> tiny;
  tiny.potential.delta = 1e-320;
  test::check_refused(made(tiny, 0.1), "Pwls: the potential's curvature at 0 is not finite in");
}

BOOST_AUTO_TEST_SUITE_END()
