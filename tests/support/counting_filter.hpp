// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A filter of HDF5's that counts the chunks that it gives back.
#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>
#include <hdf5.h>

#include "hdf5_writer.hpp"

namespace test {

/// The library has the filter as long as one of these is there: it turns the bytes of a chunk
/// round.
class CountingFilter {
 public:
  CountingFilter() {
    H5Z_class2_t const filter{H5Z_CLASS_T_VERS, number, 1, 1, "turn", nullptr, nullptr, turn};
    BOOST_REQUIRE(H5Zregister(&filter) >= 0);
  }
  CountingFilter(CountingFilter const&) = delete;
  CountingFilter& operator=(CountingFilter const&) = delete;
  ~CountingFilter() { H5Zunregister(number); }

  /// How many chunks it has given back so far.
  [[nodiscard]] int calls() const { return calls_; }

  /// How many chunks a set has.
  [[nodiscard]] static int chunks(std::vector<hsize_t> const& shape,
                                  std::vector<hsize_t> const& chunk) {
    hsize_t count = 1;
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
      count *= (shape[axis] + chunk[axis] - 1) / chunk[axis];
    }
    return static_cast<int>(count);
  }

  /// A file of one set of 16-bit numbers.
  void write(std::filesystem::path const& path, std::string const& name,
             std::vector<hsize_t> const& shape, std::vector<double> const& values,
             std::vector<hsize_t> const& chunk) const {
    auto const use = [&](hid_t how) {
      H5Pset_chunk(how, static_cast<int>(chunk.size()), chunk.data());
      BOOST_REQUIRE(H5Pset_filter(how, number, H5Z_FLAG_MANDATORY, 0, nullptr) >= 0);
    };
    Hdf5Writer{path}.write(name, shape, values, H5T_STD_U16LE, use);
  }

 private:
  static constexpr H5Z_filter_t number = 400;  // of those for tests

  static std::size_t turn(unsigned flags, std::size_t, unsigned const*, std::size_t bytes,
                          std::size_t*, void** buffer) {
    if ((flags & H5Z_FLAG_REVERSE) != 0) ++calls_;
    auto* const first = static_cast<char*>(*buffer);
    std::reverse(first, first + bytes);
    return bytes;
  }

  static inline int calls_ = 0;
};

}  // namespace test
