// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// Random scans of a disc, moved and turned in the world, in the plane and of cones: each is
// reconstructed to the value of the disc, or refused with one sentence, and not too many are.
// PYRONN_RANDOM_SCANS says how many, PYRONN_RANDOM_SCANS_FIRST the number of the first.
#include "support/cpu_backend.hpp"
//
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <sstream>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/phantom/phantom.hpp>
#include <pyronn/pyronn.hpp>

using pyronn::Body;
using pyronn::ConeBeam;
using pyronn::FanBeam;
using pyronn::Grid;
using pyronn::ParallelBeam2D;
using pyronn::ParallelBeam3D;
using pyronn::pi;
using pyronn::Vec2d;
using pyronn::Vec3d;

namespace {

constexpr double degrees = pi / 180.0;
constexpr double level = 0.02;

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
struct Scan {
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
  Vec3d x, y, z;
  Vec3d origin;

  Vec3d direction(Vec3d const& of) const { return of[0] * x + of[1] * y + of[2] * z; }
  Vec3d point(Vec3d const& of) const { return origin + direction(of); }
};

struct View {
  Vec3d source, center, u, v;
};

View view_of(Scan const& scan, int n) {
  auto const i = static_cast<std::size_t>(n);
  double const c = std::cos(scan.angles[i]);
  double const s = std::sin(scan.angles[i]);
  Vec3d const outward{c, s, 0};
  Vec3d const across{-s, c, 0};
  Vec3d const up{0, 0, 1};
  Vec3d u = std::cos(scan.yaw) * across + std::sin(scan.yaw) * outward;
  Vec3d v = std::cos(scan.tilt) * up + std::sin(scan.tilt) * outward;
  Vec3d const rolled = std::cos(scan.roll) * u + std::sin(scan.roll) * v;
  v = std::cos(scan.roll) * v - std::sin(scan.roll) * u;
  u = scan.mirror * scan.pixel * rolled;
  v = scan.pixel * v;
  double const source = scan.source - scan.nearer[i];
  return {source * outward, (source - scan.detector) * outward + scan.offsets[i] * rolled, u, v};
}

/// On which side of the axis the panel is farther: in every second view, in one half of the scan
/// or in one view on the other side; or two panels at one place.
enum class Sides { same, alternating, halves, stray, modules };

Sides choose_kind(Random& random) {
  int const kind = random.integer(0, 15);
  return kind < 4 ? static_cast<Sides>(kind + 1) : Sides::same;
}

/// The range that they cover [degrees].
double choose_angles(Random& random, Scan& scan, Sides sides) {
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
double choose_offset(Random& random, double half, double range) {
  if (random.chance(range < 359 ? 0.75 : 0.35)) return 0.0;
  if (random.chance(0.3)) return random.between(-0.06, 0.06) * half;
  return random.sign() * half * random.between(0.1, 0.93);
}

void choose_offsets(Random& random, Scan& scan, Sides sides, double offset) {
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
double far_reach(Scan const& scan, double offset) {
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

Scan random_scan(Random& random) {
  Scan scan{};
  scan.is_parallel = random.chance(0.4);
  scan.is_plane = random.chance(0.75);
  scan.columns = random.integer(36, 60);
  scan.rows = scan.is_plane ? 1 : random.integer(6, 16);
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

Pose random_pose(Random& random, bool is_plane) {
  Vec3d const origin{random.between(-800, 800), random.between(-800, 800),
                     is_plane ? 0.0 : random.between(-800, 800)};
  if (is_plane || random.chance(0.2)) return {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}, origin};
  Vec3d const about{random.between(-1, 1), random.between(-1, 1), random.between(0.1, 1)};
  auto const turned = pyronn::Orientation::about(about, random.between(-pi, pi));
  return {turned.axis[0], turned.axis[1], turned.axis[2], origin};
}

Vec2d flat(Vec3d const& vector) { return {vector[0], vector[1]}; }

template <class Use>
void with_geometry(Scan const& scan, Pose const& pose, Use const& use) {
  pyronn::Extents<2> const size{scan.columns, scan.rows};
  std::vector<pyronn::ConeVectors> cones;
  std::vector<pyronn::ParallelVectors> parallels;
  std::vector<pyronn::FanVectors> fans;
  std::vector<pyronn::ParallelVectors2D> lines;
  for (int n = 0; n < static_cast<int>(scan.angles.size()); ++n) {
    View const view = view_of(scan, n);
    Vec3d const source = pose.point(view.source);
    Vec3d const center = pose.point(view.center);
    Vec3d const u = pose.direction(view.u);
    Vec3d const v = pose.direction(view.v);
    Vec3d const rays = pose.direction(-view.source);
    cones.push_back({source, center, u, v});
    parallels.push_back({rays, center, u, v});
    fans.push_back({flat(source), flat(center), flat(u)});
    lines.push_back({flat(rays), flat(center), flat(u)});
  }
  if (scan.is_plane && scan.is_parallel) {
    use(ParallelBeam2D::from_vectors(scan.columns, lines));
  } else if (scan.is_plane) {
    use(FanBeam::from_vectors(scan.columns, fans));
  } else if (scan.is_parallel) {
    use(ParallelBeam3D::from_vectors(size, parallels));
  } else {
    use(ConeBeam::from_vectors(size, cones));
  }
}

/// On one thread: the scans are small.
pyronn::CpuExecutor const executor{1};

template <class Geometry>
std::vector<float> reconstruct(Geometry const& geometry, Grid const& grid,
                               pyronn::Phantom const& phantom) {
  constexpr int rank = pyronn::dimension_v<Geometry>;
  pyronn::Fbp<Geometry, pyronn::SoftwareInterp> const fbp{geometry, grid};
  auto const extents = [&](auto first, auto last) {
    if constexpr (rank == 2) {
      return pyronn::Extents<2>{first[0], last};
    } else {
      return pyronn::Extents<3>{first[0], first[1], last};
    }
  };
  test::Array<float, rank> lines{extents(geometry.detector_size(), geometry.num_views())};
  test::Array<float, rank> volume{extents(grid.size, rank == 2 ? grid.size[1] : grid.size[2])};
  pyronn::project(executor, phantom, geometry, lines.view());
  pyronn::Workspace<pyronn::CpuExecutor> workspace{executor,
                                                   fbp.workspace_bytes(executor, lines.view())};
  fbp(executor, lines.view(), volume.view(), workspace);
  return volume.values();
}

/// Relative ones.
struct Errors {
  double mean = 0;
  double on_axis = 0;   ///< the worst within six columns of the axis
  double off_axis = 0;  ///< and elsewhere
};

/// In the inner part of an elliptic cylinder along the axis that fills `far`.
Errors errors_of(Random& random, Scan const& scan, Pose const& pose) {
  Vec2d const semi_axes{0.85 * scan.far, 0.85 * scan.far * random.between(0.7, 1)};
  pyronn::Orientation const turned{{pose.x, pose.y, pose.z}};
  Body const body =
      scan.is_plane ? Body::ellipse(flat(pose.origin), semi_axes, level)
                    : Body::cylinder(pose.origin, {semi_axes[0], semi_axes[1], 1e4}, level, turned);
  double const width = 1.3 * semi_axes[0];
  double const voxel = width / 9;
  Grid const grid = scan.is_plane ? Grid::flat({9, 9}, {voxel, voxel}, flat(pose.origin))
                                  : Grid::centered({9, 9, 9}, {voxel, voxel, voxel}, pose.origin);
  double const magnification = scan.is_parallel ? 1.0 : scan.detector / scan.source;
  double const height = 0.3 * scan.rows * scan.pixel / magnification;
  Errors errors;
  with_geometry(scan, pose, [&](auto const& geometry) {
    auto const volume = reconstruct(geometry, grid, {body});
    int count = 0;
    for (std::size_t n = 0; n < volume.size(); ++n) {
      auto const i = static_cast<int>(n);
      Vec3d const at =
          grid.to_world({double(i % 9), double(i / 9 % 9), double(i / 81)}) - pose.origin;
      if (std::abs(dot(at, pose.z)) > height) continue;
      if (std::hypot(dot(at, pose.x) / semi_axes[0], dot(at, pose.y) / semi_axes[1]) > 0.7)
        continue;
      double const error = static_cast<double>(volume[n]) / level - 1;
      errors.mean += error;
      double const from_axis = std::hypot(dot(at, pose.x), dot(at, pose.y));
      double& worst = from_axis * magnification < 6 * scan.pixel ? errors.on_axis : errors.off_axis;
      worst = std::max(worst, std::abs(error));
      ++count;
    }
    errors.mean /= count;
  });
  return errors;
}

std::uint64_t number_from(char const* variable, std::uint64_t otherwise) {
  char const* const text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(random_scans)

BOOST_AUTO_TEST_CASE(each_is_right_or_refused) {
  std::uint64_t const count = number_from("PYRONN_RANDOM_SCANS", 2000);
  std::uint64_t const first = number_from("PYRONN_RANDOM_SCANS_FIRST", 1);
  std::uint64_t right = 0;
  std::uint64_t refused = 0;
  Errors worst;
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    Random random{seed};
    Scan const scan = random_scan(random);
    Pose const pose = random_pose(random, scan.is_plane);
    try {
      Errors const errors = errors_of(random, scan, pose);
      // Steep weights of Wang's are interpolated less well.
      bool const is_right =
          std::abs(errors.mean) < 0.01 && errors.on_axis < 0.09 && errors.off_axis < 0.04;
      BOOST_TEST(is_right, "PYRONN_RANDOM_SCANS=1 PYRONN_RANDOM_SCANS_FIRST="
                               << seed << " random_scans_test: errors " << errors.mean << ", "
                               << errors.on_axis << " on the axis, " << errors.off_axis
                               << " off it; " << scan.says);
      worst = {std::max(worst.mean, std::abs(errors.mean)), std::max(worst.on_axis, errors.on_axis),
               std::max(worst.off_axis, errors.off_axis)};
      right += is_right ? 1 : 0;
    } catch (pyronn::InvalidArgument const& error) {
      std::string const sentence = error.what();
      BOOST_TEST(sentence.rfind("pyronn::Fbp: ", 0) == 0U);
      BOOST_TEST(sentence.find('\n') == std::string::npos);
      if (count == 1) BOOST_TEST_MESSAGE(scan.says << "\n" << sentence);
      ++refused;
    }
  }
  BOOST_TEST_MESSAGE("PYRONN_RANDOM_SCANS=" << count << " PYRONN_RANDOM_SCANS_FIRST=" << first
                                            << " random_scans_test: " << right << " right, "
                                            << refused << " refused; worst errors " << worst.mean
                                            << ", " << worst.on_axis << " on the axis, "
                                            << worst.off_axis << " off it");
  BOOST_TEST(3 * refused <= count);
}

BOOST_AUTO_TEST_SUITE_END()
