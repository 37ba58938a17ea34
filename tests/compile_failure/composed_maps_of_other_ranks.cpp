// expects: The first map must take arrays of as many axes as the second one gives.
#include <pyronn/operators/algebra/composed.hpp>
#include <pyronn/operators/algebra/gradient.hpp>
#include <pyronn/operators/algebra/system_matrix.hpp>
#include <pyronn/pyronn.hpp>

using Fan = pyronn::SystemMatrix<pyronn::FanBeam, pyronn::SoftwareInterp>;

void compose(Fan const& fan, pyronn::GradientMap<2> const& gradient) {
  auto const both = pyronn::composed(fan, gradient);
}
