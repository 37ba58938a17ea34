// expects: A pyronn::StorageTraits must have 'using Arithmetic = float', or double
#include <pyronn/pyronn.hpp>

struct Number {};

template <>
struct pyronn::StorageTraits<Number> {
  using Arithmetic = int;
  static int widen(Number);
  static Number round(int);
};

void project(pyronn::Projector<pyronn::ConeBeam, pyronn::SoftwareInterp> const& projector,
             pyronn::ArrayView<Number, 3> volume, pyronn::ArrayView<float, 3> projections) {
  projector(pyronn::CpuExecutor{}, volume, projections);
}
