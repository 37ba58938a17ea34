// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "../scan_format.hpp"
#include "signatures.hpp"

namespace example {

ScanFormat hdf5_format() { return {hdf5_name, is_hdf5, refuse_without<hdf5_library>}; }

}  // namespace example
