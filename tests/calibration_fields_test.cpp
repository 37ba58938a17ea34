// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

/// Fields of calibration images, one for each time at which some were taken.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/backend/cpu/executor.hpp>
#include <pyronn/scan/calibration_fields.hpp>
#include <pyronn/scan/images_in_memory.hpp>

namespace {

using pyronn::CalibrationFields;
using pyronn::CalibrationImages;
using pyronn::CpuExecutor;
using pyronn::InvalidArgument;

/// Two columns and three rows; image n has the numbers 100 n to 100 n + 5.
CalibrationImages images(std::vector<double> times) {
  std::vector<std::uint16_t> numbers;
  int const count = static_cast<int>(times.size());
  for (int n = 0; n < count; ++n) {
    for (int i = 0; i < 6; ++i) numbers.push_back(static_cast<std::uint16_t>(100 * n + i));
  }
  return {std::make_shared<pyronn::ImagesInMemory<std::uint16_t>>(pyronn::Extents<3>{2, 3, count},
                                                                  std::move(numbers)),
          std::move(times)};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(calibration_fields)

BOOST_AUTO_TEST_CASE(images_of_one_time_are_one_field) {
  CalibrationFields const found =
      pyronn::calibration_fields(CpuExecutor{2}, images({180, 0, 0, 180, 180}), 1, 2);
  BOOST_TEST(found.size == (pyronn::Extents<2>{2, 2}));
  BOOST_TEST_REQUIRE(found.fields.size() == 2U);
  BOOST_TEST(found.fields[0].time == 0.0);
  BOOST_TEST(found.fields[0].images == 2);
  BOOST_TEST((found.fields[0].mean == std::vector<float>{152, 153, 154, 155}));
  BOOST_TEST(found.fields[1].time == 180.0);
  BOOST_TEST(found.fields[1].images == 3);
  float const mean = 700.0F / 3;
  for (std::size_t n = 0; n < 4; ++n) {
    BOOST_TEST(found.fields[1].mean[n] == mean + static_cast<float>(n + 2),
               boost::test_tools::tolerance(1e-6F));
    BOOST_TEST(found.fields[0].deviation[n] == 70.7107F, boost::test_tools::tolerance(1e-5F));
  }
  auto const in_time = found.in_time();
  BOOST_TEST((in_time.times == std::vector<double>{0, 180}));
  BOOST_TEST(in_time.fields[1].data == found.fields[1].mean.data());
  auto const all = found.all();
  BOOST_TEST(all.images == 5);
  BOOST_TEST(all.mean[0] == 202.0F);
}

/// Variances are pooled: a time of one image says nothing of the noise.
BOOST_AUTO_TEST_CASE(deviations_of_times_are_pooled) {
  using pyronn::CalibrationField;
  CalibrationFields fields{
      {2, 1},
      {CalibrationField{0, 2, {1, 1}, {1, 0}}, CalibrationField{5, 4, {1, 1}, {3, 0}},
       CalibrationField{9, 1, {1, 1}, {0, 0}}}};
  auto const all = fields.all();
  BOOST_TEST(all.deviation[0] == std::sqrt((1 + 3 * 9.0F) / 4),
             boost::test_tools::tolerance(1e-6F));
  BOOST_TEST(all.deviation[1] == 0.0F);
  fields.fields = {fields.fields.back()};
  BOOST_TEST(fields.all().deviation[0] == 0.0F);
}

BOOST_AUTO_TEST_CASE(no_images_are_no_fields_and_other_rows_are_refused) {
  CpuExecutor const executor{2};
  CalibrationFields const none = pyronn::calibration_fields(executor, {}, 0, 3);
  BOOST_TEST(none.fields.empty());
  BOOST_CHECK_THROW(static_cast<void>(none.all()), InvalidArgument);
  for (auto const& [first, rows] : {std::pair{0, 4}, std::pair{3, 1}, std::pair{-1, 2}}) {
    BOOST_CHECK_THROW(
        static_cast<void>(pyronn::calibration_fields(executor, images({0, 1}), first, rows)),
        InvalidArgument);
  }
  auto wrong = images({0, 1});
  wrong.times.pop_back();
  BOOST_CHECK_THROW(static_cast<void>(pyronn::calibration_fields(executor, wrong, 0, 1)),
                    InvalidArgument);
}

BOOST_AUTO_TEST_SUITE_END()
