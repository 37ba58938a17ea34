// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <pyronn/core/error.hpp>

#include "hdf5_scan.hpp"

namespace example {

pyronn::Scan read_hdf5_scan(std::filesystem::path const& path, pyronn::GivenOfScan const&) {
  throw pyronn::FileError(path.string() + ": is no JSON file; this program was built without HDF5");
}

}  // namespace example
