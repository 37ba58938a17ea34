// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Method: how a volume is made of line integrals.
#include <string>
#include <vector>

namespace example {

/// Filtered backprojection, and what iterates.
enum class Method {
  fbp,
  sirt,
  sart,
  os_sart,
  cgls,
  lsqr,
  mlem,
  osem,
  pwls,
  tv,
  pdhg,
  admm_tv,
  asd_pocs
};

/// What a method is called on the command line, and which options it has.
struct MethodFacts {
  Method method;
  char const* name;
  int iterations;                    ///< unless told; 0: it does not iterate
  bool has_subsets;                  ///< --subsets
  bool needs_strength;               ///< --strength
  bool has_bounds;                   ///< --nonnegative
  bool multiplies;                   ///< the start, where 0 stays 0 and nothing becomes negative
  bool may_choose_strength = false;  ///< it is chosen where there is no --strength
  bool works_on_ranks = true;        ///< on several of them
};

/// In the order of Method.
[[nodiscard]] std::vector<MethodFacts> const& all_methods();

/// Of one that has this name.
[[nodiscard]] MethodFacts const& facts_of_method(std::string const& name);

}  // namespace example
