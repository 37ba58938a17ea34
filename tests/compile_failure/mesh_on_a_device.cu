// expects: A TriangleMesh is voxelised on cores
#include <pyronn/cuda.cuh>
#include <pyronn/phantom/mesh.hpp>

void voxelise(pyronn::CudaExecutor const& executor, pyronn::TriangleMesh const& mesh,
              pyronn::Grid const& grid, pyronn::VolumeView<float> volume) {
  pyronn::voxelise(executor, mesh, 0.02, grid, volume);
}
