// expects: Streamed takes operators of space.
#include <pyronn/distributed/streamed.hpp>
#include <pyronn/pyronn.hpp>

using Projector = pyronn::Projector<pyronn::FanBeam, pyronn::SoftwareInterp>;

void stream(Projector const& projector) {
  pyronn::Streamed streamed{pyronn::CpuExecutor{}, projector, {1 << 20}};
}
