// expects: Arrays of operators hold float, pyronn::Half, pyronn::BFloat16 or a type for which
#include <pyronn/pyronn.hpp>

void project(pyronn::Projector<pyronn::ConeBeam, pyronn::SoftwareInterp> const& projector,
             pyronn::ArrayView<double, 3> volume, pyronn::ArrayView<float, 3> projections) {
  projector(pyronn::CpuExecutor{}, volume, projections);
}
