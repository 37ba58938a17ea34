// expects: A pyronn::StorageTraits must have 'using Arithmetic = float'
#include <pyronn/pyronn.hpp>

struct Number {};

template <>
struct pyronn::StorageTraits<Number> {
  using Arithmetic = double;
  static float widen(Number);
  static Number round(float);
};

void project(pyronn::Projector<pyronn::ConeBeam, pyronn::SoftwareInterp> const& projector,
             pyronn::ArrayView<Number, 3> volume, pyronn::ArrayView<float, 3> projections) {
  projector(pyronn::CpuExecutor{}, volume, projections);
}
