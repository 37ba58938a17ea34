// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Preconditioners: linear maps of images that make Cgls and Lsqr need fewer iterations.
///
/// A preconditioner P is a linear map (linear_map.hpp) from the images of the solver's map to such
/// images, symmetric and positive definite, of which only `apply` is called: RampPreconditioner,
/// DiagonalMap of positive weights, or a user's own. Iterations then look for the same minimum in
/// P times the gradients instead of the gradients; the nearer P is to the inverse of A' W A, up to
/// a factor, the fewer they are.
#include <algorithm>
#include <cstddef>
#include <type_traits>

#include <pyronn/core/error.hpp>
#include <pyronn/operators/algebra/linear_map.hpp>
#include <pyronn/recon/solver/detail/system.hpp>

namespace pyronn {

/// No preconditioner: the identity, which takes no time and no memory.
struct NoPreconditioner {};

namespace detail {

template <class Preconditioner>
inline constexpr bool preconditions_v = !std::is_same_v<Preconditioner, NoPreconditioner>;

/// What a System's workspace takes, for calls of the preconditioner too.
template <class System, class Executor, class Map, class Preconditioner>
WorkspaceBytes preconditioned_workspace(Executor const& executor, Map const& map,
                                        Preconditioner const& preconditioner, std::size_t limit) {
  WorkspaceBytes result{System::workspace_bytes(executor, map, limit)};
  if constexpr (preconditions_v<Preconditioner>) {
    result.bytes = std::max(result.bytes, preconditioner.workspace_bytes(executor, limit));
  } else {
    static_cast<void>(preconditioner);
  }
  return result;
}

/// Throws InvalidArgument unless it is a map of the images of `map`.
template <class Preconditioner, class Map>
Preconditioner const& checked_preconditioner(char const* solver,
                                             Preconditioner const& preconditioner, Map const& map) {
  if constexpr (preconditions_v<Preconditioner>) {
    static_assert((check_linear_map<Preconditioner>(), true));
    static_assert(
        std::is_same_v<typename Preconditioner::DomainElement, typename Map::DomainElement> &&
            std::is_same_v<typename Preconditioner::RangeElement, typename Map::DomainElement>,
        "A preconditioner must have the elements of the solver's images.");
    expects(preconditioner.domain() == map.domain() && preconditioner.range() == map.domain(),
            solver, ": the preconditioner is of images of ", preconditioner.domain(),
            " and must be of ", map.domain(), ", those of the map");
  } else {
    static_cast<void>(solver);
    static_cast<void>(map);
  }
  return preconditioner;
}

}  // namespace detail

}  // namespace pyronn
