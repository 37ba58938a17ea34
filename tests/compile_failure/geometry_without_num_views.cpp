// expects: A geometry must have 'int num_views() const'
#include <pyronn/pyronn.hpp>

struct Geometry {
  pyronn::Extents<2> detector_size() const { return {1, 1}; }
  pyronn::ConeView view(int) const { return {}; }
};

void check() { pyronn::check_geometry<Geometry>(); }
