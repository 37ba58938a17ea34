// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/cpu.hpp>
#include <pyronn/interop/filter_kernels.hpp>
#include <pyronn/interop/operator_kernels.hpp>

#include "support/fan_calls.hpp"
#include "support/numbers.hpp"

namespace {

using namespace pyronn;
using namespace test::fan_calls;

using MarchPair = CpuOperatorPair<FanBeam, SoftwareInterp, RayMarch, StorageTypes<float>>;

BOOST_FIXTURE_TEST_SUITE(operator_pair_test, FanCalls)

BOOST_AUTO_TEST_CASE(results_are_those_of_the_operators) {
  Array<float> images{{3, 12, 16}};
  Array<float> sinograms{{3, views_of_scan, 20}};
  images.values = test::random_values(3, static_cast<std::int64_t>(images.values.size()));
  auto scan = geometry<double>({0.1}, {});
  pair.project(call(images, sinograms, scan), context);

  FanBeam const fan = FanBeam::from_vectors(20, vectors(0.1));
  CpuExecutor const executor;
  Projector<FanBeam, SoftwareInterp> const projector{fan, grid};
  std::vector<float> expected(sinograms.values.size());
  ArrayView<float const, 3> const batch{images.values.data(), {16, 12, 3}};
  Workspace workspace{executor, projector.workspace_bytes(executor, batch)};
  projector(executor, batch, ArrayView<float, 3>{expected.data(), {20, views_of_scan, 3}},
            workspace);
  BOOST_TEST(sinograms.values == expected, boost::test_tools::per_element());

  pair.backproject(call(sinograms, images, scan), context);
  std::vector<float> image(images.values.size());
  projector.adjoint()(executor, ArrayView<float, 3>{expected.data(), {20, views_of_scan, 3}},
                      ArrayView<float, 3>{image.data(), {16, 12, 3}});
  double inner = 0;
  double norm = 0;
  for (std::size_t n = 0; n < image.size(); ++n) {
    inner += std::pow(static_cast<double>(images.values[n] - image[n]), 2);
    norm += std::pow(static_cast<double>(image[n]), 2);
  }
  BOOST_TEST(inner <= 1e-12 * norm);
}

BOOST_AUTO_TEST_CASE(each_sample_may_have_a_scan) {
  Array<float> images{{2, 3, 12, 16}};
  images.values = test::random_values(3, static_cast<std::int64_t>(images.values.size()));
  Array<float> each{{2, 3, views_of_scan, 20}};
  std::vector<double> const angles{0.1, 0.4};
  auto scans = geometry<double>(angles, {2, 1});  // one for the three samples of each row
  pair.project(call(images, each, scans), context);
  for (int row = 0; row < 2; ++row) {
    Array<float> three{{3, 12, 16}};
    std::copy_n(images.values.begin() + row * 3 * 192, 3 * 192, three.values.begin());
    Array<float> alone{{3, views_of_scan, 20}};
    auto scan = geometry<double>({angles[static_cast<std::size_t>(row)]}, {});
    pair.project(call(three, alone, scan), context);
    for (std::size_t n = 0; n < alone.values.size(); ++n) {
      BOOST_TEST(
          alone.values[n] == each.values[static_cast<std::size_t>(row) * alone.values.size() + n],
          boost::test_tools::tolerance(1e-5F));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_geometry_that_was_changed_in_place_is_set_up_anew) {
  Array<float> image{{12, 16}};
  image.values = test::random_values(3, static_cast<std::int64_t>(image.values.size()));
  Array<float> first{{views_of_scan, 20}};
  auto scan = geometry<double>({0.1}, {});
  pair.project(call(image, first, scan), context);
  auto const other = geometry<double>({0.4}, {});
  scan.values = other.values;  // the same address
  Array<float> second{{views_of_scan, 20}};
  pair.project(call(image, second, scan), context);
  BOOST_TEST(first.values != second.values);
  Array<float> third{{views_of_scan, 20}};
  auto again = geometry<float>({0.1}, {});
  pair.project(call(image, third, again), context);
  for (std::size_t n = 0; n < third.values.size(); ++n) {
    BOOST_TEST(std::abs(third.values[n] - first.values[n]) < 1e-3F);
  }
}

BOOST_AUTO_TEST_CASE(models_take_their_numbers) {
  MarchPair const march;
  Array<float> image{{12, 16}};
  image.values = test::random_values(3, static_cast<std::int64_t>(image.values.size()));
  Array<float> fine{{views_of_scan, 20}};
  Array<float> coarse{{views_of_scan, 20}};
  auto scan = geometry<double>({0.1}, {});
  TensorCall with_step = call(image, fine, scan);
  with_step.model = {0.1};
  march.project(with_step, context);
  with_step.output = coarse.tensor();
  with_step.model = {0.5};
  march.project(with_step, context);
  BOOST_TEST(fine.values != coarse.values);
  with_step.model = {0.1, 0.2};
  BOOST_TEST(contains(refusal([&] { march.project(with_step, context); }), "one number"));
  with_step.model = {-1};
  BOOST_TEST(contains(refusal([&] { march.project(with_step, context); }), "step -1"));
}

BOOST_AUTO_TEST_CASE(samples_without_number_are_nothing_to_do) {
  Array<float> images{{0, 12, 16}};
  Array<float> sinograms{{0, views_of_scan, 20}};
  auto scan = geometry<double>({0.1}, {});
  pair.project(call(images, sinograms, scan), context);
  BOOST_TEST(memory.total == 0U);
}

/// A geometry of a program's own.
struct OwnView {
  FanVectors vectors;
  [[nodiscard]] Ray<double> ray(double u, double v) const {
    return FanBeam::from_vectors(20, {vectors}).view(0).ray(u, v);
  }
  [[nodiscard]] DetectorPoint<double> project(Vec3d const& point) const {
    return FanBeam::from_vectors(20, {vectors}).view(0).project(point);
  }
};
struct OwnGeometry {
  static constexpr int dimension = 2;
  double first;
  [[nodiscard]] int num_views() const { return views_of_scan; }
  [[nodiscard]] Extents<2> detector_size() const { return {20, 1}; }
  [[nodiscard]] OwnView view(int n) const { return {vectors(first)[static_cast<std::size_t>(n)]}; }
};

struct OtherGeometry : OwnGeometry {};

BOOST_AUTO_TEST_CASE(a_geometry_of_a_program_is_registered) {
  CpuOperatorPair<OwnGeometry, SoftwareInterp, Joseph, StorageTypes<float>> const own;
  BOOST_TEST(own.geometry_rank() == 0);
  Array<std::int64_t> handle{{}};
  handle.values[0] = register_geometry(OwnGeometry{0.1});
  Array<float> image{{12, 16}};
  image.values = test::random_values(3, static_cast<std::int64_t>(image.values.size()));
  Array<float> found{{views_of_scan, 20}};
  own.project(call(image, found, handle), context);
  Array<float> expected{{views_of_scan, 20}};
  auto scan = geometry<double>({0.1}, {});
  pair.project(call(image, expected, scan), context);
  for (std::size_t n = 0; n < found.values.size(); ++n) {
    BOOST_TEST(std::abs(found.values[n] - expected.values[n]) < 1e-4F);
  }
  // Other types of geometries have other numbers, and what was forgotten is refused.
  BOOST_TEST(register_geometry(OtherGeometry{{0.1}}) != handle.values[0]);
  unregister_geometry<OwnGeometry>(handle.values[0]);
  BOOST_TEST(contains(refusal([&] { own.project(call(image, found, handle), context); }),
                      "no geometry has the number"));
  handle.values[0] = 99;
  BOOST_TEST(contains(refusal([&] { own.project(call(image, found, handle), context); }),
                      "no geometry has the number 99"));
}

BOOST_AUTO_TEST_CASE(rows_are_filtered) {
  CpuFilterOperator const filter;
  Array<float> rows{{2, 3, 20}};
  rows.values = test::random_values(3, static_cast<std::int64_t>(rows.values.size()));
  Array<float> filtered{{2, 3, 20}};
  std::vector<float> const ram_lak = filter_response(20, FilterWindow::ram_lak);
  Array<float> response{{filter.response_length(20)}};
  response.values = ram_lak;
  filter.filter({rows.tensor(), response.tensor(), filtered.tensor()}, context);
  for (std::size_t row = 0; row < 6; ++row) {
    for (int u = 0; u < 20; ++u) {
      double sum = 0;
      for (int k = 0; k < 20; ++k) {
        sum += ramp_sample(u - k) *
               static_cast<double>(rows.values[row * 20 + static_cast<std::size_t>(k)]);
      }
      BOOST_TEST(std::abs(sum - static_cast<double>(
                                    filtered.values[row * 20 + static_cast<std::size_t>(u)])) <
                 1e-6);
    }
  }
  Array<float> short_response{{7}};
  BOOST_TEST(contains(
      refusal([&] {
        filter.filter({rows.tensor(), short_response.tensor(), filtered.tensor()}, context);
      }),
      "the response has 7 values"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
