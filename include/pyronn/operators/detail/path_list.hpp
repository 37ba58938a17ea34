// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// An operator is an ordered list of paths: ways to do a call, of which the first that has a plan
/// for it is taken. A path is a struct with
///
///   template <class Call> static constexpr bool suits;   // whether it may be asked; compile time
///   static constexpr bool reads_special_views;           // and only for runs of such views
///   struct Plan { ... };                                 // what it needs to know to run
///   std::optional<Plan> plan(executor, call, limit);     // none: this path declines
///   std::size_t bytes(plan);                             // of workspace, at most `limit`
///   void run(plan, executor, call, output, workspace);
///   void describe(plan, executor, call, step);           // fills in a PlanStep
///
/// all of them static. Plans depend on sizes, and on where the input lies, never on its contents.
#include <cstddef>

namespace pyronn::detail {

template <class... Paths>
struct PathList {
  /// Whether a path takes views in a special form for calls of an operator.
  template <class Call>
  static constexpr bool reads_special_views =
      ((Paths::template suits<Call> && Paths::reads_special_views) || ...);
};

/// Calls `work(path, plan)` with the first path that has a plan within `limit` bytes. The last of a
/// list always has one.
template <class Path, class... Others, class Executor, class Call, class Work>
void with_first_plan(PathList<Path, Others...>, Executor const& executor, Call const& call,
                     std::size_t limit, Work const& work) {
  if constexpr (Path::template suits<Call>) {
    if (call.views.is_special || !Path::reads_special_views) {
      if (auto const plan = Path::plan(executor, call, limit)) return work(Path{}, *plan);
    }
  }
  if constexpr (sizeof...(Others) > 0) {
    with_first_plan(PathList<Others...>{}, executor, call, limit, work);
  }
}

}  // namespace pyronn::detail
