// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <string>

#include <pyronn/core/error.hpp>
#include <pyronn/scan/scan_json.hpp>

#include "../open_images.hpp"
#include "../scan_format.hpp"

namespace example {

/// Descriptions have any name.
ScanFormat json_format() {
  return {
      "a description in JSON", [](FileSigns const& file) { return !file.is_folder; },
      [](ScanSource const& source) { return pyronn::read_scan_json(source.path, open_images); }};
}

}  // namespace example
