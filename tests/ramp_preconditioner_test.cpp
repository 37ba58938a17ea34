// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "support/backends.hpp"
//
// The ramp filter as a preconditioner, against dense matrices.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include <Eigen/Dense>
#include <boost/mpl/list.hpp>
#include <boost/test/unit_test.hpp>

#include <pyronn/operators/algebra/diagonal.hpp>
#include <pyronn/recon/filter/response.hpp>
#include <pyronn/recon/solver/cgls.hpp>
#include <pyronn/recon/solver/lsqr.hpp>
#include <pyronn/recon/solver/problem.hpp>
#include <pyronn/recon/solver/ramp_preconditioner.hpp>
#include <pyronn/recon/solver/run_solver.hpp>

#include "support/counting_executor.hpp"
#include "support/dense_map.hpp"
#include "support/numbers.hpp"
#include "support/quadratic.hpp"
#include "support/small_systems.hpp"

using Eigen::MatrixXd;
using Eigen::VectorXd;
using pyronn::FilterWindow;
using pyronn::RampPreconditioner;
using pyronn::RampPreconditionerOptions;
using Map = test::DenseMap<double>;
using Doubles = std::vector<double>;
using Values = std::vector<float>;
using Ramp = RampPreconditioner<double, 2>;
using Executor = test::Executor;

using test::preconditioned_gradients;
using test::Quadratic;
using test::vector_of;

namespace {

/// The filter of rows of so many pixels.
MatrixXd filter_matrix(int pixels, double factor, RampPreconditionerOptions const& options = {}) {
  Values response = pyronn::filter_response(pixels, options.window);
  double const least =
      options.floor * static_cast<double>(*std::max_element(response.begin(), response.end()));
  int const padded = pyronn::padded_row_length(pixels);
  MatrixXd result(pixels, pixels);
  for (int i = 0; i < pixels; ++i) {
    for (int j = 0; j < pixels; ++j) {
      double sum = 0;
      for (int f = 0; f < padded; ++f) {
        auto const value =
            static_cast<double>(response[static_cast<std::size_t>(std::min(f, padded - f))]);
        sum += factor * std::max(value, least) * std::cos(2 * pyronn::pi * f * (i - j) / padded);
      }
      result(i, j) = sum / padded;
    }
  }
  return result;
}

/// Of images (x, y).
MatrixXd ramp_matrix(int nx, int ny, RampPreconditionerOptions const& options = {}) {
  double const least = std::min(options.spacing[0], options.spacing[1]);
  MatrixXd const x = filter_matrix(nx, least / options.spacing[0], options);
  MatrixXd const y = filter_matrix(ny, least / options.spacing[1], options);
  MatrixXd result = MatrixXd::Zero(nx * ny, nx * ny);
  for (int i = 0; i < nx * ny; ++i) {
    for (int j = 0; j < nx * ny; ++j) {
      if (i / nx == j / nx) result(i, j) += x(i % nx, j % nx);
      if (i % nx == j % nx) result(i, j) += y(i / nx, j / nx);
    }
  }
  return result;
}

template <class T, int Rank>
std::vector<T> filtered(RampPreconditioner<T, Rank> const& ramp, std::vector<T> const& values,
                        std::size_t limit = pyronn::default_workspace_limit) {
  test::Array<T, Rank> in{ramp.domain(), values};
  test::Array<T, Rank> out{ramp.domain(), static_cast<T>(test::nan)};
  pyronn::Workspace<Executor> workspace{test::executor(),
                                        ramp.workspace_bytes(test::executor(), limit)};
  ramp.apply(test::executor(), in.view(), out.view(), workspace);
  return out.values();
}

/// Solvers with the matrix itself.
template <class Of>
struct WithMatrix {
  using Solver = Of;
  /// Of five steps in double.
  static constexpr double tolerance = 1e-10;

  static Map preconditioner(MatrixXd const& p) {
    return {test::small_domain, test::small_domain, {p.data(), p.data() + p.size()}};
  }
};
/// Solvers with filters of float: iterates of conjugate gradients multiply their rounding.
template <class Of>
struct WithFilters {
  using Solver = Of;
  static constexpr double tolerance = 3e-5;

  static Ramp preconditioner(MatrixXd const&) { return Ramp{test::small_domain}; }
};
using Kinds = boost::mpl::list<
    WithMatrix<pyronn::Cgls<Map, Executor, Map>>, WithMatrix<pyronn::Lsqr<Map, Executor, Map>>,
    WithFilters<pyronn::Cgls<Map, Executor, Ramp>>, WithFilters<pyronn::Lsqr<Map, Executor, Ramp>>>;

}  // namespace

