// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "../scan_format.hpp"
#include "signatures.hpp"

namespace example {

ScanFormat skyscan_format() { return {skyscan_name, is_skyscan, refuse_without<tiff_library>}; }

}  // namespace example
