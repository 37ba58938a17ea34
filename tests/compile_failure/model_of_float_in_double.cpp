// expects: The trace of a model must take Ray<Number>, Extents<3> and Vec<Number, 3>
#include "support/geometry.hpp"

struct TracedRay {
  template <class Interp>
  float weight(pyronn::Vec<int, 3> const& voxel) const;
  template <class Slab>
  float integral(Slab const& slab) const;
};

struct Trace {
  static constexpr float reach = 1.0F;
  TracedRay operator()(pyronn::Ray<float> const&, pyronn::Extents<3> const&,
                       pyronn::Vec3f const&) const;
};

struct Model : pyronn::ModelDefaults {
  template <class Interp, class Backend, class Task>
  pyronn::RayDrivenForward<Trace, Task> forward(Task const& task) const {
    return {task, {}};
  }
  template <class Interp, class Backend, class Task>
  pyronn::RayDrivenBack<Trace, Interp, Task> back(Task const& task) const {
    return {task, {}};
  }
};

void project(pyronn::ArrayView<double, 3> volume, pyronn::ArrayView<double, 3> projections) {
  pyronn::Projector<pyronn::ConeBeam, pyronn::DoubleInterp, Model> const op{cone_beam, one_voxel};
  op(pyronn::CpuExecutor{}, volume, projections);
}
