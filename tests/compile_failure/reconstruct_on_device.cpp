// expects: reconstruct takes arrays of the host and an executor of cores
#include <vector>

#include <pyronn/pyronn.hpp>

struct OnDevice : pyronn::CpuExecutor {
  using Backend = pyronn::CudaBackend;
};

std::vector<float> call(pyronn::ConeBeam const& scan, pyronn::Grid const& grid,
                        std::vector<float> const& lines) {
  return pyronn::reconstruct(OnDevice{}, scan, grid, lines);
}
