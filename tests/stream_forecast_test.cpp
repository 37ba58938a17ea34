// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// How long streamed calls take, where the times of their steps are known, and rates that are
// measured.
#include <algorithm>
#include <cstddef>
#include <sstream>
#include <string>
#include <vector>

#include "support/backends.hpp"
//
#include <boost/test/unit_test.hpp>

#include <pyronn/core/view_of.hpp>
#include <pyronn/distributed/streamed.hpp>

#include "support/numbers.hpp"
#include "support/operators.hpp"

using pyronn::ConeBeam;
using pyronn::HostBlock;
using pyronn::SoftwareInterp;
using pyronn::StreamRates;
using pyronn::detail::OutputTask;
using pyronn::detail::StreamForecast;
using Values = std::vector<float>;
namespace tools = boost::test_tools;

namespace {

/// Every block takes the same [s].
struct Times {
  double in;
  double work_on;
  double out;

  [[nodiscard]] double input(HostBlock const&) const { return in; }
  [[nodiscard]] double output(HostBlock const&) const { return out; }
  [[nodiscard]] double work(OutputTask const&, std::size_t) const { return work_on; }
};

/// Outputs that are each made of so many inputs, which are others for each of them.
std::vector<OutputTask> tasks(int outputs, int inputs) {
  std::vector<OutputTask> result;
  for (int n = 0; n < outputs; ++n) {
    OutputTask task{{n, 1, 0, 1}, {}};
    for (int m = 0; m < inputs; ++m) task.inputs.push_back({m, 1, n, 1});
    result.push_back(task);
  }
  return result;
}

double seconds(int outputs, int inputs, int input_slots, int output_slots, Times const& times) {
  StreamForecast forecast{input_slots, output_slots};
  return forecast.seconds(tasks(outputs, inputs), times);
}

pyronn::Projector<ConeBeam, SoftwareInterp> projector() {
  return {ConeBeam::circular({80, 130, pyronn::equal_angles(24)}, {{19, 31}, {1.6, 1.5}}),
          pyronn::Grid::centered({13, 11, 37}, {1, 1, 0.7})};
}

template <class Op>
void check_rates(Op const& op) {
  pyronn::Streamed call{test::executor(), op, {std::size_t{100} << 10, std::size_t{1} << 20}};
  auto const from = call.input_extents();
  auto const to = call.output_extents();
  Values const in = test::random_values(1, from.count());
  Values out(static_cast<std::size_t>(to.count()));
  call(pyronn::view_of(in, from), pyronn::view_of(out, to));
  Values const expected = out;
  StreamRates const rates = call.measure_rates(pyronn::view_of(in, from), pyronn::view_of(out, to));
  BOOST_TEST(rates.input_bytes > 0);
  BOOST_TEST(rates.output_bytes > 0);
  BOOST_TEST(rates.shared >= 0);
  BOOST_TEST(rates.shared <= 1);
  BOOST_TEST(rates.updates > 0);
  BOOST_TEST(rates.input_elements > 0);
  BOOST_TEST(rates.output_elements > 0);
  auto const plan = call.plan(pyronn::view_of(in, from), pyronn::view_of(out, to), rates);
  BOOST_TEST(plan.seconds > 0);
  std::ostringstream text;
  text << plan;
  BOOST_TEST(text.str().find("; about ") != std::string::npos);
  BOOST_TEST(call.plan(pyronn::view_of(in, from), pyronn::view_of(out, to)).seconds == 0);
  // Twice as fast, half the time.
  StreamRates const twice{2 * rates.input_bytes,    2 * rates.output_bytes,    2 * rates.updates,
                          2 * rates.input_elements, 2 * rates.output_elements, rates.shared};
  BOOST_TEST(call.plan(pyronn::view_of(in, from), pyronn::view_of(out, to), twice).seconds ==
                 plan.seconds / 2,
             tools::tolerance(1e-12));
  call(pyronn::view_of(in, from), pyronn::view_of(out, to));
  BOOST_TEST((out == expected));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(stream_forecast)

BOOST_AUTO_TEST_CASE(the_slowest_step_counts_and_what_fills_and_empties) {
  // All three steps overlap.
  BOOST_TEST(seconds(10, 1, 2, 2, {5, 1, 2}) == 10 * 5 + 1 + 2);
  BOOST_TEST(seconds(10, 1, 2, 2, {1, 5, 2}) == 1 + 10 * 5 + 2);
  BOOST_TEST(seconds(10, 1, 2, 2, {1, 2, 5}) == 1 + 2 + 10 * 5);
  BOOST_TEST(seconds(10, 3, 3, 2, {1, 2, 3}) == 1 + 10 * 3 * 2 + 3);
}

BOOST_AUTO_TEST_CASE(what_input_and_output_share_is_not_there_twice) {
  auto const shared = [](double share, Times const& times) {
    StreamForecast forecast{2, 2, share};
    return forecast.seconds(tasks(10, 1), times);
  };
  // What is left of an input when the output before it begins takes turns with it.
  BOOST_TEST(shared(1, {5, 1, 4}) == 5 + 1 + 9 * (4 + 4 + 1) + 4);
  BOOST_TEST(shared(0.5, {5, 1, 4}) == 5 + 1 + 9 * (4 + 2 + 1) + 4);
  BOOST_TEST(shared(0, {5, 1, 4}) == 10 * 5 + 1 + 4);
  // All of both, and what fills and empties.
  BOOST_TEST(shared(1, {5, 0, 4}) == 10 * (5 + 4));
  // Turns that the work waits for in no way.
  BOOST_TEST(shared(1, {1, 9, 4}) == 1 + 10 * 9 + 4);
}

BOOST_AUTO_TEST_CASE(single_slots_wait_for_each_other) {
  // An input comes once the work on the one before is done; outputs go meanwhile.
  BOOST_TEST(seconds(10, 1, 1, 2, {5, 4, 2}) == 10 * (5 + 4) + 2);
  // Work begins once the output before is gone; inputs come meanwhile.
  BOOST_TEST(seconds(10, 1, 2, 1, {3, 4, 2}) == 3 + 10 * (4 + 2));
  BOOST_TEST(seconds(1, 4, 2, 1, {1, 2, 3}) == 1 + 4 * 2 + 3);
}

BOOST_AUTO_TEST_CASE(an_input_that_stays_comes_once) {
  auto one = tasks(6, 1);
  for (OutputTask& task : one) task.inputs.front() = {0, 1, 0, 1};
  StreamForecast forecast{1, 2};
  BOOST_TEST(forecast.seconds(one, Times{7, 2, 1}) == 7 + 6 * 2 + 1);
}

BOOST_TEST_DECORATOR(*boost::unit_test::precondition(test::device_present))
BOOST_AUTO_TEST_CASE(what_takes_no_time_is_not_there) {
  BOOST_TEST(seconds(6, 5, 3, 2, {0, 0, 0}) == 0);
  pyronn::Streamed const call{
      test::executor(), projector().adjoint(), {std::size_t{100} << 10, std::size_t{1} << 20}};
  Values in(static_cast<std::size_t>(call.input_extents().count()));
  Values out(static_cast<std::size_t>(call.output_extents().count()));
  auto const input = pyronn::view_of(in, call.input_extents());
  auto const output = pyronn::view_of(out, call.output_extents());
  BOOST_TEST(call.plan(input, output, StreamRates{}).seconds == 0);
  // Voxels times views, at one update a second.
  StreamRates rates;
  rates.updates = 1;
  // Rays of the detector's rows see the voxels of most slices alone.
  double const all = 13.0 * 11 * 37 * 24;
  BOOST_TEST(call.plan(input, output, rates).seconds <= all);
  BOOST_TEST(call.plan(input, output, rates).seconds >= 0.9 * all);
}

BOOST_TEST_DECORATOR(*boost::unit_test::precondition(test::device_present))
BOOST_AUTO_TEST_CASE(measured_rates_make_forecasts) {
  check_rates(projector());
  check_rates(projector().adjoint());
  check_rates(pyronn::Fbp<ConeBeam, SoftwareInterp>{projector().geometry(), projector().grid()});
}

BOOST_AUTO_TEST_SUITE_END()
