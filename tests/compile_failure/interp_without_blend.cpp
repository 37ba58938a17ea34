// expects: An interpolation policy must have 'static float blend(
#include "support/geometry.hpp"

struct Interp {};

pyronn::Projector<pyronn::ConeBeam, Interp> const op{cone_beam, one_voxel};
