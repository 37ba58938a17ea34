// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>

#include <pyronn/backprojector.hpp>
#include <pyronn/core/array_view.hpp>
#include <pyronn/core/grid.hpp>
#include <pyronn/exec/buffer.hpp>
#include <pyronn/interp/software_interp.hpp>
#include <pyronn/projector.hpp>

#include "curved_cone_beam.hpp"

/// A soft ball exp(-|x|^2 / 2 s^2) about `center`, whose line integrals are known.
struct SoftBall {
  pyronn::Vec3d center;  // [mm]
  double sigma;          // [mm]

  [[nodiscard]] double value(pyronn::Vec3d const& point) const {
    pyronn::Vec3d const arm = point - center;
    return std::exp(-dot(arm, arm) / (2 * sigma * sigma));
  }
  [[nodiscard]] double line_integral(pyronn::Ray<float> const& ray) const {
    auto const direction = pyronn::vec_cast<double>(ray.direction);
    auto const off_line = cross(center - pyronn::vec_cast<double>(ray.origin), direction);
    double const squared = dot(off_line, off_line) / dot(direction, direction);
    return sigma * std::sqrt(2 * pyronn::pi) * std::exp(-squared / (2 * sigma * sigma));
  }
};

/// Prints a comparison; true if it holds.
inline bool holds(char const* what, double error, double bound) {
  std::printf("  %-46s %.2g (bound %.2g) %s\n", what, error, bound,
              error <= bound ? "" : "IS WRONG");
  return error <= bound;
}

/// Projects and backprojects with the geometry on an executor, in memory that the host can read
/// after `synchronise()`, and compares every result with a closed form.
template <class Executor, class Synchronise>
class CurvedConeBeamCheck {
 public:
  CurvedConeBeamCheck(Executor const& executor, Synchronise const& synchronise)
      : executor_{executor}, synchronise_{synchronise} {
    synchronise_();
    for (int z = 0; z < grid_.size[2]; ++z) {
      for (int y = 0; y < grid_.size[1]; ++y) {
        for (int x = 0; x < grid_.size[0]; ++x) volume_(x, y, z) = value_at({x, y, z});
      }
    }
    for (int n = 0; n < scan_[2]; ++n) {
      auto const view = scanner_.view(n);
      for (int v = 0; v < scan_[1]; ++v) {
        for (int u = 0; u < scan_[0]; ++u) {
          auto const ray = view.ray(static_cast<float>(u), static_cast<float>(v));
          exact_(u, v, n) = static_cast<float>(ball_.line_integral(ray));
        }
      }
    }
  }

  bool operator()() const {
    bool const projects = check_projector();
    return check_backprojector() && projects;
  }

 private:
  [[nodiscard]] float value_at(pyronn::Vec<int, 3> voxel) const {
    return static_cast<float>(ball_.value(grid_.to_world(pyronn::vec_cast<double>(voxel))));
  }

  static double product(pyronn::ArrayView<float const, 3> a, pyronn::ArrayView<float const, 3> b) {
    double sum = 0;
    for (std::int64_t i = 0; i < a.count(); ++i) {
      sum += static_cast<double>(a.data[i]) * static_cast<double>(b.data[i]);
    }
    return sum;
  }

  bool check_projector() const {
    pyronn::Projector<CurvedConeBeam, pyronn::SoftwareInterp> const projector{scanner_, grid_};
    projector(executor_, volume_, lines_);
    projector.adjoint()(executor_, exact_, image_);
    synchronise_();
    double const norm = product(exact_, exact_);
    double const both = product(lines_, exact_);
    double const own_norm = product(lines_, lines_);
    double const error = std::sqrt(std::max(0.0, own_norm - 2 * both + norm) / norm);
    bool const good = holds("projection against exact line integrals", error, 0.01);
    return holds("dot product test of projector and adjoint",
                 std::abs(both - product(image_, volume_)) / std::sqrt(norm * own_norm), 1e-6) &&
           good;
  }

  bool check_backprojector() const {
    pyronn::Backprojector<CurvedConeBeam, pyronn::SoftwareInterp> const back{scanner_, grid_};
    back(executor_, exact_, image_);
    synchronise_();
    pyronn::Vec<int, 3> const voxel{36, 24, 30};  // inside the ball, seen in every view
    auto const point = pyronn::vec_cast<float>(grid_.to_world(pyronn::vec_cast<double>(voxel)));
    double expected = 0;
    for (int n = 0; n < scan_[2]; ++n) {
      auto const source = scanner_.view(n).source;
      expected += ball_.line_integral({source, point - source});
    }
    auto const found = static_cast<double>(image_(voxel[0], voxel[1], voxel[2]));
    return holds("backprojection of a voxel against its exact sum", std::abs(found / expected - 1),
                 0.01);
  }

  template <int Rank>
  pyronn::Buffer<float, Executor> buffer(pyronn::Extents<Rank> extents) const {
    return {executor_, static_cast<std::size_t>(extents.count())};
  }

  CurvedConeBeam scanner_{48, 80, 50, 400, 700, 0.004F, 2.8F, 20};
  pyronn::Grid grid_ = pyronn::Grid::centered({60, 64, 56}, {1.5, 1.5, 1.5});
  SoftBall ball_{{6, -9, 4}, 8};
  pyronn::Extents<3> scan_{scanner_.columns, scanner_.rows, scanner_.views};

  Executor executor_;
  Synchronise synchronise_;
  pyronn::Buffer<float, Executor> memory_[4] = {buffer(grid_.size), buffer(grid_.size),
                                                buffer(scan_), buffer(scan_)};
  pyronn::VolumeView<float> volume_ = memory_[0].view(grid_.size);
  pyronn::VolumeView<float> image_ = memory_[1].view(grid_.size);
  pyronn::ProjectionView<float> lines_ = memory_[2].view(scan_);
  pyronn::ProjectionView<float> exact_ = memory_[3].view(scan_);
};
