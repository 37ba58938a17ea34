// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#if defined(__unix__)

#include <cstddef>
#include <cstdint>
#include <tuple>
#include <vector>

#include <boost/test/unit_test.hpp>
#include <sys/mman.h>

#include <pyronn/pyronn.hpp>

// Arrays of more elements than 32 bits count. Few rays meet them, and pages that nobody touches
// cost nothing.

using pyronn::Grid;
using pyronn::ParallelBeam3D;

namespace {

constexpr int columns = 1 << 15;
constexpr int rows = 1 << 14;
constexpr int slices = 9;
pyronn::Extents<3> const large{columns, rows, slices};
constexpr int column = columns - 8;
constexpr int row = rows - 4;

/// Zeros by the page, where the system hands out more than it has.
class ZeroPages {
 public:
  explicit ZeroPages(std::int64_t floats) : bytes_{static_cast<std::size_t>(floats) * 4} {
    void* const memory = mmap(nullptr, bytes_, PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory != MAP_FAILED) data_ = static_cast<float*>(memory);
  }
  ZeroPages(ZeroPages const&) = delete;
  ZeroPages& operator=(ZeroPages const&) = delete;
  ~ZeroPages() {
    if (data_ != nullptr) munmap(data_, bytes_);
  }

  [[nodiscard]] float* data() const { return data_; }

 private:
  std::size_t bytes_;
  float* data_ = nullptr;
};

/// Runs `check` on large memory, or says that there is none.
template <class Check>
void with_memory(Check const& check) {
  ZeroPages const pages{large.count()};
  if (pages.data() == nullptr) {
    BOOST_TEST_MESSAGE("the system does not hand out " << large.count() << " floats");
    return;
  }
  check(pages.data());
}

/// Parallel rays along z through pixels of 1 mm whose first is at the origin.
ParallelBeam3D along_z(pyronn::Extents<2> detector, int views, double x, double y) {
  pyronn::ParallelVectors const view{{0, 0, 1},
                                     {x + 0.5 * (detector[0] - 1), y + 0.5 * (detector[1] - 1), 0},
                                     {1, 0, 0},
                                     {0, 1, 0}};
  return ParallelBeam3D::from_vectors(
      detector, std::vector<pyronn::ParallelVectors>(static_cast<std::size_t>(views), view));
}

using Models = std::tuple<pyronn::Joseph, pyronn::RayMarch, pyronn::VoxelDriven>;

}  // namespace

BOOST_AUTO_TEST_SUITE(large_arrays_posix)

BOOST_AUTO_TEST_CASE_TEMPLATE(volumes_are_projected, Model, Models) {
  with_memory([](float* data) {
    Grid const grid = Grid::from_origin(large, {1, 1, 1}, {0, 0, 0});
    pyronn::Projector<ParallelBeam3D, pyronn::SoftwareInterp, Model> const op{
        along_z({1, 1}, 1, column, row), grid};
    pyronn::VolumeView<float> const volume{data, large};
    volume(column, row, slices - 1) = 3;
    float line = 0;
    op(pyronn::CpuExecutor{1}, volume, pyronn::ProjectionView<float>{&line, {1, 1, 1}});
    BOOST_TEST(line == 3.0F, boost::test_tools::tolerance(1e-5F));
  });
}

BOOST_AUTO_TEST_CASE_TEMPLATE(projections_are_backprojected, Model, Models) {
  with_memory([](float* data) {
    Grid const grid = Grid::from_origin({1, 1, 1}, {1, 1, 1}, {column, row, 0});
    pyronn::Backprojector<ParallelBeam3D, pyronn::SoftwareInterp, Model> const op{
        along_z({columns, rows}, slices, 0, 0), grid};
    pyronn::ProjectionView<float> const projections{data, large};
    projections(column, row, slices - 1) = 3;
    float voxel = 0;
    op(pyronn::CpuExecutor{1}, projections, pyronn::VolumeView<float>{&voxel, {1, 1, 1}});
    BOOST_TEST(voxel == 3.0F, boost::test_tools::tolerance(1e-5F));
  });
}

BOOST_AUTO_TEST_CASE_TEMPLATE(samples_of_a_batch_are_projected, Model, Models) {
  with_memory([](float* data) {
    Grid const grid = Grid::from_origin({columns, rows, 3}, {1, 1, 1}, {0, 0, 0});
    pyronn::Projector<ParallelBeam3D, pyronn::SoftwareInterp, Model> const op{
        along_z({1, 1}, 1, column, row), grid};
    pyronn::ArrayView<float, 4> const volumes{data, {columns, rows, 3, 3}};
    volumes(column, row, 2, 2) = 3;
    std::vector<float> lines(3);
    op(pyronn::CpuExecutor{1}, volumes, pyronn::ArrayView<float, 4>{lines.data(), {1, 1, 1, 3}});
    BOOST_TEST(lines[0] == 0.0F);
    BOOST_TEST(lines[1] == 0.0F);
    BOOST_TEST(lines[2] == 3.0F, boost::test_tools::tolerance(1e-5F));
  });
}

BOOST_AUTO_TEST_SUITE_END()

#endif
