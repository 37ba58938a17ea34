// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <pyronn/scan/varian.hpp>

#include "../scan_format.hpp"
#include "signatures.hpp"

namespace example {
namespace {

bool is_varian(FileSigns const& file) {
  for (char const* const extension : {".xim", ".hnd", ".hnc"}) {
    if (file.extension == extension || holds(file.path, extension)) return true;
  }
  return false;
}

}  // namespace

ScanFormat varian_format() {
  return {"Varian (.xim, .hnd, .hnc, or a folder of them)", is_varian,
          [](ScanSource const& source) { return pyronn::read_varian(source.path, source.given); }};
}

}  // namespace example
