// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "../scan_format.hpp"
#include "signatures.hpp"

namespace example {

ScanFormat dicom_format() { return {dicom_name, is_dicom, refuse_without<dicom_library>}; }

}  // namespace example
