// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "../scan_format.hpp"
#include "signatures.hpp"

namespace example {

ScanFormat nikon_format() { return {nikon_name, is_nikon, refuse_without<tiff_library>}; }

}  // namespace example
