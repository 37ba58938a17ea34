// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <pyronn/scan/scan.hpp>
#include <pyronn/scan/scan_facts.hpp>

namespace example {

/// A scan as the command line names it.
struct ScanSource {
  std::filesystem::path path;         ///< a file, or a folder
  std::filesystem::path projections;  ///< where the file describes a geometry alone
  pyronn::GivenOfScan given;          ///< what the command line knows better than the file
  std::string entry{};                ///< which of the scans in a file; empty: the only one
};

/// What tells formats apart.
struct FileSigns {
  std::filesystem::path path;
  std::string extension;  ///< in lower case, with its point
  std::string start;      ///< the first bytes; none of a folder
  bool is_folder;
};

/// A kind of files that scans come in.
struct ScanFormat {
  char const* name;                         ///< "Zeiss (.txrm)"
  bool (*is)(FileSigns const&);             ///< whether a file is of this kind
  pyronn::Scan (*read)(ScanSource const&);  ///< throws FileError and InvalidArgument
  bool takes_projections = false;           ///< their images are named apart
  bool has_entries = false;                 ///< several scans may be in a file
};

/// All formats that this program knows, in the order in which they are asked. One whose library it
/// was built without says so where it is read.
[[nodiscard]] std::vector<ScanFormat> const& scan_formats();

/// Reads a scan of any format. Throws BadInput, whose message begins with a file's name.
[[nodiscard]] pyronn::Scan read_scan(ScanSource const& source);

/// The formats: each stands in a file of its own in formats/.
ScanFormat hdf5_format();
ScanFormat nikon_format();
ScanFormat skyscan_format();
ScanFormat dicom_format();
ScanFormat rtk_format();
ScanFormat varian_format();
ScanFormat json_format();
ScanFormat zeiss_format();

}  // namespace example
