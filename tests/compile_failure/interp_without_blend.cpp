// expects: An interpolation policy must have 'static float blend(
#include <pyronn/pyronn.hpp>

struct Interp {};

pyronn::Projector<pyronn::ConeBeam, Interp> make(pyronn::ConeBeam const& scan) {
  return {scan, pyronn::Grid::centered({1, 1, 1}, {1, 1, 1})};
}
