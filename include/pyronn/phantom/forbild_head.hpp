// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The FORBILD head phantom, in space and in the plane.
#include <cmath>
#include <cstdlib>

#include <pyronn/core/error.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/phantom/phantom.hpp>

namespace pyronn {

/// Which ears of the FORBILD head are filled: the left one (x < 0) with a resolution pattern of
/// bony pins, the right one with a bone full of air bubbles.
enum class ForbildEars { none, left, right, both };

namespace detail {

/// Makes the bodies of the head, which its authors give in cm and g/cm^3.
class ForbildHead {
 public:
  ForbildHead(ForbildEars ears, double scale)
      : has_left_{ears == ForbildEars::left || ears == ForbildEars::both},
        has_right_{ears == ForbildEars::right || ears == ForbildEars::both},
        scale_{scale} {}

  [[nodiscard]] Phantom plane() {
    lay_plane_bone();
    lay_plane_details();
    if (has_left_) {
      for_each_pin([this](Vec3d const& at, Vec3d const& radii) {
        if (at[2] == 0) ellipse(at[0], at[1], radii[0], radii[1], 0, 0.75);
      });
    }
    if (has_right_) {
      for_each_bubble([this](Vec3d const& at) {
        if (at[2] == 0) ellipse(at[0], at[1], 0.15, 0.15, 0, -1.8);
      });
    }
    return phantom_;
  }

  [[nodiscard]] Phantom solid() {
    lay_solid_tissue();
    lay_solid_bone();
    if (has_right_) {
      overwrite(
          Body::ellipsoid(cm({9.1, 0, 0}), cm({4.2, 1.8, 1.8}), scale_ * 1.8).cut({1, 0, 0}, 91));
      for_each_bubble([this](Vec3d const& at) {  // all lie in the bone
        phantom_.push_back(Body::ball(cm(at), 1.5, scale_ * -1.8));
      });
    }
    if (has_left_) {
      for_each_pin([this](Vec3d const& at, Vec3d const& radii) {  // all lie in the brain
        phantom_.push_back(Body::ellipsoid(cm(at), cm(radii), scale_ * 0.75));
      });
    }
    return phantom_;
  }

 private:
  static Vec3d cm(Vec3d const& vector) { return 10.0 * vector; }
  static constexpr double radians(double degrees) { return degrees * (pi / 180); }

  Body& ellipse(double x, double y, double a, double b, double degrees, double density) {
    phantom_.push_back(
        Body::ellipse({10 * x, 10 * y}, {10 * a, 10 * b}, scale_ * density, radians(degrees)));
    return phantom_.back();
  }

  void overwrite(Body const& body) { phantom_.push_back(body.overwriting()); }

  void lay_plane_bone() {
    ellipse(0, 0, 9.6, 12, 0, 1.8);
    Body& inside = ellipse(0, 0, 9, 11.4, 0, -0.75);
    if (has_right_) {
      inside = inside.cut({1, 0, 0}, 88.874);
      Body& ear = ellipse(9.1, 0, 4.2, 1.8, 0, 0.75);
      ear = ear.cut({1, 0, 0}, 88.874);
    }
    ellipse(0, 8.4, 1.8, 3, 0, -1.05);
    ellipse(1.9, 5.4, 0.41633, 1.17425, -31.07698, 0.75);
    ellipse(-1.9, 5.4, 0.41633, 1.17425, 31.07698, 0.75);
    ellipse(-4.3, 6.8, 1.8, 0.24, -30, 0.75);
    ellipse(4.3, 6.8, 1.8, 0.24, 30, 0.75);
    Body& nose = ellipse(0, 3.6, 2, 2, 0, 0.75);
    nose = nose.cut({1, 0, 0}, 12).cut({-1, 0, 0}, 12);
    nose = nose.cut({0, 1, 0}, 36 + 2.7884).cut({0, -1, 0}, 2.7884 - 36);
    Body& septum = ellipse(0, 9.6, 1.8, 3, 0, 1.8);
    septum = septum.cut({0, 1, 0}, 96 + 6.0687).cut({0, -1, 0}, 6.0687 - 96);
    septum = septum.cut({1, 0, 0}, 2).cut({-1, 0, 0}, 2);
    double const slant = radians(15);
    Body& wedge = ellipse(0, 0, 9, 11.4, 0, 0.75);
    wedge = wedge.cut({std::cos(slant), std::sin(slant), 0}, -26.05);
    wedge = wedge.cut({-std::cos(slant), std::sin(slant), 0}, -26.05);
    wedge = wedge.cut({0, 1, 0}, -107.1177);
    Body& tip = ellipse(0, -14.294530834372887, 0.443194085308632, 3.892760834372886, 0, 0.75);
    tip = tip.cut({0, -1, 0}, 107.1177);
  }

