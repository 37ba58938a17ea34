// expects: must_be_PYRONN_HOST_DEVICE
#include <pyronn/cuda.cuh>

struct Geometry {
  struct View {
    PYRONN_HOST_DEVICE pyronn::Ray<float> ray(float, float) const { return {}; }
  };
  int num_views() const { return 1; }
  pyronn::Extents<2> detector_size() const { return {1, 1}; }
  View view(int) const { return {}; }
};

void project(pyronn::Projector<Geometry, pyronn::SoftwareInterp> const& projector,
             pyronn::CudaExecutor const& executor, pyronn::VolumeView<float> volume,
             pyronn::ProjectionView<float> projections) {
  projector(executor, volume, projections);
}
