// expects: A geometry must have 'view(int n) const' that returns a trivially copyable view.
#include <pyronn/pyronn.hpp>

struct Geometry {
  int num_views() const { return 1; }
  pyronn::Extents<2> detector_size() const { return {1, 1}; }
};

pyronn::Projector<Geometry, pyronn::SoftwareInterp> make() {
  return {Geometry{}, pyronn::Grid::centered({1, 1, 1}, {1, 1, 1})};
}
