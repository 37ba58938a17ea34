// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
//
// Tensors of double, as frameworks check gradients with.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/cpu.hpp>
#include <pyronn/interop/operator_kernels.hpp>

#include "support/numbers.hpp"

namespace {

using namespace pyronn;

class NoMemory : public CallMemory {
 public:
  void* allocate(std::size_t) override { return nullptr; }
};

template <class T>
dlpack::Tensor tensor_of(std::vector<T>& values, std::vector<std::int64_t> const& shape) {
  return {values.data(),
          {dlpack::Device::cpu, 0},
          static_cast<std::int32_t>(shape.size()),
          dlpack::data_type_of<T>(),
          shape.data(),
          nullptr,
          0};
}

}  // namespace

BOOST_AUTO_TEST_CASE(tensors_of_double_are_computed_with_in_double) {
  CpuOperatorPair<FanBeam, TextureInterp, Joseph, StorageTypes<float, double>> const pair;
  std::vector<FanVectors> const views{{{40, 3}, {-40, 1}, {0.2, 2}}, {{-3, 45}, {2, -41}, {2, 0}}};
  std::vector<double> geometry;
  for (FanVectors const& view : views) {
    for (Vec2d const& row : {view.source, view.detector_center, view.u_step}) {
      geometry.insert(geometry.end(), {row[0], row[1]});
    }
  }
  auto image = test::random_doubles(1, 12 * 16);
  auto const weights = test::random_doubles(2, 2 * 20);
  std::vector<double> lines(2 * 20, test::not_a_number);
  std::vector<std::int64_t> const shape{12, 16};
  std::vector<std::int64_t> const lines_shape{2, 20};
  std::vector<std::int64_t> const geometry_shape{2, 3, 2};
  NoMemory memory;
  CallContext const context{1, nullptr, &memory, 0};
  TensorCall call{tensor_of(image, shape),
                  tensor_of(lines, lines_shape),
                  tensor_of(geometry, geometry_shape),
                  {1.5, 1},
                  {},
                  {}};
  pair.project(call, context);

  Projector<FanBeam, DoubleInterp> const op{FanBeam::from_vectors(20, views),
                                            Grid::flat({16, 12}, {1, 1.5})};
  std::vector<double> expected(lines.size());
  op(CpuExecutor{}, ArrayView<double, 2>{image.data(), {16, 12}}, {expected.data(), {20, 2}});
  BOOST_TEST(lines == expected, boost::test_tools::per_element());

  double const product = test::dot(lines, weights);
  lines = weights;
  std::vector<double> back(image.size(), test::not_a_number);
  call.input = tensor_of(lines, lines_shape);
  call.output = tensor_of(back, shape);
  pair.backproject(call, context);
  BOOST_TEST(product == test::dot(image, back), boost::test_tools::tolerance(1e-12));
}
