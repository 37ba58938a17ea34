// expects: A pyronn::FbpTraits must have 'static Vec3d source(View const& view)'
#include "support/geometry.hpp"

template <>
struct pyronn::FbpTraits<PointView> {
  static Vec3d source(PointView const&) { return {}; }
};

using Geometry = OneView<PointView>;

pyronn::Fbp<Geometry, pyronn::SoftwareInterp> const fbp{Geometry{}, one_voxel};
