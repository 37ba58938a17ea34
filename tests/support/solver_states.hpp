// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
// All solvers, with options that keep something from iteration to iteration, and a system for them.
#include "backends.hpp"
//
#include <filesystem>
#include <type_traits>
#include <vector>

#include <boost/mpl/list.hpp>

#include <pyronn/recon/solver/admm_tv.hpp>
#include <pyronn/recon/solver/asd_pocs.hpp>
#include <pyronn/recon/solver/cgls.hpp>
#include <pyronn/recon/solver/fista_tv.hpp>
#include <pyronn/recon/solver/lsqr.hpp>
#include <pyronn/recon/solver/mlem.hpp>
#include <pyronn/recon/solver/os_sart.hpp>
#include <pyronn/recon/solver/osem.hpp>
#include <pyronn/recon/solver/pdhg.hpp>
#include <pyronn/recon/solver/problem.hpp>
#include <pyronn/recon/solver/pwls.hpp>
#include <pyronn/recon/solver/run_solver.hpp>
#include <pyronn/recon/solver/sirt.hpp>
#include <pyronn/recon/solver/solver_state.hpp>

#include "dense_map.hpp"
#include "numbers.hpp"
#include "small_systems.hpp"

namespace test::states {

using Map = test::DenseMap<double>;
using Executor = test::Executor;
using Values = std::vector<double>;

/// Solvers with options that keep something from iteration to iteration.
template <class Solver_, class Options_>
struct Kind {
  using Solver = Solver_;
  using Options = Options_;
};

template <class T, class = void>
inline constexpr bool has_strength_v = false;
template <class T>
inline constexpr bool has_strength_v<T, std::void_t<decltype(T::strength)>> = true;
template <class T, class = void>
inline constexpr bool has_potential_v = false;
template <class T>
inline constexpr bool has_potential_v<T, std::void_t<decltype(T::potential)>> = true;
template <class T, class = void>
inline constexpr bool has_damping_v = false;
template <class T>
inline constexpr bool has_damping_v<T, std::void_t<decltype(T::damping)>> = true;
template <class T, class = void>
inline constexpr bool has_subsets_v = false;
template <class T>
inline constexpr bool has_subsets_v<T, std::void_t<decltype(T::subsets)>> = true;

template <class Options>
Options options_for_test() {
  Options options;
  if constexpr (has_strength_v<Options>) options.strength = 0.05;
  if constexpr (has_potential_v<Options>) options.potential.delta = 1e-3;
  if constexpr (has_damping_v<Options>) options.damping = {0.2, pyronn::DampingTowards::start};
  if constexpr (has_subsets_v<Options>) options.subsets = 3;
  return options;
}

using Kinds = boost::mpl::list<Kind<pyronn::Sirt<Map, Executor>, pyronn::SirtOptions>,
                               Kind<pyronn::Sart<Map, Executor>, pyronn::SartOptions>,
                               Kind<pyronn::OsSart<Map, Executor>, pyronn::OsSartOptions>,
                               Kind<pyronn::Cgls<Map, Executor>, pyronn::CglsOptions>,
                               Kind<pyronn::Lsqr<Map, Executor>, pyronn::LsqrOptions>,
                               Kind<pyronn::Mlem<Map, Executor>, pyronn::MlemOptions>,
                               Kind<pyronn::Osem<Map, Executor>, pyronn::OsemOptions>,
                               Kind<pyronn::Pwls<Map, Executor>, pyronn::PwlsOptions<>>,
                               Kind<pyronn::FistaTv<Map, Executor>, pyronn::FistaTvOptions>,
                               Kind<pyronn::Pdhg<Map, Executor>, pyronn::PdhgOptions>,
                               Kind<pyronn::AdmmTv<Map, Executor>, pyronn::AdmmTvOptions>,
                               Kind<pyronn::AsdPocs<Map, Executor>, pyronn::AsdPocsOptions>>;

/// A system of positive data with the arrays that it refers to.
struct System {
  explicit System(double factor = 1)
      : map{test::small_domain, test::small_range, test::small_entries()},
        data{map.range(), test::scaled(test::positive_randoms(4, map.range().count()), factor)},
        image{map.domain(), Values(12, 0.5)},
        problem{map, data.view()} {}

  Map map;
  test::Array<double, 2> data;
  test::Array<double, 2> image;
  pyronn::ReconstructionProblem<Map> problem;
};

/// Saves after so many iterations.
template <class Solver, class Options>
void save_after(int iterations, std::filesystem::path const& path, Options const& options) {
  System system;
  Solver solver{test::executor(), system.problem, options};
  solver.start(system.image.view());
  pyronn::iterate(solver, iterations);
  pyronn::save_state(path, test::executor(), solver);
}

}  // namespace test::states
