// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "../scan_format.hpp"
#include "signatures.hpp"

namespace example {

ScanFormat rtk_format() { return {rtk_name, is_rtk, refuse_without<rtk_libraries>, true}; }

}  // namespace example
