// expects: Stacked maps must take arrays of as many axes.
#include <pyronn/operators/algebra/stacked.hpp>
#include <pyronn/operators/algebra/system_matrix.hpp>
#include <pyronn/pyronn.hpp>

using Fan = pyronn::SystemMatrix<pyronn::FanBeam, pyronn::SoftwareInterp>;
using Cone = pyronn::SystemMatrix<pyronn::ConeBeam, pyronn::SoftwareInterp>;

void stack(Fan const& fan, Cone const& cone) { auto const both = pyronn::stacked(fan, cone); }
