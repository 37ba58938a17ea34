// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// What a pair of operators refuses, with a sentence.
#include <boost/test/unit_test.hpp>

#include <pyronn/cpu.hpp>
#include <pyronn/interop/operator_kernels.hpp>

#include "support/fan_calls.hpp"

namespace {

using namespace pyronn;
using namespace test::fan_calls;

BOOST_FIXTURE_TEST_SUITE(operator_pair_errors_test, FanCalls)

BOOST_AUTO_TEST_CASE(what_does_not_fit_is_refused_with_a_sentence) {
  Array<float> image{{12, 16}};
  Array<float> sinogram{{views_of_scan, 20}};
  auto scan = geometry<double>({0.1}, {});
  auto const refuse = [&](TensorCall const& of) {
    return refusal([&] { pair.project(of, context); });
  };
  TensorCall const right = call(image, sinogram, scan);
  BOOST_TEST(refuse(right) == "accepted");

  TensorCall wrong = right;
  wrong.spacing = {1};
  BOOST_TEST(contains(refuse(wrong), "spacing has 1 numbers"));
  wrong = right;
  wrong.origin = {1, 2, 3};
  BOOST_TEST(contains(refuse(wrong), "origin has 3 numbers"));
  wrong = right;
  wrong.model = {1};
  BOOST_TEST(contains(refuse(wrong), "no parameters"));
  wrong = right;
  wrong.input.dtype = dlpack::data_type_of<double>();
  BOOST_TEST(contains(refuse(wrong), "float64"));
  wrong = right;
  wrong.output.dtype = dlpack::data_type_of<Half>();
  BOOST_TEST(contains(refuse(wrong), "both must be of the same type"));
  wrong = right;
  wrong.geometry.device = {dlpack::Device::cuda, 0};
  BOOST_TEST(contains(refuse(wrong), "host memory"));
  wrong = right;
  wrong.input.device = {dlpack::Device::cuda, 0};
  BOOST_TEST(contains(refuse(wrong), "cores"));

  Array<float> other_views{{views_of_scan + 1, 20}};
  BOOST_TEST(contains(refuse(call(image, other_views, scan)), "12 views of (20, 1) pixels"));
  Array<float> batch{{2, views_of_scan, 20}};
  BOOST_TEST(contains(refuse(call(image, batch, scan)), "volumes have 2 axes and projections 3"));
  Array<float> images{{3, 12, 16}};
  BOOST_TEST(contains(refuse(call(images, batch, scan)), "3 volumes but 2 projections"));
  Array<float> sinograms{{3, views_of_scan, 20}};
  auto scans = geometry<double>({0.1, 0.2}, {2});
  BOOST_TEST(contains(refuse(call(images, sinograms, scans)), "2 scans along axis 0"));
  Array<double> matrices{{views_of_scan, 3, 4}};
  BOOST_TEST(contains(refuse(call(image, sinogram, matrices)), "(3, 4) numbers a view"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
