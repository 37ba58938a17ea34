// expects: The output is an array of const elements; it must be writable.
#include <pyronn/pyronn.hpp>

void project(pyronn::Projector<pyronn::ConeBeam, pyronn::SoftwareInterp> const& projector,
             pyronn::VolumeView<float> volume, pyronn::ProjectionView<float const> projections) {
  projector(pyronn::CpuExecutor{}, volume, projections);
}