  void lay_plane_details() {
    ellipse(-4.7, 4.3, 1.79989, 1.79989, 0, 0.010);
    ellipse(4.7, 4.3, 1.79989, 1.79989, 0, 0.010);
    ellipse(-1.08, -9, 0.4, 0.4, 0, 0.0025);
    ellipse(1.08, -9, 0.4, 0.4, 0, -0.0025);
    ellipse(0, -3.6, 1.8, 3.6, 0, -0.005);
    ellipse(6.39395, -6.39395, 1.2, 0.42, 58.1, 0.005);
  }

  void lay_solid_tissue() {
    overwrite(Body::ellipsoid({0, 0, 0}, cm({9.6, 12, 12.5}), scale_ * 1.8));
    overwrite(Body::ellipsoid({0, 0, 0}, cm({9, 11.4, 11.9}), scale_ * 1.05));
    overwrite(Body::ellipsoid(cm({0, -3.6, 0}), cm({1.8, 3.6, 3.6}), scale_ * 1.045));
    overwrite(Body::ellipsoid(cm({0, 8.4, 0}), cm({1.8, 3, 3}), 0));
    overwrite(Body::ball(cm({-4.7, 4.3, 0.872}), 20, scale_ * 1.06));
    overwrite(Body::ball(cm({4.7, 4.3, 0.872}), 20, scale_ * 1.06));
    overwrite(Body::ball(cm({-1.08, -9, 0}), 4, scale_ * 1.0525));
    overwrite(Body::ball(cm({1.08, -9, 0}), 4, scale_ * 1.0475));
  }

  void lay_solid_bone() {
    double const c15 = std::cos(radians(15));
    double const s15 = std::sin(radians(15));
    double const c30 = std::cos(radians(30));
    auto const bone = scale_ * 1.8;
    overwrite(Body::cylinder(cm({0, 3.6, 0}), cm({1.2, 4, 0.25 * c15}), bone,
                             {{{1, 0, 0}, {0, 0.5, c30}, {0, -c30, 0.5}}}));
    overwrite(Body::cylinder(cm({0, 9.6, 0}), cm({0.525561, 2, 0.2}), bone,
                             {{{0, c30, 0.5}, {0, -0.5, c30}, {1, 0, 0}}}));
    overwrite(Body::ellipsoid(cm({-1.9, 5.4, 0}), cm({1.206483 * c15, 0.420276 * c15, 3}), bone,
                              slanted({-0.5 * c15, c30, 0.5 * s15}, {s15, 0, c15})));
    overwrite(Body::ellipsoid(cm({1.9, 5.4, 0}), cm({1.2 * c15, 0.42 * c15, 3}), bone,
                              slanted({0.5 * c15, c30, 0.5 * s15}, {-s15, 0, c15})));
    overwrite(Body::cylinder(cm({-4.3, 6.8, -1}), cm({1.8, 0.24, 2}), bone,
                             Orientation::about_z(radians(150))));
    overwrite(Body::cylinder(cm({4.3, 6.8, -1}), cm({1.8, 0.24, 2}), bone,
                             Orientation::about_z(radians(30))));
    overwrite(Body::ellipsoid(cm({6.393945, -6.393945, 0}), cm({1.2, 0.42, 1.2}), scale_ * 1.055,
                              Orientation::about_z(radians(58.1))));
    // Radius 0.5 at y = -11.9 and 0.2 at -10.4: the ends of a cone 1.5 long about y = -11.15.
    for (double const z : {-0.2, 0.2}) {
      overwrite(Body::cone(cm({0, -10.65, z}), cm({0.5, 0.5, 1.25}), bone,
                           {{{0, 0, 1}, {1, 0, 0}, {0, 1, 0}}})
                    .cut({0, 1, 0}, -104));
    }
  }

