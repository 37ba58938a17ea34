// expects: The executor's backend is only declared: include
#include "support/executor.hpp"
#include "support/geometry.hpp"

struct Executor : HasMemory {
  using Backend = pyronn::CudaBackend;
  struct Cache {};
  template <class Kernel>
  void for_each(pyronn::Extents<3>, Kernel const&) const {}
};

void project(pyronn::VolumeView<float> volume, pyronn::ProjectionView<float> projections) {
  pyronn::Projector<pyronn::ConeBeam, pyronn::SoftwareInterp> const op{cone_beam, one_voxel};
  op(Executor{}, volume, projections);
}
