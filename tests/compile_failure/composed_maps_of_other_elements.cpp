// expects: The first map must take the elements that the second one gives.
#include <pyronn/operators/algebra/composed.hpp>
#include <pyronn/operators/algebra/system_matrix.hpp>
#include <pyronn/pyronn.hpp>

template <class Interp>
using Map = pyronn::SystemMatrix<pyronn::ConeBeam, Interp>;

void compose(Map<pyronn::SoftwareInterp> const& single, Map<pyronn::DoubleInterp> const& twice) {
  auto const both = pyronn::composed(single, twice);
}
