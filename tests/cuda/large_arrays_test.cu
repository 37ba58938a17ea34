// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// Arrays of more elements than 32 bits count, more views than a launch takes and images wider than
// a texture, filled with one value, so that line integrals and sums over views are known.
#include <cstddef>
#include <tuple>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/cuda.cuh>

#include "support/cuda_backend.cuh"

using pyronn::ConeBeam;
using pyronn::Grid;
using Workspace = pyronn::Workspace<pyronn::CudaExecutor>;

namespace {

/// What four bytes 0x3f are.
constexpr float value = 0x1.7e7e7ep-1F;

/// Device memory filled with `value`; null where there is not enough.
class Filled {
 public:
  explicit Filled(pyronn::Extents<3> extents) : extents_{extents} {
    std::size_t const bytes = static_cast<std::size_t>(extents.count()) * sizeof(float);
    std::size_t available = 0;
    std::size_t total = 0;
    pyronn::check_cuda(cudaMemGetInfo(&available, &total), "cudaMemGetInfo");
    if (available < bytes + (std::size_t{1} << 30)) return;
    pyronn::check_cuda(cudaMalloc(reinterpret_cast<void**>(&data_), bytes), "cudaMalloc");
    pyronn::check_cuda(cudaMemset(data_, 0x3f, bytes), "cudaMemset");
  }
  Filled(Filled const&) = delete;
  Filled& operator=(Filled const&) = delete;
  ~Filled() {
    static_cast<void>(cudaDeviceSynchronize());
    static_cast<void>(cudaFree(data_));
  }

  [[nodiscard]] pyronn::ArrayView<float const, 3> view() const { return {data_, extents_}; }

 private:
  pyronn::Extents<3> extents_;
  float* data_ = nullptr;
};

/// What a small result holds after a call with the default workspace, and after one without any.
template <class Operator>
void check_both_ways(Operator const& op, pyronn::Extents<3> from, pyronn::Extents<3> to,
                     std::size_t element, float expected, float tolerance) {
  Filled const in{from};
  if (in.view().data == nullptr) {
    BOOST_TEST_MESSAGE("the device has no room for " << from.count() << " floats");
    return;
  }
  std::size_t const bytes = op.workspace_bytes(test::executor(), in.view());
  for (std::size_t const size : {bytes, std::size_t{0}}) {
    Workspace workspace{test::executor(), size};
    test::Array<float, 3> out{to, std::vector<float>(static_cast<std::size_t>(to.count()), 1e30F)};
    op(test::executor(), in.view(), out.view(), workspace);
    BOOST_TEST(out.values()[element] == expected, boost::test_tools::tolerance(tolerance));
  }
}

/// A circle about the origin whose middle pixel looks through the isocentre.
ConeBeam scan(int views, pyronn::Detector const& detector) {
  return ConeBeam::circular({10000, 20000, pyronn::equal_angles(views, 0, 2 * pyronn::pi)},
                            detector);
}

template <class Interp>
void check_projection(pyronn::Extents<3> size, double spacing) {
  pyronn::Detector const detector{{3, 3}, {1, 1}};
  pyronn::Projector<ConeBeam, Interp> const op{scan(4, detector),
                                               Grid::centered(size, {spacing, 1, 1})};
  // View 0 looks along x, and pixel 4 is the middle one. A sum of equal numbers is rounded in one
  // direction for long.
  check_both_ways(op, size, {3, 3, 4}, 4, value * static_cast<float>(size[0] * spacing),
                  1e-4F + 1e-8F * static_cast<float>(size[0]));
}

template <class Interp>
void check_backprojection(int views, pyronn::Detector const& detector) {
  pyronn::Backprojector<ConeBeam, Interp> const op{scan(views, detector),
                                                   Grid::centered({3, 3, 3}, {1, 1, 1})};
  check_both_ways(op, {detector.size[0], detector.size[1], views}, {3, 3, 3}, 13,
                  value * static_cast<float>(views), 1e-4F);
}

using Policies = std::tuple<pyronn::SoftwareInterp, pyronn::TextureInterp>;

}  // namespace

BOOST_AUTO_TEST_SUITE(large_arrays, *boost::unit_test::precondition(test::device_present))

BOOST_AUTO_TEST_CASE_TEMPLATE(volumes_beyond_32_bits, Interp, Policies) {
  check_projection<Interp>({2048, 2048, 513}, 1);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(projections_beyond_32_bits, Interp, Policies) {
  check_backprojection<Interp>(513, {{2048, 2048}, {0.1, 0.1}});
}

BOOST_AUTO_TEST_CASE_TEMPLATE(more_views_than_a_launch_takes, Interp, Policies) {
  check_backprojection<Interp>(3001, {{65, 33}, {1, 1}});
}

BOOST_AUTO_TEST_CASE_TEMPLATE(volumes_wider_than_a_texture, Interp, Policies) {
  check_projection<Interp>({140000, 5, 7}, 0.1);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(detectors_wider_than_a_texture, Interp, Policies) {
  check_backprojection<Interp>(8, {{140000, 5}, {0.01, 1}});
}

BOOST_AUTO_TEST_CASE_TEMPLATE(detectors_higher_than_a_texture, Interp, Policies) {
  check_backprojection<Interp>(8, {{8, 140000}, {1, 0.01}});
}

BOOST_AUTO_TEST_SUITE_END()
