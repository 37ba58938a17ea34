// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The library's solver of each method, with the options that the command line gives it.
#include <algorithm>
#include <cstddef>
#include <stdexcept>

#include <pyronn/core/grid.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/recon/solver/admm_tv.hpp>
#include <pyronn/recon/solver/asd_pocs.hpp>
#include <pyronn/recon/solver/cgls.hpp>
#include <pyronn/recon/solver/fista_tv.hpp>
#include <pyronn/recon/solver/lsqr.hpp>
#include <pyronn/recon/solver/mlem.hpp>
#include <pyronn/recon/solver/os_sart.hpp>
#include <pyronn/recon/solver/osem.hpp>
#include <pyronn/recon/solver/pdhg.hpp>
#include <pyronn/recon/solver/pwls.hpp>
#include <pyronn/recon/solver/sirt.hpp>
#include <pyronn/recon/solver/slices_beside.hpp>

#include "iteration.hpp"

namespace example {

/// A solver's type, as a value.
template <class Solver_>
struct SolverType {
  using Solver = Solver_;
};

/// What solvers of this scan and volume are told.
struct SolverTask {
  Iteration const& iteration;
  pyronn::Grid const& grid;
  bool is_plane;
  std::size_t workspace_limit;

  /// Of voxels; in the plane slices lie so far apart that none of what is said of slopes along z
  /// counts.
  [[nodiscard]] pyronn::Vec3d spacing() const {
    constexpr double far = 1e6;
    auto const& of = grid.spacing;
    return {of[0], of[1], is_plane ? far * std::max(of[0], of[1]) : of[2]};
  }

  /// The strength that Pwls needs, whose penalty is a mean over the neighbours of space: in the
  /// plane over those of the plane.
  [[nodiscard]] double pwls_strength() const {
    if (!is_plane) return iteration.strength;
    constexpr double in_space = 13 * 0.5;
    constexpr double in_plane = 4 * (2 / pyronn::pi);
    return iteration.strength * in_space / in_plane;
  }
};

/// Whether a map's volumes are slabs of ranks, on which not all methods work.
template <class Map>
inline constexpr bool is_shared_out_v = pyronn::detail::has_slices_beside_v<Map>;

/// Calls use(SolverType<Solver>{}, options) for the method's solver.
template <class Map, class Executor, class Use>
auto use_solver(SolverTask const& task, Use const& use) {
  Iteration const& iteration = task.iteration;
  auto const call = [&](auto type, auto options) {
    options.workspace_limit = task.workspace_limit;
    return use(type, options);
  };
  auto const call_subsets = [&](auto type, auto options) {
    options.subsets = iteration.subsets;
    return call(type, options);
  };
  auto const call_sums = [&](auto type, auto options) {
    options.column_sums_limit = iteration.column_sums_limit;
    return call_subsets(type, options);
  };
  auto const call_tv = [&](auto type, auto options) {
    options.strength = iteration.strength;
    options.spacing = task.spacing();
    return call(type, options);
  };
  switch (iteration.facts.method) {
    case Method::sirt:
      return call(SolverType<pyronn::Sirt<Map, Executor>>{}, pyronn::SirtOptions{});
    case Method::sart: {
      pyronn::SartOptions options;
      options.column_sums_limit = iteration.column_sums_limit;
      return call(SolverType<pyronn::Sart<Map, Executor>>{}, options);
    }
    case Method::os_sart:
      return call_sums(SolverType<pyronn::OsSart<Map, Executor>>{}, pyronn::OsSartOptions{});
    case Method::cgls:
      return call(SolverType<pyronn::Cgls<Map, Executor>>{}, pyronn::CglsOptions{});
    case Method::lsqr:
      return call(SolverType<pyronn::Lsqr<Map, Executor>>{}, pyronn::LsqrOptions{});
    case Method::mlem:
      return call(SolverType<pyronn::Mlem<Map, Executor>>{}, pyronn::MlemOptions{});
    case Method::osem:
      return call_sums(SolverType<pyronn::Osem<Map, Executor>>{}, pyronn::OsemOptions{});
    case Method::tv:
      return call_tv(SolverType<pyronn::FistaTv<Map, Executor>>{}, pyronn::FistaTvOptions{});
    default:
      break;
  }
  // Those whose steps look at neighbouring voxels.
  if constexpr (!is_shared_out_v<Map>) {
    switch (iteration.facts.method) {
      case Method::pwls: {
        pyronn::PwlsOptions<> options;
        options.strength = task.pwls_strength();
        options.spacing = task.spacing();
        options.potential.delta = iteration.delta;
        return call_subsets(SolverType<pyronn::Pwls<Map, Executor>>{}, options);
      }
      case Method::pdhg:
        return call_tv(SolverType<pyronn::Pdhg<Map, Executor>>{}, pyronn::PdhgOptions{});
      case Method::admm_tv:
        return call_tv(SolverType<pyronn::AdmmTv<Map, Executor>>{}, pyronn::AdmmTvOptions{});
      case Method::asd_pocs: {
        pyronn::AsdPocsOptions options;
        options.spacing = task.spacing();
        return call_sums(SolverType<pyronn::AsdPocs<Map, Executor>>{}, options);
      }
      default:
        break;
    }
  }
  throw std::logic_error("no solver of this method works here");
}

}  // namespace example
