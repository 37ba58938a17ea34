// expects: The first map must give the elements that the second one takes.
#include <pyronn/operators/algebra/composed.hpp>
#include <pyronn/operators/algebra/system_matrix.hpp>

template <class Interp>
using Map = pyronn::SystemMatrix<pyronn::ConeBeam, Interp>;

void compose(Map<pyronn::SoftwareInterp> const& single, Map<pyronn::DoubleInterp> const& twice) {
  auto const both = pyronn::composed(single, twice);
}
