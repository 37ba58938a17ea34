// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <pyronn/scan/nikon.hpp>

#include "../scan_format.hpp"
#include "signatures.hpp"

namespace example {

ScanFormat nikon_format() {
  return {nikon_name, is_nikon,
          [](ScanSource const& source) { return pyronn::read_nikon(source.path, source.given); }};
}

}  // namespace example
