// expects: Only on cores Fbp makes a workspace itself: on a stream its memory would have to outlive
// the call
#include <pyronn/pyronn.hpp>

struct OnDevice : pyronn::CpuExecutor {
  using Backend = pyronn::CudaBackend;
};

void call(pyronn::Fdk<pyronn::ConeBeam, pyronn::SoftwareInterp> const& fdk,
          pyronn::ProjectionView<float> projections, pyronn::VolumeView<float> volume) {
  fdk(OnDevice{}, projections, volume);
}
