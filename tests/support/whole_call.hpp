// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
// A call that is not shared out, to compare with. After support/backends.hpp.
#include <vector>

#include <pyronn/core/extents.hpp>
#include <pyronn/exec/workspace.hpp>

#include "support/numbers.hpp"

namespace test {

/// What an operator makes of `in`, on the executor of tests.
template <class Op>
std::vector<float> whole_call(Op const& op, std::vector<float> const& in, pyronn::Extents<3> from,
                              pyronn::Extents<3> to) {
  Array<float, 3> input{from, in};
  Array<float, 3> output{to, nan};
  pyronn::Workspace<Executor> workspace{executor(), op.workspace_bytes(executor(), input.view())};
  op(executor(), input.view(), output.view(), workspace);
  return output.values();
}

}  // namespace test
