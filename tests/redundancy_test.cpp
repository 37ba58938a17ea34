// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "support/backends.hpp"
//
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/pyronn.hpp>

#include "support/numbers.hpp"
#include "support/operators.hpp"

using pyronn::ConeBeam;
using pyronn::FilterWindow;
using pyronn::ParkerWeight;
using pyronn::pi;
using pyronn::Redundancy;
using pyronn::RiessWeight;
using pyronn::Rotation;
using pyronn::WangWeight;
using test::degrees;
using Values = std::vector<float>;

namespace {

/// The largest deviation from 1 of sums over opposite rays that are both within the range, off the
/// corners by `margin`: where the range begins at the virtual half fan angle, weights jump.
template <class T, class Weight>
double worst_sum(Weight const& weight, double range, double half_fan, double margin) {
  double worst = 0;
  for (int i = 0; i <= 700; ++i) {
    for (int j = -150; j <= 150; ++j) {
      double const angle = i * range / 700;
      double const fan_angle = j * half_fan / 150;
      double const opposite = angle + pi + 2 * fan_angle;
      double const virtual_half = (range - pi) / 2;
      if (std::abs(std::abs(fan_angle) - virtual_half) < margin || opposite > range) continue;
      T const sum = weight(static_cast<T>(angle), static_cast<T>(fan_angle)) +
                    weight(static_cast<T>(opposite), static_cast<T>(-fan_angle));
      worst = std::max(worst, std::abs(static_cast<double>(sum) - 1));
    }
  }
  return worst;
}

struct Sense {
  Rotation rotation;
  bool is_mirrored;
};

/// A circular scan whose columns may run backwards.
ConeBeam make_scan(std::vector<double> const& angles, Sense sense, double offset = 0) {
  pyronn::CircularOrbit const orbit{300, 520, angles, sense.rotation};
  pyronn::Detector const detector{{121, 11}, {1.3, 1.7}, {offset, 0}};
  std::vector<pyronn::ConeVectors> vectors;
  for (double const angle : angles) {
    vectors.push_back(orbit.vectors(angle, detector));
    if (sense.is_mirrored) vectors.back().u_step *= -1.0;
  }
  return ConeBeam::from_vectors(detector.size, vectors);
}

double weight_at(std::vector<pyronn::detail::FlatFbpView> const& scan, int view, double u,
                 double v) {
  return static_cast<double>(pyronn::detail::RedundancyOfRay{}(
      scan[static_cast<std::size_t>(view)], static_cast<float>(u), static_cast<float>(v)));
}

/// Follows rays of the middle row from source to opposite source, of which each is a view of its
/// own, and calls `use` with the weights of the ray and of the opposite one.
template <class Use>
void for_each_pair(std::vector<double> angles, double range, Sense sense, double offset,
                   Redundancy redundancy, Use const& use) {
  struct Pair {
    int view;
    double u;
    pyronn::Vec3d opposite;
  };
  std::size_t const count = angles.size();
  ConeBeam const base = make_scan(angles, sense, offset);
  std::vector<Pair> pairs;
  for (int view = 0; view < static_cast<int>(count); view += 7) {
    for (int u = 0; u < 121; u += 9) {
      auto const ray = base.view(view).ray(u, 5);
      double const t = -2 * dot(ray.origin, ray.direction) / dot(ray.direction, ray.direction);
      pyronn::Vec3d const opposite = ray.origin + t * ray.direction;
      double angle = std::atan2(opposite[1], opposite[0]);
      if (sense.rotation == Rotation::clockwise) angle = -angle;
      double const start = angles.front();
      while (angle < start) angle += 2 * pi;
      if (angle > start + range * (1 - 1 / static_cast<double>(count))) continue;
      pairs.push_back({view, static_cast<double>(u), opposite});
      angles.push_back(angle);
    }
  }
  BOOST_TEST_REQUIRE(pairs.size() > 10U);
  ConeBeam const all = make_scan(angles, sense, offset);
  auto const scan = pyronn::detail::fbp_scan("test", all, {FilterWindow::ram_lak, redundancy});
  for (std::size_t n = 0; n < pairs.size(); ++n) {
    int const other = static_cast<int>(count + n);
    BOOST_TEST_REQUIRE(length(all.view(other).source() - pairs[n].opposite) < 1e-6);
    auto const seen =
        all.view(other).project(0.5 * (all.view(pairs[n].view).source() + pairs[n].opposite));
    use(weight_at(scan, pairs[n].view, pairs[n].u, 5), weight_at(scan, other, seen.u, seen.v));
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(redundancy, *boost::unit_test::precondition(test::device_present))

BOOST_AUTO_TEST_CASE(parker_sums_to_one) {
  double const half_fan = 0.2;
  for (double const range : {pi, pi + 0.1, pi + 2 * half_fan, 4.0, 5.0, 6.0, 2 * pi}) {
    BOOST_TEST(worst_sum<double>(ParkerWeight<double>{range}, range, half_fan, 1e-9) < 1e-9);
    ParkerWeight<float> const single{static_cast<float>(range)};
    BOOST_TEST(worst_sum<float>(single, range, half_fan, 1e-3) < 1e-3);
    BOOST_TEST(worst_sum<float>(single, range, half_fan, 0.02) < 4e-5);
  }
}

// Where fan angles do not count, they do not count for any ray; in the middle they never do.
BOOST_AUTO_TEST_CASE(is_simplified_where_all_rays_count_alike) {
  using pyronn::RedundancyWeight;
  using pyronn::detail::simplified;
  double const widest = 0.2;
  for (Redundancy const kind : {Redundancy::parker, Redundancy::riess}) {
    for (double const range : {pi, pi + 0.3, pi + 2 * widest, 4.0}) {
      RedundancyWeight const weight{kind, static_cast<float>(range)};
      for (int n = 0; n <= 1000; ++n) {
        double const angle = range * n / 1000;
        RedundancyWeight const simple = simplified(weight, angle, widest);
        for (double const fan_angle : {-widest, -0.1, 0.0, 0.07, widest}) {
          auto const at = [&](RedundancyWeight const& which) {
            return which(static_cast<float>(angle), static_cast<float>(fan_angle));
          };
          BOOST_TEST(at(simple) == at(weight));
        }
      }
      BOOST_TEST((simplified(weight, range / 2, widest).kind == Redundancy::uniform));
      BOOST_TEST((simplified(weight, 0, widest).kind == kind));
    }
  }
  RedundancyWeight const wang{Redundancy::wang, 0.1F, 0.1F};
  BOOST_TEST((simplified(wang, pi, widest).kind == Redundancy::wang));
}

// The published form, of a scan over pi and the angle of the fan.
BOOST_AUTO_TEST_CASE(parker_is_as_published) {
  double const half_fan = 0.3;
  ParkerWeight<double> const weight{pi + 2 * half_fan};
  for (double const gamma : {-0.25, -0.1, 0.0, 0.2}) {
    for (int i = 0; i < 70; ++i) {
      double const beta = i * (pi + 2 * half_fan) / 70;
      double expected = 1;
      if (beta < 2 * half_fan - 2 * gamma) {
        expected = std::pow(std::sin(pi / 4 * beta / (half_fan - gamma)), 2);
      } else if (beta > pi - 2 * gamma) {
        expected = std::pow(std::sin(pi / 4 * (pi + 2 * half_fan - beta) / (half_fan + gamma)), 2);
      }
      BOOST_TEST(std::abs(weight(beta, gamma) - expected) < 1e-12);
    }
  }
}

BOOST_AUTO_TEST_CASE(riess_is_parker_within_the_virtual_fan_and_continuous) {
  for (double const range : {pi + 0.1, 3.5}) {
    double const half = (range - pi) / 2;
    RiessWeight<double> const weight{range};
    for (int i = 0; i <= 500; ++i) {
      double const angle = range * i / 500;
      for (double const part : {-0.99, -0.4, 0.0, 0.7}) {
        BOOST_TEST(weight(angle, part * half) == ParkerWeight<double>{range}(angle, part * half));
      }
    }
    // No jumps off the corners, where the fan is the virtual one.
    for (double const fan_angle : {-half - 0.1, half + 0.1, 0.0, half - 0.02}) {
      for (int i = 0; i < 20000; ++i) {
        double const step = range / 20000;
        double const jump = weight(step * (i + 1), fan_angle) - weight(step * i, fan_angle);
        BOOST_TEST_REQUIRE(std::abs(jump) < 0.02);
      }
      BOOST_TEST(weight(0, fan_angle) == (fan_angle > half ? 2.0 : 0.0));
      BOOST_TEST(weight(range, fan_angle) == (-fan_angle > half ? 2.0 : 0.0));
    }
  }
}

BOOST_AUTO_TEST_CASE(wang_sums_to_one_and_is_continuous) {
  for (double const overlap : {0.05, -0.2}) {
    for (double const share : {1.0, 0.4}) {
      WangWeight<double> const weight{overlap, share * std::abs(overlap)};
      for (int i = -400; i < 400; ++i) {
        double const fan_angle = 0.001 * i;
        BOOST_TEST(std::abs(weight(0, fan_angle) + weight(0, -fan_angle) - 1) < 1e-12);
        BOOST_TEST(std::abs(weight(0, fan_angle) - weight(0, fan_angle + 0.001)) < 0.02 / share);
      }
      BOOST_TEST(weight(0, overlap) == 1.0);
      BOOST_TEST(weight(0, -2 * overlap) == 0.0);
      BOOST_TEST(weight(0, 0.5 * (1 - share) * overlap) == 0.5);
    }
  }
}

BOOST_AUTO_TEST_CASE(wang_is_as_published) {
  WangWeight<double> const weight{0.2, 0.2};
  for (double const part : {-1.0, -0.3, 0.0, 0.6}) {
    BOOST_TEST(weight(0, 0.2 * part) == (std::sin(pi / 2 * part) + 1) / 2,
               boost::test_tools::tolerance(1e-12));
  }
}

// Where formulas could agree with themselves, geometry decides.
BOOST_AUTO_TEST_CASE(opposite_rays_of_scans_sum_to_one) {
  for (Rotation const rotation : {Rotation::counter_clockwise, Rotation::clockwise}) {
    for (bool const is_mirrored : {false, true}) {
      Sense const sense{rotation, is_mirrored};
      double worst = 0;
      auto const check = [&](double one, double other) {
        worst = std::max(worst, std::abs(one + other - 1));
      };
      for (double const range : {200.0, 240.0, 300.0}) {
        for_each_pair(pyronn::equal_angles(100, 0.4, range * degrees), range * degrees, sense, 0,
                      Redundancy::automatic, check);
      }
      std::vector<double> const turn = pyronn::equal_angles(140, 0.4);
      for (double const offset : {0.0, 30.0, -50.0}) {
        for_each_pair(turn, 2 * pi, sense, offset, Redundancy::automatic, check);
      }
      BOOST_TEST(worst < 1e-5);
      BOOST_TEST_MESSAGE("worst sum is off by " << worst);
    }
  }
}

BOOST_AUTO_TEST_CASE(automatic_chooses_by_range_and_reach) {
  Sense const sense{Rotation::counter_clockwise, false};
  auto const kind = [&](std::vector<double> const& angles, double offset) {
    return pyronn::detail::fbp_scan("test", make_scan(angles, sense, offset))
        .front()
        .share.redundancy.kind;
  };
  double const fan = 2 * std::atan(60 * 1.3 / 520);
  BOOST_TEST((kind(pyronn::equal_angles(90), 0) == Redundancy::uniform));
  BOOST_TEST((kind(pyronn::equal_angles(180, 1, 4 * pi), 0.9) == Redundancy::uniform));
  BOOST_TEST((kind(pyronn::equal_angles(90, 0, pi + fan + 1e-5), 0) == Redundancy::parker));
  BOOST_TEST((kind(pyronn::equal_angles(90, 0, pi + fan - 1e-3), 0) == Redundancy::riess));
  BOOST_TEST((kind(pyronn::equal_angles(90, 0, pi), 0) == Redundancy::riess));
  BOOST_TEST((kind(pyronn::equal_angles(90), 5) == Redundancy::wang));
}

BOOST_AUTO_TEST_CASE(arrays_hold_the_weights) {
  ConeBeam const scan = ConeBeam::circular({300, 520, pyronn::equal_angles(520, 0.1, 3.9)},
                                           {{30, 5}, {2, 3}, {3, 1}});
  pyronn::Extents<3> const extents = test::projection_extents(scan);
  test::Array<float, 3> cosine{extents, test::nan};
  test::Array<float, 3> parker{extents, test::nan};
  test::Array<float, 2> row{{30, 520}, test::nan};
  pyronn::cosine_weights(test::executor(), scan, cosine.view());
  pyronn::parker_weights(test::executor(), scan, parker.view());
  pyronn::parker_weights(test::executor(), scan, row.view());
  Values const cosines = cosine.values();
  Values const parkers = parker.values();
  Values const rows = row.values();
  double worst = 0;
  std::size_t pixel = 0;
  for (int n = 0; n < 520; ++n) {
    for (int v = 0; v < 5; ++v) {
      for (int u = 0; u < 30; ++u, ++pixel) {
        double const x = (u - 14.5) * 2 + 3;
        double const y = (v - 2) * 3 + 1;
        // u runs against the sense of rotation as seen from the source.
        double const fan_angle = std::atan2(-x, 520.0);
        double const angle = (n + 0.5) * 3.9 / 520;
        ParkerWeight<double> const weight{3.9};
        worst = std::max(worst, std::abs(static_cast<double>(cosines[pixel]) -
                                         520 / std::sqrt(520.0 * 520 + x * x + y * y)));
        worst = std::max(worst,
                         std::abs(static_cast<double>(parkers[pixel]) - weight(angle, fan_angle)));
        BOOST_TEST_REQUIRE(parkers[pixel] == rows[static_cast<std::size_t>(n * 30 + u)],
                           boost::test_tools::tolerance(1e-4F));
      }
    }
  }
  BOOST_TEST(worst < 1e-5);
  test::Array<float, 2> wrong{{520, 30}, 0.0F};
  BOOST_CHECK_THROW(pyronn::cosine_weights(test::executor(), scan, wrong.view()),
                    pyronn::InvalidArgument);
}

BOOST_AUTO_TEST_SUITE_END()
