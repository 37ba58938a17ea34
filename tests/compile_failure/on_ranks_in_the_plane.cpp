// expects: OnRanks takes operators of space.
#include <pyronn/distributed/on_ranks.hpp>
#include <pyronn/pyronn.hpp>

using Projector = pyronn::Projector<pyronn::FanBeam, pyronn::SoftwareInterp>;

void share(Projector const& projector) {
  pyronn::OnRanks on_ranks{pyronn::SingleRank{}, pyronn::CpuExecutor{}, projector};
}
