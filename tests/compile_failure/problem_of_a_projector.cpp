// expects: SystemMatrix{projector} has them.
#include <pyronn/projector.hpp>
#include <pyronn/pyronn.hpp>
#include <pyronn/recon/solver/problem.hpp>

void pose(pyronn::Projector<pyronn::ConeBeam, pyronn::SoftwareInterp> const& projector,
          pyronn::ProjectionView<float> data) {
  pyronn::ReconstructionProblem const problem{projector, data};
}
