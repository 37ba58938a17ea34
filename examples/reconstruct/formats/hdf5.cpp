// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <string>

#include <pyronn/io/hdf5_volume.hpp>
#include <pyronn/scan/data_exchange.hpp>
#include <pyronn/scan/detail/hdf5.hpp>
#include <pyronn/scan/nxtomo.hpp>

#include "../bad_input.hpp"
#include "../scan_format.hpp"
#include "../volume_files.hpp"
#include "signatures.hpp"

namespace example {

namespace {

pyronn::Scan read_nxtomo(ScanSource const& source) {
  auto const entries = pyronn::nxtomo_entries(source.path);
  if (source.entry.empty() && entries.size() > 1) {
    std::string names;
    for (std::string const& entry : entries) names += (names.empty() ? "" : ", ") + entry;
    throw BadInput(source.path.string() + ": holds " + std::to_string(entries.size()) + " scans, " +
                   names + ": name one, as --entry " + entries.front());
  }
  return pyronn::read_nxtomo(source.path, source.given, source.entry);
}

}  // namespace

ScanFormat hdf5_format() {
  return {hdf5_name, is_hdf5,
          [](ScanSource const& source) {
            bool const is_exchange = pyronn::detail::Hdf5File{source.path}.has("exchange");
            if (!is_exchange) return read_nxtomo(source);
            if (source.entry.empty()) return pyronn::read_data_exchange(source.path, source.given);
            throw BadInput("--entry: " + source.path.string() + " holds one scan (Data Exchange)");
          },
          false, true};
}

bool has_hdf5() { return true; }

std::unique_ptr<pyronn::VolumeWriter> open_hdf5_volume(std::filesystem::path const& path,
                                                       pyronn::Grid const& grid) {
  return pyronn::hdf5_volume_writer(path, grid);
}

}  // namespace example
