// expects: The rays of a pyronn::FbpTraits must have 'float fan_angle(float u, float v) const'
#include "support/geometry.hpp"

template <>
struct pyronn::FbpTraits<PointView> {
  struct Rays {
    float fan_angle(float, float) const { return 0; }
    bool is_z_aligned() const { return true; }
  };
  static Vec3d source(PointView const&) { return {}; }
  static Rays rays(PointView const&, FanFrame const&) { return {}; }
  static double factor(PointView const&, FanFrame const&) { return 1; }
};

using Geometry = OneView<PointView>;

pyronn::Fbp<Geometry, pyronn::SoftwareInterp> const fbp{Geometry{}, one_voxel};
