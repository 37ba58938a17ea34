// expects: must_be_PYRONN_HOST_DEVICE
#include <pyronn/cuda.cuh>

struct Nearest {
  static float blend(float a, float b, float s00, float s10, float s01, float s11) {
    return b < 0.5F ? (a < 0.5F ? s00 : s10) : (a < 0.5F ? s01 : s11);
  }
};

void project(pyronn::Projector<pyronn::ConeBeam, Nearest> const& projector,
             pyronn::CudaExecutor const& executor, pyronn::VolumeView<float> volume,
             pyronn::ProjectionView<float> projections) {
  projector(executor, volume, projections);
}
