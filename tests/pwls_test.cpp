// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "support/backends.hpp"
//
// Penalised weighted least squares, against the minimum that coordinate descent in double finds.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/core/math.hpp>
#include <pyronn/recon/solver/edge_potential.hpp>
#include <pyronn/recon/solver/pwls.hpp>

#include "support/small_systems.hpp"

using pyronn::HuberPotential;
using pyronn::Momentum;
using pyronn::Neighbourhood;
using pyronn::Pwls;
using pyronn::PwlsOptions;
using pyronn::QGaussianPotential;
using test::Doubles;
using test::SmallSystem;
namespace tools = boost::test_tools;

namespace {

Doubles const zeros(12, 0.0);
pyronn::Vec3d const spacing{0.5, 0.8, 3};

template <class Potential>
PwlsOptions<Potential> options_of(Potential const& potential, int subsets = 1,
                                  Momentum momentum = Momentum::none) {
  PwlsOptions<Potential> options;
  options.strength = 0.24;
  options.potential = potential;
  options.spacing = spacing;
  options.subsets = subsets;
  options.momentum = momentum;
  return options;
}

template <class Potential>
auto maker(PwlsOptions<Potential> const& options) {
  return [options](auto& system) { return Pwls{test::executor(), system.problem, options}; };
}

/// The objective and its minimum, in loops.
template <class Potential>
class Reference {
 public:
  Reference(SmallSystem<> const& system, PwlsOptions<Potential> const& options)
      : data_{system.data.values()}, bounds_{system.problem.bounds}, options_{options} {
    if (system.problem.weights.data != nullptr) weights_ = system.weights.values();
    if (system.problem.mask.data != nullptr) mask_ = system.mask.values();
  }

  double objective(Doubles const& x) const {
    double sum = 0;
    for (std::size_t ray = 0; ray < 35; ++ray) {
      if (weights_[ray] > 0) sum += weights_[ray] * std::pow(residual(ray, x), 2) / 2;
    }
    for (int j = 0; j < 12; ++j) {
      for_neighbours(j, [&](int other, double distance) {
        sum += pair_weight() / 2 * options_.potential.value((x[at(j)] - x[at(other)]) / distance);
      });
    }
    return sum;
  }

  Doubles minimum(Doubles x) const {
    for (int sweep = 0; sweep < 5000; ++sweep) {
      for (int j = 0; j < 12; ++j) {
        if (mask_[at(j)] == 0) continue;
        double slope = 0;
        double curvature = 0;
        for (std::size_t ray = 0; ray < 35; ++ray) {
          double const entry = entries_[ray * 12 + at(j)];
          if (weights_[ray] == 0) continue;
          slope -= weights_[ray] * entry * residual(ray, x);
          curvature += weights_[ray] * entry * entry;
        }
        for_neighbours(j, [&](int other, double distance) {
          double const t = (x[at(j)] - x[at(other)]) / distance;
          double const factor = pair_weight() * options_.potential.curvature(t) / distance;
          slope += factor * t;
          curvature += factor / distance;
        });
        double const next = x[at(j)] - slope / curvature;
        x[at(j)] = std::min(std::max(next, bounds_.lower), bounds_.upper);
      }
    }
    return x;
  }

 private:
  static std::size_t at(int n) { return static_cast<std::size_t>(n); }
  /// strength w
  double pair_weight() const {
    int const directions = options_.neighbourhood == Neighbourhood::all ? 4 : 2;
    return options_.strength * pyronn::pi / (2 * directions);
  }
  double residual(std::size_t ray, Doubles const& x) const {
    double result = data_[ray];
    for (std::size_t j = 0; j < 12; ++j) result -= entries_[ray * 12 + j] * x[j];
    return result;
  }
  template <class Do>
  void for_neighbours(int j, Do const& act) const {
    for (int other = 0; other < 12; ++other) {
      int const dx = std::abs(other % 4 - j % 4);
      int const dy = std::abs(other / 4 - j / 4);
      int const most = options_.neighbourhood == Neighbourhood::all ? 2 : 1;
      if (other == j || dx > 1 || dy > 1 || dx + dy > most) continue;
      act(other, std::hypot(dx * spacing[0], dy * spacing[1]));
    }
  }

