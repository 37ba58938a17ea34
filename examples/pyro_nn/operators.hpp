// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pyronn/interop/filter_operator.hpp>
#include <pyronn/interop/operator_pair.hpp>

/// The operators behind PYRO-NN's names. Each of `march` and `back` is a matrix and its transpose:
/// lines with PYRO-NN's steps, and its backprojection without the constants. In `unmatched` the
/// backprojection stands in the transpose's place, as PYRO-NN has it.
namespace names {

struct Beam {
  pyronn::OperatorPair const& march;
  pyronn::OperatorPair const& back;
  pyronn::OperatorPair const& unmatched;
};

Beam parallel_2d();
Beam fan_2d();
Beam cone_3d();
Beam parallel_3d();
/// As cone_3d, read through the texture unit of a GPU, where this is compiled for one.
Beam cone_3d_texture();
pyronn::FilterOperator const& filter();

}  // namespace names
