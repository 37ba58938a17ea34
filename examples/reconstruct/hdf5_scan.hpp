// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include <pyronn/scan/scan.hpp>

namespace example {

/// The scan of an HDF5 file, NXtomo or Data Exchange, where the program was built with HDF5. Throws
/// FileError.
pyronn::Scan read_hdf5_scan(std::filesystem::path const& path, pyronn::GivenOfScan const& given);

}  // namespace example
