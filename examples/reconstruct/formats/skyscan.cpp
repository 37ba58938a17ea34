// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <pyronn/scan/skyscan.hpp>

#include "../scan_format.hpp"
#include "signatures.hpp"

namespace example {

ScanFormat skyscan_format() {
  return {skyscan_name, is_skyscan,
          [](ScanSource const& source) { return pyronn::read_skyscan(source.path, source.given); }};
}

}  // namespace example
