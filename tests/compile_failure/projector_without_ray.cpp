// expects: A view must have 'Ray<float> ray(float u, float v) const' (or double)
#include "support/geometry.hpp"

using Geometry = OneView<PointView>;

pyronn::Projector<Geometry, pyronn::SoftwareInterp, pyronn::Joseph> const op{Geometry{}, one_voxel};
