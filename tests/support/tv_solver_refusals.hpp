// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
// What every solver of least squares with total variation must refuse, in one sentence. After
// support/backends.hpp.
#include <string>

#include <boost/test/unit_test.hpp>

#include "tv_solver_checks.hpp"

namespace test {

template <class Call>
void check_refused(Call const& call, std::string const& sentence) {
  BOOST_CHECK_EXCEPTION(call(), pyronn::InvalidArgument, [&](pyronn::InvalidArgument const& error) {
    BOOST_TEST_MESSAGE(error.what());
    return std::string{error.what()}.find(sentence) != std::string::npos;
  });
}

template <class Kind>
void check_refusals() {
  std::string const name = Kind::name;
  auto const made = [](typename Kind::Options const& options) {
    return [=] {
      TvSystem<double> system;
      typename Kind::template Solver<DenseMap<double>> solver{executor(), system.problem, options};
    };
  };
  check_refused(made(tv_options<Kind>(-1)), name + ": strength -1 must be at least 0 and finite");
  auto options = tv_options<Kind>();
  options.spacing = pyronn::Vec3d{1, -2, 1};
  check_refused(made(options), name + ": spacing");

  auto const started = [&](auto const& change) {
    return [&] {
      TvSystem<double> system;
      change(system);
      static_cast<void>(tv_image<Kind>(system, tv_options<Kind>(), 0));
    };
  };
  using System = TvSystem<double>;
  check_refused(started([](System& of) { of.problem.bounds = {2, 1}; }), "leave no value");
  check_refused(started([](System& of) { of.measure(not_a_number); }),
                name + ": some data are not finite; give such rays the weight 0");
  Array<double, 2> nothing{{tv_size, tv_size}, 0.0};
  check_refused(started([&](System& of) { of.problem.mask = nothing.view(); }),
                name + ": the mask is 0 everywhere");
  Array<double, 2> no_ray{{tv_size, tv_views}, 0.0};
  check_refused(started([&](System& of) { of.problem.weights = no_ray.view(); }),
                name + ": all ray weights are 0");
  TvProblem without_lengths = tv_problem();
  for (double& value : without_lengths.matrix) value = 0;
  check_refused(
      [&] {
        System system{without_lengths};
        static_cast<void>(tv_image<Kind>(system, tv_options<Kind>(), 0));
      },
      name + ": the map takes all pixels that are sought to 0");
}

}  // namespace test
