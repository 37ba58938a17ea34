// expects: An interpolation policy that computes in double, as pyronn::DoubleInterp does, needs
// arrays of double
#include <pyronn/pyronn.hpp>

void project(pyronn::Projector<pyronn::ConeBeam, pyronn::DoubleInterp> const& projector,
             pyronn::ArrayView<double, 3> volume, pyronn::ArrayView<float, 3> projections) {
  projector(pyronn::CpuExecutor{}, volume, projections);
}
