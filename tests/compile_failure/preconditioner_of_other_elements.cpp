// expects: A preconditioner must have the elements of the solver's images.
#include <pyronn/operators/algebra/system_matrix.hpp>
#include <pyronn/pyronn.hpp>
#include <pyronn/recon/filter/row_filter.hpp>
#include <pyronn/recon/solver/cgls.hpp>
#include <pyronn/recon/solver/ramp_preconditioner.hpp>

using Map = pyronn::SystemMatrix<pyronn::ConeBeam, pyronn::SoftwareInterp>;
using Ramp = pyronn::RampPreconditioner<double, 3>;

void solve(pyronn::ReconstructionProblem<Map> const& problem, Ramp const& ramp) {
  pyronn::Cgls<Map, pyronn::CpuExecutor, Ramp> const solver{{}, problem, {}, ramp};
}
