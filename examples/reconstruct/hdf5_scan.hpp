// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <fstream>
#include <ios>
#include <string>

#include <pyronn/scan/scan.hpp>

namespace example {

/// As the first bytes say; descriptions in JSON have any name.
[[nodiscard]] inline bool is_hdf5(std::filesystem::path const& path) {
  std::string start(8, '\0');
  std::ifstream{path, std::ios::binary}.read(start.data(), 8);
  return start == "\x89HDF\r\n\x1a\n";
}

/// The scan of an HDF5 file, NXtomo or Data Exchange, where the program was built with HDF5. Throws
/// FileError.
pyronn::Scan read_hdf5_scan(std::filesystem::path const& path, pyronn::GivenOfScan const& given);

}  // namespace example
