// expects: A view must have 'Ray<float> ray(float u, float v) const' (or double)
#include <pyronn/pyronn.hpp>

struct Geometry {
  struct View {
    pyronn::DetectorPoint<float> project(pyronn::Vec3f) const { return {}; }
  };
  int num_views() const { return 1; }
  pyronn::Extents<2> detector_size() const { return {1, 1}; }
  View view(int) const { return {}; }
};

pyronn::Projector<Geometry, pyronn::SoftwareInterp, pyronn::Joseph> make() {
  return {Geometry{}, pyronn::Grid::centered({1, 1, 1}, {1, 1, 1})};
}
