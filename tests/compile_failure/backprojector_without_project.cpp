// expects: A view must have 'DetectorPoint<float> project(Vec3f point) const' (or double)
#include <pyronn/pyronn.hpp>

struct Geometry {
  struct View {
    pyronn::Ray<float> ray(float, float) const { return {}; }
  };
  int num_views() const { return 1; }
  pyronn::Extents<2> detector_size() const { return {1, 1}; }
  View view(int) const { return {}; }
};

pyronn::Backprojector<Geometry, pyronn::SoftwareInterp, pyronn::VoxelDriven> make() {
  return {Geometry{}, pyronn::Grid::centered({1, 1, 1}, {1, 1, 1})};
}
