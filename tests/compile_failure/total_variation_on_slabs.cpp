// expects: Of solvers that look at neighbouring pixels FistaTv alone works on slabs of an image
#include <pyronn/backend/cpu/executor.hpp>
#include <pyronn/distributed/rank_map.hpp>
#include <pyronn/recon/solver/pdhg.hpp>

using Projector = pyronn::Projector<pyronn::ConeBeam, pyronn::SoftwareInterp>;

void solve(Projector const& projector, pyronn::ArrayView<float const, 3> views) {
  pyronn::CpuExecutor const executor;
  pyronn::RankMap const map{pyronn::SingleRank{}, executor, projector};
  pyronn::Pdhg const solver{pyronn::RankExecutor{pyronn::SingleRank{}, executor},
                            pyronn::ReconstructionProblem{map, views}};
}
