// expects: A geometry must have 'view(int n) const' that returns a trivially copyable view.
#include <vector>

#include <pyronn/pyronn.hpp>

struct Geometry {
  struct View {
    std::vector<float> table;
    pyronn::Ray<float> ray(float, float) const { return {}; }
  };
  int num_views() const { return 1; }
  pyronn::Extents<2> detector_size() const { return {1, 1}; }
  View view(int) const { return {}; }
};

void check() { pyronn::check_traceable_geometry<Geometry>(); }