  /// The orientation with this first and third axis. As the source rounds them they are orthogonal
  /// only to its last digit.
  static Orientation slanted(Vec3d const& first, Vec3d const& third) {
    return {{first, cross(third, first), third}};
  }

  /// Calls `visit(centre)` for the bubbles, balls of radius 0.15 cm in a hexagonal pattern of rows
  /// along x.
  template <class Visit>
  static void for_each_bubble(Visit const& visit) {
    constexpr int row_lengths[4][4] = {{9, 8, 8, 6}, {8, 8, 7, 6}, {8, 7, 7, 5}, {6, 6, 5, 4}};
    double const step = 0.2 * std::sqrt(3.0);
    for (int k = -3; k <= 3; ++k) {
      for (int j = -3; j <= 3; ++j) {
        double const last = (j + k) % 2 == 0 ? 8.8 : 8.6;
        for (int i = 0; i < row_lengths[std::abs(k)][std::abs(j)]; ++i) {
          visit({last - 0.4 * i, j * step, k * step});
        }
      }
    }
  }

  /// Calls `visit(centre, radii)` for the pins, which have four widths and four heights. Of each
  /// kind there are five in a row along y and four more along z, with gaps as wide as a pin.
  template <class Visit>
  static void for_each_pin(Visit const& visit) {
    constexpr double widths[] = {0.0357, 0.0312, 0.0278, 0.0250};
    constexpr double heights[] = {0.4, 0.2, 0.1, 0.05};
    for (int column = 0; column < 4; ++column) {
      for (int group = 0; group < 4; ++group) {
        double const width = widths[column];
        double const height = heights[group];
        Vec3d const first{-7 + 0.08 * column, -1 + 0.48 * group, 0};
        Vec3d const radii{0.5 * width, 0.5 * width, 0.5 * height};
        for (int n = 0; n < 5; ++n) visit(first + Vec3d{0, 2 * n * width, 0}, radii);
        for (int n = 1; n < 5; ++n) visit(first + Vec3d{0, 0, 2 * n * height}, radii);
      }
    }
  }

  bool has_left_, has_right_;
  double scale_;
  Phantom phantom_;
};

}  // namespace detail

/// The FORBILD head in the plane z = 0, 192 mm wide and 240 mm long; the nose points along +y.
/// `scale` [1/mm] is the attenuation of water: bone is at 1.8, brain at 1.05, and details differ by
/// down to 0.0025. Throws InvalidArgument unless the scale is finite.
///
/// Source: Z. Yu, F. Noo, F. Dennerlein, A. Wunderlich, G. Lauritsch and J. Hornegger, "Simulation
/// tools for two-dimensional experiments in x-ray computed tomography using the FORBILD head
/// phantom", Phys. Med. Biol. 57, 2012.
inline Phantom forbild_head_2d(ForbildEars ears = ForbildEars::both, double scale = 0.02) {
  detail::expects(std::isfinite(scale), "forbild_head_2d: scale ", scale, " must be finite [1/mm]");
  return detail::ForbildHead{ears, scale}.plane();
}

/// The FORBILD head, 192 x 240 x 250 mm; the nose points along +y, the top along +z. Otherwise as
/// forbild_head_2d, whose curves at the nose and the back of the head are approximations.
///
/// Source: G. Lauritsch and H. Bruder, FORBILD head phantom, Institute of Medical Physics,
/// University of Erlangen, 1998; there, bodies overwrite one another in the order of the list.
inline Phantom forbild_head_3d(ForbildEars ears = ForbildEars::both, double scale = 0.02) {
  detail::expects(std::isfinite(scale), "forbild_head_3d: scale ", scale, " must be finite [1/mm]");
  return detail::ForbildHead{ears, scale}.solid();
}

}  // namespace pyronn
