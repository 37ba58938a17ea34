// expects: or a specialisation of pyronn::FbpTraits.
#include "support/geometry.hpp"

using Geometry = OneView<PointView>;

pyronn::Fbp<Geometry, pyronn::SoftwareInterp> const fbp{Geometry{}, one_voxel};
