// expects: A pyronn::StorageTraits<T> must have 'static float widen(T number)' and 'static T
// round(float value)'
#include <pyronn/pyronn.hpp>

struct Number {};

template <>
struct pyronn::StorageTraits<Number> {
  using Arithmetic = float;
  static float widen(Number);
};

void project(pyronn::Projector<pyronn::ConeBeam, pyronn::SoftwareInterp> const& projector,
             pyronn::ArrayView<Number, 3> volume, pyronn::ArrayView<float, 3> projections) {
  projector(pyronn::CpuExecutor{}, volume, projections);
}
