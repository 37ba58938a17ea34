// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
// Random circular scans, in the plane and in space, moved and turned in the world.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <pyronn/phantom/phantom.hpp>
#include <pyronn/pyronn.hpp>

namespace test {

inline constexpr double degrees = pyronn::pi / 180.0;
/// The same numbers on every platform.
class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_{seed} {}

  double between(double low, double high) {
    return low + (high - low) * static_cast<double>(engine_() >> 11) * 0x1p-53;
  }
  int integer(int low, int high) {
    return low + static_cast<int>(engine_() % static_cast<std::uint64_t>(high - low + 1));
  }
  bool chance(double part) { return between(0, 1) < part; }
  double sign() { return chance(0.5) ? 1.0 : -1.0; }

 private:
  std::mt19937_64 engine_;
};

/// A scan in its own frame: the axis is z, and at angle 0 the source lies on x.
struct RandomScan {
  bool is_parallel, is_plane;
  int columns, rows;
  double source, detector;      // [mm] from the axis and from each other
  double pixel;                 // [mm]
  double yaw, tilt, roll;       // of the panel [rad]
  std::vector<double> angles;   // [rad]
  std::vector<double> offsets;  // of the panel in each view [mm]
  std::vector<double> nearer;   // of the source in each view [mm]
  double mirror;                // -1: u grows the other way
  double far;                   // what all views but strays see of the far side [mm]
  std::string says;
};

/// Where a scan lies in the world.
struct Pose {
  pyronn::Vec3d x, y, z;
  pyronn::Vec3d origin;

  pyronn::Vec3d direction(pyronn::Vec3d const& of) const {
    return of[0] * x + of[1] * y + of[2] * z;
  }
  pyronn::Vec3d point(pyronn::Vec3d const& of) const { return origin + direction(of); }
};

struct RandomView {
  pyronn::Vec3d source, center, u, v;
};

inline RandomView view_of(RandomScan const& scan, int n) {
  auto const i = static_cast<std::size_t>(n);
  double const c = std::cos(scan.angles[i]);
  double const s = std::sin(scan.angles[i]);
  pyronn::Vec3d const outward{c, s, 0};
  pyronn::Vec3d const across{-s, c, 0};
  pyronn::Vec3d const up{0, 0, 1};
  pyronn::Vec3d u = std::cos(scan.yaw) * across + std::sin(scan.yaw) * outward;
  pyronn::Vec3d v = std::cos(scan.tilt) * up + std::sin(scan.tilt) * outward;
  pyronn::Vec3d const rolled = std::cos(scan.roll) * u + std::sin(scan.roll) * v;
  v = std::cos(scan.roll) * v - std::sin(scan.roll) * u;
  u = scan.mirror * scan.pixel * rolled;
  v = scan.pixel * v;
  double const source = scan.source - scan.nearer[i];
  return {source * outward, (source - scan.detector) * outward + scan.offsets[i] * rolled, u, v};
}

/// On which side of the axis the panel is farther: in every second view, in one half of the scan
/// or in one view on the other side; or two panels at one place.
enum class Sides { same, alternating, halves, stray, modules };

inline Sides choose_kind(Random& random) {
  int const kind = random.integer(0, 15);
  return kind < 4 ? static_cast<Sides>(kind + 1) : Sides::same;
}

