// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <pyronn/io/hdf5_volume.hpp>
#include <pyronn/scan/data_exchange.hpp>
#include <pyronn/scan/detail/hdf5.hpp>
#include <pyronn/scan/nxtomo.hpp>

#include "../scan_format.hpp"
#include "../volume_files.hpp"
#include "signatures.hpp"

namespace example {

ScanFormat hdf5_format() {
  return {hdf5_name, is_hdf5, [](ScanSource const& source) {
            bool const is_exchange = pyronn::detail::Hdf5File{source.path}.has("exchange");
            return is_exchange ? pyronn::read_data_exchange(source.path, source.given)
                               : pyronn::read_nxtomo(source.path, source.given);
          }};
}

bool has_hdf5() { return true; }

std::unique_ptr<pyronn::VolumeWriter> open_hdf5_volume(std::filesystem::path const& path,
                                                       pyronn::Grid const& grid) {
  return pyronn::hdf5_volume_writer(path, grid);
}

}  // namespace example
