// expects: Fbp filters in single precision
#include "support/geometry.hpp"

pyronn::Fbp<pyronn::ConeBeam, pyronn::DoubleInterp> const fbp{cone_beam, one_voxel};
