// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include <boost/test/unit_test.hpp>

#include <pyronn/io/npy.hpp>

#include "temporary_folder.hpp"

namespace test {

using Bytes = std::string;

/// The bytes of a file as NumPy writes it, checked against NumPy 2.4: the dictionary is padded to
/// a header of 128 bytes.
inline Bytes numpy_file(char major, Bytes const& dictionary, Bytes const& elements = {}) {
  Bytes bytes = Bytes("\x93NUMPY") + major + '\0';
  bytes += major == 1 ? Bytes("\x76\0", 2) : Bytes("\x74\0\0\0", 4);
  bytes += dictionary;
  bytes.resize(127, ' ');
  return bytes + '\n' + elements;
}

inline Bytes c_order(Bytes const& descr, Bytes const& shape) {
  return "{'descr': '" + descr + "', 'fortran_order': False, 'shape': " + shape + ", }";
}

/// numpy.array([[0, .5, 1], [1.5, 2, 2.5]], '<f4')
inline Bytes const six_floats = numpy_file(
    1, c_order("<f4", "(2, 3)"), Bytes("\0\0\0\0\0\0\0?\0\0\x80?\0\0\xc0?\0\0\0@\0\0 @", 24));

/// A fixture: a file of given bytes, read as float.
struct OneFile {
  TemporaryFolder folder;
  std::filesystem::path path = folder / "array.npy";

  auto read(Bytes const& bytes) const {
    write_bytes(path, bytes);
    return pyronn::read_npy<float>(path);
  }
  void refuses(Bytes const& bytes, Bytes const& reason) const {
    BOOST_CHECK_EXCEPTION(read(bytes), pyronn::FileError, says_of(path, reason));
  }
  /// Refuses a header of this dictionary.
  void refuses_text(Bytes const& dictionary, Bytes const& reason) const {
    refuses(numpy_file(1, dictionary), reason);
  }
  /// Whatever the bytes, reading them succeeds or throws pyronn::FileError.
  void survives(Bytes const& bytes) const {
    try {
      auto const array = read(bytes);
      BOOST_TEST(array.data.size() <= bytes.size());
    } catch (pyronn::FileError const& error) {
      BOOST_TEST(Bytes{error.what()}.rfind(path.string() + ": ", 0) == 0U);
    }
  }
};

}  // namespace test
