// expects: Arrays of double need an interpolation policy that computes in double
#include <pyronn/pyronn.hpp>

void project(pyronn::Projector<pyronn::ConeBeam, pyronn::SoftwareInterp> const& projector,
             pyronn::ArrayView<double, 3> volume, pyronn::ArrayView<double, 3> projections) {
  projector(pyronn::CpuExecutor{}, volume, projections);
}
