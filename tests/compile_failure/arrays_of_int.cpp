// expects: Arrays of operators hold float, pyronn::Half, pyronn::BFloat16, double or a type
#include <pyronn/pyronn.hpp>

void project(pyronn::Projector<pyronn::ConeBeam, pyronn::SoftwareInterp> const& projector,
             pyronn::ArrayView<int, 3> volume, pyronn::ArrayView<float, 3> projections) {
  projector(pyronn::CpuExecutor{}, volume, projections);
}
