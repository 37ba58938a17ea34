// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// Windows and redundancies by name: every name gives its enumerator, others are refused with a
// list.
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/core/error.hpp>
#include <pyronn/recon/fbp/option_names.hpp>
#include <pyronn/recon/filter/window.hpp>
#include <pyronn/recon/redundancy/redundancy.hpp>

using pyronn::FilterWindow;
using pyronn::Redundancy;

namespace {

auto says(std::string const& text) {
  return [=](pyronn::InvalidArgument const& error) { return error.what() == text; };
}

}  // namespace

BOOST_AUTO_TEST_SUITE(option_names)

BOOST_AUTO_TEST_CASE(windows_have_the_names_of_their_enumerators) {
  BOOST_TEST(
      (pyronn::filter_window_names() ==
       std::vector<std::string>{"ram_lak", "shepp_logan", "cosine", "hamming", "hann", "ramp"}));
  BOOST_TEST((pyronn::filter_window_of("ram_lak") == FilterWindow::ram_lak));
  BOOST_TEST((pyronn::filter_window_of("shepp_logan") == FilterWindow::shepp_logan));
  BOOST_TEST((pyronn::filter_window_of("cosine") == FilterWindow::cosine));
  BOOST_TEST((pyronn::filter_window_of("hamming") == FilterWindow::hamming));
  BOOST_TEST((pyronn::filter_window_of("hann") == FilterWindow::hann));
  BOOST_TEST((pyronn::filter_window_of("ramp") == FilterWindow::ramp));
}

BOOST_AUTO_TEST_CASE(redundancies_have_the_names_of_their_enumerators) {
  BOOST_TEST((pyronn::redundancy_names() ==
              std::vector<std::string>{"automatic", "uniform", "parker", "riess", "wang"}));
  BOOST_TEST((pyronn::redundancy_of("automatic") == Redundancy::automatic));
  BOOST_TEST((pyronn::redundancy_of("uniform") == Redundancy::uniform));
  BOOST_TEST((pyronn::redundancy_of("parker") == Redundancy::parker));
  BOOST_TEST((pyronn::redundancy_of("riess") == Redundancy::riess));
  BOOST_TEST((pyronn::redundancy_of("wang") == Redundancy::wang));
  for (std::string const& name : pyronn::redundancy_names()) {
    BOOST_TEST(pyronn::name_of(pyronn::redundancy_of(name)) == name);
  }
}

BOOST_AUTO_TEST_CASE(other_names_are_refused) {
  BOOST_CHECK_EXCEPTION(pyronn::filter_window_of("Hann"), pyronn::InvalidArgument,
                        says("pyronn::filter_window_of: there is no window 'Hann'; there are "
                             "ram_lak, shepp_logan, cosine, hamming, hann and ramp"));
  BOOST_CHECK_EXCEPTION(pyronn::redundancy_of(""), pyronn::InvalidArgument,
                        says("pyronn::redundancy_of: there is no redundancy ''; there are "
                             "automatic, uniform, parker, riess and wang"));
}

BOOST_AUTO_TEST_SUITE_END()
