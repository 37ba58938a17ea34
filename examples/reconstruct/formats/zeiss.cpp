// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <pyronn/scan/zeiss.hpp>

#include "../scan_format.hpp"

namespace example {

/// An OLE2 file, whatever its name.
ScanFormat zeiss_format() {
  return {"Zeiss (.txrm)",
          [](FileSigns const& file) {
            bool const is_ole2 = file.start.compare(0, 8, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") == 0;
            return is_ole2 || (!file.is_folder && file.extension == ".txrm");
          },
          [](ScanSource const& source) { return pyronn::read_zeiss(source.path, source.given); }};
}

}  // namespace example
