// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <pyronn/scan/data_exchange.hpp>
#include <pyronn/scan/detail/hdf5.hpp>
#include <pyronn/scan/nxtomo.hpp>

#include "hdf5_scan.hpp"

namespace example {

pyronn::Scan read_hdf5_scan(std::filesystem::path const& path, pyronn::GivenOfScan const& given) {
  bool const is_exchange = pyronn::detail::Hdf5File{path}.has("exchange/data");
  return is_exchange ? pyronn::read_data_exchange(path, given) : pyronn::read_nxtomo(path, given);
}

}  // namespace example
