// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
//
// Tensors of double, as frameworks check gradients with.
#include <cstddef>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/cpu.hpp>
#include <pyronn/interop/operator_kernels.hpp>

#include "support/numbers.hpp"
#include "support/tensors.hpp"

namespace {

using namespace pyronn;

class NoMemory : public CallMemory {
 public:
  void* allocate(std::size_t) override { return nullptr; }
};

}  // namespace

BOOST_AUTO_TEST_CASE(tensors_of_double_are_computed_with_in_double) {
  CpuOperatorPair<FanBeam, TextureInterp, Joseph, StorageTypes<float, double>> const pair;
  std::vector<FanVectors> const views{{{40, 3}, {-40, 1}, {0.2, 2}}, {{-3, 45}, {2, -41}, {2, 0}}};
  test::TensorArray<double> geometry{{2, 3, 2}};
  std::size_t at = 0;
  for (FanVectors const& view : views) {
    for (Vec2d const& row : {view.source, view.detector_center, view.u_step}) {
      geometry.values[at++] = row[0];
      geometry.values[at++] = row[1];
    }
  }
  test::TensorArray<double> image{{12, 16}};
  image.values = test::random_doubles(1, 12 * 16);
  auto const weights = test::random_doubles(2, 2 * 20);
  test::TensorArray<double> lines{{2, 20}};
  lines.values.assign(2 * 20, test::not_a_number);
  NoMemory memory;
  CallContext const context{1, nullptr, &memory, 0};
  TensorCall call{image.tensor(), lines.tensor(), geometry.tensor(), {1.5, 1}, {}, {}};
  pair.project(call, context);

  Projector<FanBeam, DoubleInterp> const op{FanBeam::from_vectors(20, views),
                                            Grid::flat({16, 12}, {1, 1.5})};
  std::vector<double> expected(lines.values.size());
  op(CpuExecutor{}, ArrayView<double, 2>{image.values.data(), {16, 12}},
     {expected.data(), {20, 2}});
  BOOST_TEST(lines.values == expected, boost::test_tools::per_element());

  double const product = test::dot(lines.values, weights);
  lines.values = weights;
  test::TensorArray<double> back{{12, 16}};
  back.values.assign(12 * 16, test::not_a_number);
  call.input = lines.tensor();
  call.output = back.tensor();
  pair.backproject(call, context);
  BOOST_TEST(product == test::dot(image.values, back.values), boost::test_tools::tolerance(1e-12));
}
