// expects: Stacked maps must have the same elements.
#include <pyronn/operators/algebra/stacked.hpp>
#include <pyronn/operators/algebra/system_matrix.hpp>
#include <pyronn/pyronn.hpp>

template <class Interp>
using Map = pyronn::SystemMatrix<pyronn::ConeBeam, Interp>;

void stack(Map<pyronn::SoftwareInterp> const& single, Map<pyronn::DoubleInterp> const& twice) {
  auto const both = pyronn::stacked(single, twice);
}
