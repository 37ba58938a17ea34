// expects: or a specialisation of pyronn::FbpTraits.
#include <pyronn/pyronn.hpp>

struct Geometry {
  struct View {
    pyronn::DetectorPoint<float> project(pyronn::Vec3f) const { return {}; }
  };
  int num_views() const { return 1; }
  pyronn::Extents<2> detector_size() const { return {1, 1}; }
  View view(int) const { return {}; }
};

pyronn::Fbp<Geometry, pyronn::SoftwareInterp> make() {
  return {Geometry{}, pyronn::Grid::centered({1, 1, 1}, {1, 1, 1})};
}