  Doubles entries_ = test::small_entries();
  Doubles data_;
  Doubles weights_ = Doubles(35, 1.0);
  Doubles mask_ = Doubles(12, 1.0);
  pyronn::PixelBounds bounds_;
  PwlsOptions<Potential> options_;
};

/// Objectives from the start on, which must be those of the reference.
template <class Potential>
Doubles objectives(SmallSystem<>& system, PwlsOptions<Potential> const& options, int iterations) {
  Reference<Potential> const reference{system, options};
  auto solver = maker(options)(system);
  solver.start(system.image.view());
  Doubles result;
  for (int n = 0;; ++n) {
    result.push_back(solver.measure().objective);
    BOOST_TEST(result.back() == reference.objective(system.values()), tools::tolerance(1e-12));
    if (n == iterations) return result;
    solver.iterate();
  }
}

/// The objective of all variants comes to the minimum's.
template <class Potential>
void check_minimum(SmallSystem<>& system, Potential const& potential) {
  for (Neighbourhood const neighbourhood : {Neighbourhood::all, Neighbourhood::faces}) {
    for (Momentum const momentum : {Momentum::none, Momentum::nesterov}) {
      auto options = options_of(potential, 1, momentum);
      options.neighbourhood = neighbourhood;
      system.set(system.image, zeros);
      Reference<Potential> const reference{system, options};
      double const least = reference.objective(reference.minimum(zeros));
      Doubles const found = objectives(system, options, momentum == Momentum::none ? 2000 : 400);
      BOOST_TEST(found.back() >= least * (1 - 1e-9));
      BOOST_TEST(found.back() <= least * (1 + 1e-6));
      if (momentum == Momentum::nesterov) continue;
      for (std::size_t n = 1; n < found.size(); ++n)
        BOOST_TEST(found[n] <= found[n - 1] * (1 + 1e-14));
    }
  }
}

template <class Potential>
void check_minima(Potential const& potential) {
  SmallSystem<> plain;
  check_minimum(plain, potential);
  SmallSystem<> full;
  full.silence_rays();
  full.hide_pixels();
  full.problem.bounds = {0.4, 0.6};
  check_minimum(full, potential);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(pwls, *boost::unit_test::precondition(test::device_present))

BOOST_AUTO_TEST_CASE(comes_to_the_minimum) {
  check_minima(HuberPotential{0.05});
  check_minima(HuberPotential{5});
  check_minima(QGaussianPotential{0.1, 1.2});
}

// Without a penalty it is least squares.
BOOST_AUTO_TEST_CASE(without_strength) {
  SmallSystem<> system;
  auto options = options_of(HuberPotential{0.001}, 1, Momentum::nesterov);
  options.strength = 0;
  Reference<HuberPotential> const reference{system, options};
  Doubles start = zeros;
  start[test::unseen_pixel] = 9;  // which nothing pulls anywhere
  Doubles found = test::solved(system, maker(options), start, 3000);
  BOOST_TEST(found[test::unseen_pixel] == 9);
  options.strength = 1e-12;  // the reference must not divide by 0
  Reference<HuberPotential> const nearly{system, options};
  Doubles const expected = nearly.minimum(zeros);
  BOOST_TEST(reference.objective(found) == reference.objective(expected), tools::tolerance(1e-9));
}

BOOST_AUTO_TEST_CASE(bounds_and_masks_hold_after_every_pass) {
  for (Momentum const momentum : {Momentum::none, Momentum::nesterov}) {
    SmallSystem<> system;
    system.hide_pixels();
    system.problem.bounds = {0.4, 0.55};
    system.set(system.image, Doubles(12, -5.0));
    auto solver = maker(options_of(HuberPotential{0.1}, 3, momentum))(system);
    solver.start(system.image.view());
    for (int pass = 0; pass < 10; ++pass) {
      Doubles const found = system.values();
      for (std::size_t n = 0; n < 12; ++n) {
        bool const is_hidden = n == 2 || n == 9;
        BOOST_TEST((is_hidden ? found[n] == -5 : found[n] >= 0.4 && found[n] <= 0.55));
      }
      solver.iterate();
    }
  }
}

BOOST_AUTO_TEST_CASE(continues) {
  for (Momentum const momentum : {Momentum::none, Momentum::nesterov})
    test::check_continues(maker(options_of(QGaussianPotential{0.1, 1.3}, 3, momentum)), zeros);
}

// Of an image without slopes, and without a penalty.
BOOST_AUTO_TEST_CASE(stays_at_the_solution) {
  for (Momentum const momentum : {Momentum::none, Momentum::nesterov}) {
    SmallSystem<> system;
    Doubles const flat(12, 0.7);
    system.set(system.data, test::product(system.map, flat));
    auto options = options_of(HuberPotential{0.1}, 3, momentum);
    BOOST_TEST(test::relative_l2(test::solved(system, maker(options), flat, 20), flat) < 1e-14);
    options.strength = 0;
    Doubles const truth = SmallSystem<>::truth();
    system.set(system.data, test::product(system.map, truth));
    BOOST_TEST(test::relative_l2(test::solved(system, maker(options), truth, 20), truth) < 1e-13);
  }
}

// A minimum with slopes and errors is one from which nothing moves, but by roundings.
BOOST_AUTO_TEST_CASE(stays_at_the_minimum) {
  SmallSystem<> system;
  for (Momentum const momentum : {Momentum::none, Momentum::nesterov}) {
    auto const options = options_of(QGaussianPotential{0.1, 1.5}, 1, momentum);
    Doubles const least = Reference<QGaussianPotential>{system, options}.minimum(zeros);
    Doubles const found = test::solved(system, maker(options), least, 50);
    BOOST_TEST(test::relative_l2(found, least) < 1e-10);
  }
}

// Strength and delta have units; the rest follows.
BOOST_AUTO_TEST_CASE(scales_with_data_and_lengths) {
  for (Momentum const momentum : {Momentum::none, Momentum::nesterov}) {
    auto const make = [&](auto& system, double length, double amount) {
      double const value = amount / length;  // of the image
      PwlsOptions<HuberPotential> options = options_of(HuberPotential{0.1}, 3, momentum);
      options.spacing = pyronn::Vec3d{0.5 * length, 0.8 * length, 1 * length};
      options.potential.delta = 0.1 * value / length;
      options.strength = 0.24 * amount * amount * length / value;
      return Pwls{test::executor(), system.problem, options};
    };
    test::check_scales<double>(make, SmallSystem<>::truth(), 1e-12);
    test::check_scales<float>(make, SmallSystem<>::truth(), 1e-4);
  }
}

BOOST_AUTO_TEST_CASE(iterations_come_after_the_start) {
  SmallSystem<> system;
  Pwls solver{test::executor(), system.problem, options_of(HuberPotential{0.001})};
  BOOST_CHECK_THROW(solver.iterate(), pyronn::InvalidArgument);
}

BOOST_AUTO_TEST_CASE(refuses) {
  SmallSystem<> system;
  auto const check = [&](auto const& options, std::string const& text) {
    test::check_refuses(system, maker(options), text);
  };
  for (double const wrong : {-1.0, test::not_a_number, test::infinity}) {
    auto options = options_of(HuberPotential{0.001});
    options.strength = wrong;
    check(options, "Pwls: strength");
    check(options_of(HuberPotential{wrong}), "Pwls: the potential's delta");
    check(options_of(QGaussianPotential{wrong, 1.2}), "Pwls: the potential's delta");
    check(options_of(QGaussianPotential{1, wrong}), "must be from 1 to 2");
    auto distances = options_of(HuberPotential{0.001});
    distances.spacing = pyronn::Vec3d{1, wrong, 1};
    check(distances, "must be positive and finite on every axis");
  }
  check(options_of(HuberPotential{0}), "Pwls: the potential's delta 0 must be positive");
  check(options_of(HuberPotential{0.001}, 0), "Pwls: subsets 0 must be at least 1");
  check(options_of(HuberPotential{0.001}, 8), "Pwls: subsets 8 must not be more than the 7 views");
  system.silence_rays();
  system.problem.weights = {};
  check(options_of(HuberPotential{0.001}), "Pwls: some data are not finite");
}

BOOST_AUTO_TEST_SUITE_END()
