// expects: A geometry must have 'view(int n) const' that returns a trivially copyable view.
#include <vector>

#include "support/geometry.hpp"

struct View {
  std::vector<float> table;
  pyronn::Ray<float> ray(float, float) const { return {}; }
};

void check() { pyronn::check_traceable_geometry<OneView<View>>(); }