/// The range that they cover [degrees].
inline double choose_angles(Random& random, RandomScan& scan, Sides sides) {
  double const start = random.between(-10, 10);
  double range = random.chance(0.55) ? 360.0 : random.between(scan.is_parallel ? 174 : 194, 350);
  if (scan.is_parallel && random.chance(0.2)) range = 180.0;
  bool const is_paired = random.chance(0.15);
  // Pairs and the views of each side see no more than half as many.
  int const times = (is_paired ? 2 : 1) * (sides == Sides::alternating ? 2 : 1);
  int const count = static_cast<int>(range / 360 * random.integer(120, 160)) * times;
  double const step = random.sign() * range / count;
  double const jitter = random.chance(0.4) ? 0.35 : 0.0;
  double const pairs = is_paired ? 0.8 : 0.0;
  for (int n = 0; n < count; ++n) {
    double const at = n + random.between(-jitter, jitter) - pairs * (n % 2);
    scan.angles.push_back(start + at * step * degrees);
  }
  for (int missing = random.chance(is_paired ? 0 : 0.25) ? random.integer(1, 3) : 0; missing > 0;
       --missing) {
    scan.angles.erase(scan.angles.begin() +
                      random.integer(0, static_cast<int>(scan.angles.size()) - 1));
  }
  if (random.chance(0.3)) {
    for (std::size_t n = scan.angles.size() - 1; n > 0; --n) {
      std::swap(scan.angles[n],
                scan.angles[static_cast<std::size_t>(random.integer(0, static_cast<int>(n)))]);
    }
  }
  scan.says += std::to_string(count) + " views over " + std::to_string(range) + " degrees";
  return range;
}

/// Offsets of the panel, of half the detector's width: none, some, nearly all of it; most short
/// scans have none.
inline double choose_offset(Random& random, double half, double range) {
  if (random.chance(range < 359 ? 0.75 : 0.35)) return 0.0;
  if (random.chance(0.3)) return random.between(-0.06, 0.06) * half;
  return random.sign() * half * random.between(0.1, 0.93);
}

inline void choose_offsets(Random& random, RandomScan& scan, Sides sides, double offset) {
  std::size_t const count = scan.angles.size();
  scan.offsets.assign(count, offset);
  if (sides == Sides::alternating) {
    std::vector<std::size_t> order(count);
    for (std::size_t n = 0; n < count; ++n) order[n] = n;
    std::sort(order.begin(), order.end(),
              [&](std::size_t a, std::size_t b) { return scan.angles[a] < scan.angles[b]; });
    for (std::size_t n = 0; n < count; n += 2) scan.offsets[order[n]] = -offset;
    scan.says += ", alternating";
  } else if (sides == Sides::halves) {
    for (std::size_t n = 0; n < count / 2; ++n) scan.offsets[n] = -offset;
    scan.says += ", halves";
  } else if (sides == Sides::stray) {
    scan.offsets[static_cast<std::size_t>(random.integer(0, static_cast<int>(count) - 1))] =
        -offset;
    scan.says += ", a stray";
  } else if (sides == Sides::modules) {
    scan.angles.insert(scan.angles.end(), scan.angles.begin(), scan.angles.end());
    scan.offsets.insert(scan.offsets.end(), count, -offset);
    scan.says += ", modules";
  }
  double const jitter = random.chance(0.3) ? random.between(0, 0.5) * scan.pixel : 0.0;
  for (double& place : scan.offsets) place += random.between(-jitter, jitter);
}

/// What the plain scan sees of the far side, at the axis [mm].
inline double far_reach(RandomScan const& scan, double offset) {
  double far = 0;
  for (double const end : {-0.5, 0.5}) {
    double const along = offset + end * scan.pixel * (scan.columns - 1);
    double const across = along * std::cos(scan.yaw);
    if (scan.is_parallel) {
      far = std::max(far, std::abs(across));
    } else {
      double const ahead = scan.detector - along * std::sin(scan.yaw);
      far = std::max(far, scan.source * std::sin(std::atan2(std::abs(across), ahead)));
    }
  }
  return far;
}

