// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How formats that need a library are told, with the library or without it.
#include <filesystem>
#include <string>
#include <system_error>

#include <pyronn/scan/image_files.hpp>

#include "../bad_input.hpp"
#include "../scan_format.hpp"

namespace example {

/// Whether a folder has a file whose name ends so, in lower case or upper case.
inline bool holds(std::filesystem::path const& folder, std::string const& extension) {
  std::error_code unknown;
  return std::filesystem::is_directory(folder, unknown) &&
         !pyronn::detail::files_that_end_in(folder, {extension}).empty();
}

inline constexpr char hdf5_name[] = "NXtomo and Data Exchange (HDF5)";
inline constexpr char hdf5_library[] = "HDF5";
inline bool is_hdf5(FileSigns const& file) {
  bool const is_named = file.extension == ".nx" || file.extension == ".h5" ||
                        file.extension == ".hdf5" || file.extension == ".hdf";
  return file.start.compare(0, 8, "\x89HDF\r\n\x1a\n") == 0 || (is_named && !file.is_folder);
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

inline constexpr char rtk_name[] = "RTK's geometry (.xml)";
inline constexpr char rtk_libraries[] = "pugixml and zlib";
inline bool is_rtk(FileSigns const& file) {
  return file.start.find("RTKThreeDCircularGeometry") != std::string::npos ||
         (!file.is_folder && file.extension == ".xml");
}

inline constexpr char dicom_name[] = "DICOM-CT-PD (a folder)";
inline constexpr char dicom_library[] = "DCMTK";
inline bool is_dicom(FileSigns const& file) {
  return file.is_folder && (holds(file.path, ".dcm") || holds(file.path, ".ima"));
}

/// Reads no scan: what stands for a reader whose library is missing.
template <char const* library>
pyronn::Scan refuse_without(ScanSource const& source) {
  throw BadInput(source.path.string() + ": cannot be read: this program was built without " +
                 library);
}

}  // namespace example
