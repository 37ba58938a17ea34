// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "../scan_format.hpp"
#include "../volume_files.hpp"
#include "signatures.hpp"

namespace example {

ScanFormat hdf5_format() { return {hdf5_name, is_hdf5, refuse_without<hdf5_library>}; }

bool has_hdf5() { return false; }

std::unique_ptr<pyronn::VolumeWriter> open_hdf5_volume(std::filesystem::path const&,
                                                       pyronn::Grid const&) {
  return nullptr;
}

}  // namespace example