inline RandomScan random_scan(Random& random) {
  RandomScan scan{};
  scan.is_parallel = random.chance(0.4);
  scan.is_plane = random.chance(0.8);
  scan.columns = random.integer(36, 60);
  scan.rows = scan.is_plane ? 1 : random.integer(4, 9);
  scan.source = std::exp(random.between(std::log(150.0), std::log(1000.0)));
  scan.detector = scan.source * random.between(1.6, 2.4);
  double const half = scan.source * std::tan(random.between(5, 12) * degrees);
  double const magnification = scan.is_parallel ? 1.0 : scan.detector / scan.source;
  scan.pixel = 2 * half * magnification / scan.columns;
  scan.mirror = random.sign();
  scan.says = std::string{scan.is_parallel ? "parallel" : "diverging"} +
              (scan.is_plane ? " in the plane, " : " in space, ");
  if (random.chance(0.4)) scan.yaw = random.between(-8, 8) * degrees;
  if (!scan.is_plane && random.chance(0.4)) scan.tilt = random.between(-8, 8) * degrees;
  if (!scan.is_plane && random.chance(0.4)) scan.roll = random.between(-1.3, 1.3) * degrees;
  Sides const sides = choose_kind(random);
  double const range = choose_angles(random, scan, sides);
  double const offset = choose_offset(random, half * magnification, range);
  choose_offsets(random, scan, sides, offset);
  double const jitter = random.chance(0.3) ? 0.003 * scan.source : 0.0;
  for (std::size_t n = 0; n < scan.angles.size(); ++n) {
    scan.nearer.push_back(random.between(-jitter, jitter));
  }
  scan.far = far_reach(scan, offset);
  if (!scan.is_parallel && range < 359) {
    // Of scans shorter than Parker's all is exact if it is seen from all sides.
    double const inner = std::sin(std::max(0.5 * (range - 184), 2.0) * degrees);
    scan.far = std::min(scan.far, scan.source * inner);
  }
  std::ostringstream more;
  more << ", " << scan.columns << " columns of " << scan.pixel << " mm, offset by "
       << offset / scan.pixel << " of them, R " << scan.source << ", SDD " << scan.detector
       << ", yaw " << scan.yaw / degrees << ", tilt " << scan.tilt / degrees << ", roll "
       << scan.roll / degrees;
  scan.says += more.str();
  return scan;
}

inline Pose random_pose(Random& random, bool is_plane) {
  pyronn::Vec3d const origin{random.between(-800, 800), random.between(-800, 800),
                             is_plane ? 0.0 : random.between(-800, 800)};
  if (is_plane || random.chance(0.2)) return {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}, origin};
  pyronn::Vec3d const about{random.between(-1, 1), random.between(-1, 1), random.between(0.1, 1)};
  auto const turned = pyronn::Orientation::about(about, random.between(-pyronn::pi, pyronn::pi));
  return {turned.axis[0], turned.axis[1], turned.axis[2], origin};
}

inline pyronn::Vec2d flat(pyronn::Vec3d const& vector) { return {vector[0], vector[1]}; }

template <class Use>
void with_geometry(RandomScan const& scan, Pose const& pose, Use const& use) {
  pyronn::Extents<2> const size{scan.columns, scan.rows};
  std::vector<pyronn::ConeVectors> cones;
  std::vector<pyronn::ParallelVectors> parallels;
  std::vector<pyronn::FanVectors> fans;
  std::vector<pyronn::ParallelVectors2D> lines;
  for (int n = 0; n < static_cast<int>(scan.angles.size()); ++n) {
    RandomView const view = view_of(scan, n);
    pyronn::Vec3d const source = pose.point(view.source);
    pyronn::Vec3d const center = pose.point(view.center);
    pyronn::Vec3d const u = pose.direction(view.u);
    pyronn::Vec3d const v = pose.direction(view.v);
    pyronn::Vec3d const rays = pose.direction(-view.source);
    cones.push_back({source, center, u, v});
    parallels.push_back({rays, center, u, v});
    fans.push_back({flat(source), flat(center), flat(u)});
    lines.push_back({flat(rays), flat(center), flat(u)});
  }
  if (scan.is_plane && scan.is_parallel) {
    use(pyronn::ParallelBeam2D::from_vectors(scan.columns, lines));
  } else if (scan.is_plane) {
    use(pyronn::FanBeam::from_vectors(scan.columns, fans));
  } else if (scan.is_parallel) {
    use(pyronn::ParallelBeam3D::from_vectors(size, parallels));
  } else {
    use(pyronn::ConeBeam::from_vectors(size, cones));
  }
}

}  // namespace test
