// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <pyronn/interop/tensorflow.hpp>

pyronn::OperatorPair const& tilted();
std::int64_t tilted_scan();
static auto const library =
    pyronn::TensorFlowLibrary{"own"}.add("tilted", tilted()).add_geometry("scan", tilted_scan());
