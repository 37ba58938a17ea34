// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How formats that need a library are told, with the library or without it.
#include <string>

#include "../bad_input.hpp"
#include "../scan_format.hpp"

namespace example {

inline constexpr char hdf5_name[] = "NXtomo and Data Exchange (HDF5)";
inline constexpr char hdf5_library[] = "HDF5";
inline bool is_hdf5(FileSigns const& file) {
  return file.start.compare(0, 8, "\x89HDF\r\n\x1a\n") == 0;
}

inline constexpr char tiff_library[] = "libtiff";

inline constexpr char nikon_name[] = "Nikon (.xtekct)";
inline bool is_nikon(FileSigns const& file) {
  return !file.is_folder && file.extension == ".xtekct";
}

inline constexpr char skyscan_name[] = "Bruker SkyScan (.log)";
inline bool is_skyscan(FileSigns const& file) {
  return !file.is_folder && file.extension == ".log";
}

/// Reads no scan: what stands for a reader whose library is missing.
template <char const* library>
pyronn::Scan refuse_without(ScanSource const& source) {
  throw BadInput(source.path.string() + ": cannot be read: this program was built without " +
                 library);
}

}  // namespace example
