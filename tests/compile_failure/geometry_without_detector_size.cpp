// expects: A geometry must have 'Extents<2> detector_size() const'
#include <pyronn/pyronn.hpp>

struct Geometry {
  int num_views() const { return 1; }
  pyronn::ConeView view(int) const { return {}; }
};

void check() { pyronn::check_geometry<Geometry>(); }
