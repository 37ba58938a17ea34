// expects: A call begins with the executor: op(executor, input, output).
#include <pyronn/pyronn.hpp>

void project(pyronn::Projector<pyronn::ConeBeam, pyronn::SoftwareInterp> const& projector,
             pyronn::VolumeView<float> volume, pyronn::ProjectionView<float> projections) {
  projector(volume, projections);
}
