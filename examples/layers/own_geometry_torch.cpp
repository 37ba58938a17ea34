// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <pyronn/interop/torch.hpp>

pyronn::OperatorPair const& tilted();
std::int64_t tilted_scan();
static auto const library =
    pyronn::TorchLibrary{"own"}.add("tilted", tilted()).add_geometry("scan", tilted_scan());
