// expects: A view must have 'DetectorPoint<float> project(Vec3f point) const' (or double)
#include "support/geometry.hpp"

struct View {
  pyronn::Ray<float> ray(float, float) const { return {}; }
};
using Geometry = OneView<View>;

pyronn::Backprojector<Geometry, pyronn::SoftwareInterp, pyronn::VoxelDriven> const op{Geometry{},
                                                                                      one_voxel};
