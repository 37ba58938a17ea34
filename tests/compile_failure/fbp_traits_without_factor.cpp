// expects: A pyronn::FbpTraits must have 'static Vec3d source(View const& view)'
#include <pyronn/pyronn.hpp>

struct Geometry {
  struct View {
    pyronn::DetectorPoint<float> project(pyronn::Vec3f) const { return {}; }
  };
  int num_views() const { return 1; }
  pyronn::Extents<2> detector_size() const { return {1, 1}; }
  View view(int) const { return {}; }
};

template <>
struct pyronn::FbpTraits<Geometry::View> {
  static Vec3d source(Geometry::View const&) { return {}; }
};

pyronn::Fbp<Geometry, pyronn::SoftwareInterp> make() {
  return {Geometry{}, pyronn::Grid::centered({1, 1, 1}, {1, 1, 1})};
}