BOOST_AUTO_TEST_SUITE(ramp_preconditioner, *boost::unit_test::precondition(test::device_present))

BOOST_AUTO_TEST_CASE(it_filters_along_x_and_y) {
  RampPreconditionerOptions options;
  options.spacing = {0.5, 0.8};
  options.window = FilterWindow::ram_lak;
  options.floor = 0.03;
  MatrixXd const expected_of_slice = ramp_matrix(17, 12, options);
  Values const input = test::random_values(3, 17 * 12 * 5);
  Doubles expected;
  for (std::size_t z = 0; z < 5; ++z) {
    auto const first = input.begin() + static_cast<std::ptrdiff_t>(z * 17 * 12);
    Doubles const slice(first, first + 17 * 12);
    VectorXd const out = expected_of_slice * vector_of(slice);
    expected.insert(expected.end(), out.data(), out.data() + out.size());
  }
  RampPreconditioner<float, 3> const ramp{{17, 12, 5}, options};
  Values const found = filtered(ramp, input);
  BOOST_TEST(test::relative_l2(found, expected) < 1e-6);
  // Slices come as many at a time as memory allows.
  BOOST_TEST(filtered(ramp, input, 0) == found, boost::test_tools::per_element());
  std::size_t const three = ramp.workspace_bytes(test::executor(), 0) + 2 * 17 * 12 * sizeof(float);
  BOOST_TEST(filtered(ramp, input, three) == found, boost::test_tools::per_element());
  RampPreconditioner<double, 3> const of_double{{17, 12, 5}, options};
  BOOST_TEST(test::relative_l2(filtered(of_double, Doubles{input.begin(), input.end()}), expected) <
             1e-6);
}

BOOST_AUTO_TEST_CASE(it_is_symmetric_and_positive_definite) {
  for (auto const window : {FilterWindow::ramp, FilterWindow::ram_lak, FilterWindow::hann}) {
    RampPreconditionerOptions options;
    options.window = window;
    options.floor = 0.02;
    RampPreconditioner<float, 2> const ramp{{9, 7}, options};
    MatrixXd matrix(63, 63);
    for (std::size_t n = 0; n < 63; ++n) {
      Values unit(63, 0.0F);
      unit[n] = 1;
      Values const column = filtered(ramp, unit);
      matrix.col(static_cast<Eigen::Index>(n)) = vector_of({column.begin(), column.end()});
    }
    BOOST_TEST((matrix - matrix.transpose()).cwiseAbs().maxCoeff() < 1e-6);
    Values const response = pyronn::filter_response(9, window);
    double const largest = static_cast<double>(*std::max_element(response.begin(), response.end()));
    double const least = Eigen::SelfAdjointEigenSolver<MatrixXd>{matrix}.eigenvalues()[0];
    BOOST_TEST(least > 2 * 0.02 * largest - 1e-6);
    BOOST_TEST(least < largest);
  }
}

// Iterates are those of conjugate gradients in double; the last one is the minimum without it.
BOOST_AUTO_TEST_CASE_TEMPLATE(iterates_are_those_of_the_dense_reference, Kind, Kinds) {
  Doubles const start = test::positive_randoms(9, 12);
  MatrixXd const p = ramp_matrix(4, 3);
  auto const preconditioner = Kind::preconditioner(p);
  using pyronn::DampingTowards;
  for (pyronn::Damping const damping :
       {pyronn::Damping{}, pyronn::Damping{0.4, DampingTowards::zero},
        pyronn::Damping{0.4, DampingTowards::start}}) {
    for (bool const is_hard : {false, true}) {
      test::SmallSystem<> system;
      if (is_hard) {
        system.weigh();
        system.hide_pixels();
      }
      Quadratic const quadratic{system, damping.strength,
                                damping.is_towards_start() ? start : Doubles(12, 0.0)};
      auto const make = [&](test::SmallSystem<>& of) {
        return typename Kind::Solver{test::executor(), of.problem, {damping}, preconditioner};
      };
      for (int const steps : {0, 1, 2, 5}) {
        VectorXd const expected = preconditioned_gradients(quadratic, p, vector_of(start), steps);
        VectorXd const found = vector_of(test::solved(system, make, start, steps));
        BOOST_TEST((found - expected).norm() < Kind::tolerance * expected.norm());
      }
      VectorXd const last = vector_of(test::solved(system, make, start, 60));
      BOOST_TEST(quadratic.gradient(last).norm() < 1e-10 * quadratic.right.norm());
    }
  }
}

