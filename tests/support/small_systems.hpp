// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
// Small systems for solvers, and what every solver must do on them.
#include "backends.hpp"
//
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/core/error.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/recon/solver/problem.hpp>
#include <pyronn/recon/solver/run_solver.hpp>

#include "dense_map.hpp"
#include "numbers.hpp"

namespace test {

using Doubles = std::vector<double>;

inline Doubles scaled(Doubles values, double factor) {
  for (double& value : values) value *= factor;
  return values;
}

inline Doubles positive_randoms(std::uint32_t seed, std::int64_t count) {
  Doubles values = random_doubles(seed, count);
  for (double& value : values) value = 0.5 + value / 4;
  return values;
}

inline constexpr int small_views = 7;
inline constexpr pyronn::Extents<2> small_domain{4, 3};
inline constexpr pyronn::Extents<2> small_range{5, small_views};
/// A pixel that no ray meets, and a ray that meets no pixel.
inline constexpr std::size_t unseen_pixel = 6;
inline constexpr std::size_t missing_ray = 11;

/// Entries from 0 to 1, a third of them 0.
inline Doubles small_entries() {
  std::size_t const columns = 12;
  Doubles entries = random_doubles(3, 35 * 12);
  for (std::size_t n = 0; n < entries.size(); ++n) {
    bool const is_none = n % columns == unseen_pixel || n / columns == missing_ray;
    entries[n] = is_none ? 0 : std::max(0.0, entries[n] + 0.3) / 1.3;
  }
  return entries;
}

/// A system of 7 views of 5 rays and 4 x 3 pixels, with its arrays on the executor.
template <class T = double>
class SmallSystem {
 public:
  using Map = DenseMap<T>;

  /// Lengths and data are multiplied with these factors.
  explicit SmallSystem(double length = 1, double amount = 1)
      : map{small_domain, small_range, scaled(small_entries(), length)},
        data{small_range, stored(scaled(small_data(), amount))},
        weights{small_range, stored(positive_randoms(5, small_range.count()))},
        mask{small_domain, T{1}},
        image{small_domain, T{0}},
        problem{map, data.view()} {}

  /// What makes A x the data, but for their errors.
  static Doubles truth() { return positive_randoms(4, small_domain.count()); }
  /// With errors of 10 %; also for the ray that meets nothing.
  static Doubles small_data() {
    DenseMap<double> const map{small_domain, small_range, small_entries()};
    Doubles result = product(map, truth());
    Doubles const errors = random_doubles(6, small_range.count());
    for (std::size_t n = 0; n < result.size(); ++n) result[n] *= 1 + errors[n] / 10;
    result[missing_ray] = 3;
    return result;
  }
  static std::vector<T> stored(Doubles const& values) { return {values.begin(), values.end()}; }
  static Doubles widened(std::vector<T> const& values) { return {values.begin(), values.end()}; }

  void set(Array<T, 2>& array, Doubles const& values) {
    Array<T, 2> source{array.view().extents, stored(values)};
    pyronn::copy(executor(), source.view(), array.view());
    static_cast<void>(array.values());  // waits
  }
  void weigh() { problem.weights = weights.view(); }
  /// Every ray of a view and one more say nothing, and hold no number.
  void silence_rays() {
    Doubles silent = widened(weights.values());
    Doubles holed = widened(data.values());
    for (std::size_t const ray : {10U, 12U, 13U, 14U, 3U}) {
      silent[ray] = 0;
      holed[ray] = not_a_number;
    }
    set(weights, silent);
    set(data, holed);
    weigh();
  }
  /// Pixels 2 and 9 are not sought.
  void hide_pixels() {
    Doubles hidden(12, 1.0);
    hidden[2] = 0;
    hidden[9] = 0;
    set(mask, hidden);
    problem.mask = mask.view();
  }
  [[nodiscard]] Doubles values() const { return widened(image.values()); }

  Map map;
  Array<T, 2> data;
  Array<T, 2> weights;
  Array<T, 2> mask;
  Array<T, 2> image;
  pyronn::ReconstructionProblem<Map> problem;
};

/// The image after so many iterations of the solver that `make(system)` makes, from a start.
template <class System, class Make>
Doubles solved(System& system, Make const& make, Doubles const& start, int iterations) {
  system.set(system.image, start);
  auto solver = make(system);
  solver.start(system.image.view());
  pyronn::iterate(solver, iterations);
  return system.values();
}

/// Iterations in two goes with measures between are iterations in one go.
template <class Make>
void check_continues(Make const& make, Doubles const& start) {
  SmallSystem<> system;
  Doubles const expected = solved(system, make, start, 7);
  system.set(system.image, start);
  auto solver = make(system);
  solver.start(system.image.view());
  pyronn::iterate(solver, 3);
  double const residual = solver.measure().residual;
  BOOST_TEST(solver.measure().residual == residual);
  pyronn::iterate(solver, 4);
  BOOST_TEST(system.values() == expected, boost::test_tools::per_element());
  // And a solver may be started again.
  system.set(system.image, start);
  solver.start(system.image.view());
  pyronn::iterate(solver, 7);
  BOOST_TEST(system.values() == expected, boost::test_tools::per_element());
}

/// Images for scaled data and lengths are the scaled image; `make(system, length, amount)`.
template <class T, class Make>
void check_scales(Make const& make, Doubles const& start, double tolerance) {
  auto const image = [&](double length, double amount) {
    SmallSystem<T> system{length, amount};
    auto const made = [&](SmallSystem<T>& of) { return make(of, length, amount); };
    return scaled(solved(system, made, scaled(start, amount / length), 5), length / amount);
  };
  Doubles const expected = image(1, 1);
  for (double const factor : {1e-6, 1e6}) {
    BOOST_TEST(relative_l2(image(factor, 1), expected) < tolerance);
    BOOST_TEST(relative_l2(image(1, factor), expected) < tolerance);
    BOOST_TEST(relative_l2(image(factor, factor), expected) < tolerance);
  }
}

/// Whether an exception's message is a sentence that holds the text.
class Says {
 public:
  explicit Says(std::string text) : text_{std::move(text)} {}
  bool operator()(std::exception const& error) const {
    std::string const message = error.what();
    if (message.find(text_) != std::string::npos) return true;
    BOOST_TEST_MESSAGE(message);
    return false;
  }

 private:
  std::string text_;
};

/// Throws InvalidArgument with this text where a solver is made or started.
template <class System, class Make>
void check_refuses(System& system, Make const& make, std::string const& text) {
  auto const run = [&] {
    auto solver = make(system);
    solver.start(system.image.view());
  };
  BOOST_CHECK_EXCEPTION(run(), pyronn::InvalidArgument, Says{text});
}

}  // namespace test
