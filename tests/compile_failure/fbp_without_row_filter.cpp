// expects: Rows are filtered by the executor's backend: include <pyronn/cpu.hpp>
#include <pyronn/pyronn.hpp>

void reconstruct(pyronn::Fdk<pyronn::ConeBeam, pyronn::SoftwareInterp> const& fdk,
                 pyronn::ArrayView<float, 3> projections, pyronn::ArrayView<float, 3> volume,
                 pyronn::Workspace<pyronn::CpuExecutor>& workspace) {
  fdk(pyronn::CpuExecutor{}, projections, volume, workspace);
}