BOOST_AUTO_TEST_CASE(any_symmetric_map_will_do) {
  test::SmallSystem<> system;
  Doubles const weights = test::positive_randoms(11, 12);
  test::Array<double, 2> array{test::small_domain, weights};
  pyronn::DiagonalMap const diagonal{array.view()};
  Quadratic const quadratic{system, 0, Doubles(12, 0.0)};
  VectorXd const expected =
      preconditioned_gradients(quadratic, vector_of(weights).asDiagonal(), VectorXd::Zero(12), 4);
  auto const cgls = [&](test::SmallSystem<>& of) {
    return pyronn::Cgls{test::executor(), of.problem, {}, diagonal};
  };
  auto const lsqr = [&](test::SmallSystem<>& of) {
    return pyronn::Lsqr{test::executor(), of.problem, {}, diagonal};
  };
  Doubles const zeros(12, 0.0);
  for (Doubles const& found :
       {test::solved(system, cgls, zeros, 4), test::solved(system, lsqr, zeros, 4)}) {
    BOOST_TEST((vector_of(found) - expected).norm() < 1e-11 * expected.norm());
  }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_run_goes_on_and_no_unit_matters, Kind, Kinds) {
  auto const preconditioner = Kind::preconditioner(ramp_matrix(4, 3));
  auto const make = [&](test::SmallSystem<>& system) {
    return typename Kind::Solver{test::executor(), system.problem, {}, preconditioner};
  };
  test::check_continues(make, test::positive_randoms(9, 12));
  auto const scaled = [&](test::SmallSystem<>& system, double, double) { return make(system); };
  test::check_scales<double>(scaled, Doubles(12, 0.0), Kind::tolerance);
}

BOOST_AUTO_TEST_CASE(memory_is_announced_and_no_iteration_takes_any) {
  test::SmallSystem<> system;
  test::CountingExecutor const executor;
  Ramp const ramp{test::small_domain};
  auto const check = [&](auto type) {
    using Solver = typename decltype(type)::type;
    std::size_t const before = executor.bytes();
    std::size_t const announced = Solver::memory_bytes(executor, system.map, {}, ramp);
    Solver solver{executor, system.problem, {}, ramp};
    BOOST_TEST(executor.bytes() - before == announced);
    solver.start(system.image.view());
    int const calls = executor.calls();
    pyronn::iterate(solver, 3);
    static_cast<void>(system.values());  // waits
    BOOST_TEST(executor.calls() == calls);
  };
  using Cgls = pyronn::Cgls<Map, test::CountingExecutor, Ramp>;
  using Lsqr = pyronn::Lsqr<Map, test::CountingExecutor, Ramp>;
  check(boost::mpl::identity<Cgls>{});
  check(boost::mpl::identity<Lsqr>{});
}

BOOST_AUTO_TEST_CASE(what_does_not_fit_is_refused) {
  test::SmallSystem<> system;
  Ramp const other{{3, 4}};
  BOOST_CHECK_EXCEPTION((pyronn::Cgls{test::executor(), system.problem, {}, other}),
                        pyronn::InvalidArgument, test::Says{"must be of (4, 3)"});
  BOOST_CHECK_EXCEPTION((pyronn::Lsqr{test::executor(), system.problem, {}, other}),
                        pyronn::InvalidArgument, test::Says{"must be of (4, 3)"});
  RampPreconditionerOptions options;
  options.floor = 0;
  BOOST_CHECK_THROW((Ramp{{4, 3}, options}), pyronn::InvalidArgument);
  options.floor = 0.1;
  options.spacing = {1, 0};
  BOOST_CHECK_THROW((Ramp{{4, 3}, options}), pyronn::InvalidArgument);
  BOOST_CHECK_THROW((Ramp{{4, 0}}), pyronn::InvalidArgument);
  Ramp const ramp{{4, 3}};
  pyronn::Workspace<Executor> small{test::executor(), 64};
  BOOST_CHECK_THROW(ramp.apply(test::executor(), system.image.view(), system.image.view(), small),
                    pyronn::OutOfMemory);
}

BOOST_AUTO_TEST_SUITE_END()
