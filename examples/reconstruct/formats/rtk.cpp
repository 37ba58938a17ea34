// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <pyronn/scan/rtk_scan.hpp>

#include "../open_images.hpp"
#include "../scan_format.hpp"
#include "signatures.hpp"

namespace example {

ScanFormat rtk_format() {
  return {rtk_name, is_rtk,
          [](ScanSource const& source) {
            return pyronn::read_rtk_scan(source.path, source.projections, source.given,
                                         open_images);
          },
          true};
}

}  // namespace example
