// expects: An executor must have 'for_each(Extents<3> items, Kernel const& kernel) const'.
#include "support/executor.hpp"
#include "support/geometry.hpp"

struct Executor : HasMemory {
  struct Cache {};
};

void project(pyronn::VolumeView<float> volume, pyronn::ProjectionView<float> projections) {
  pyronn::Projector<pyronn::ConeBeam, pyronn::SoftwareInterp> const op{cone_beam, one_voxel};
  op(Executor{}, volume, projections);
}
