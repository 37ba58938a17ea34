// expects: A linear map must have 'Extents<N> domain() const'
#include <pyronn/operators/algebra/check_transpose.hpp>
#include <pyronn/pyronn.hpp>

struct Map {
  using DomainElement = float;
  using RangeElement = float;
  pyronn::Extents<3> range() const { return {1, 1, 1}; }
};

void check() { pyronn::check_transpose(pyronn::CpuExecutor{}, Map{}); }
