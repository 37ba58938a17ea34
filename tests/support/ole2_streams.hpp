// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A file of OLE2 streams of many sizes, whose bytes may be changed.
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include <boost/test/unit_test.hpp>

#include <pyronn/core/error.hpp>
#include <pyronn/scan/detail/file_runs.hpp>
#include <pyronn/scan/detail/ole2_file.hpp>

#include "ole2_writer.hpp"
#include "temporary_folder.hpp"

namespace test::ole2 {

/// Bytes that tell their place.
inline std::string pattern(std::size_t count, unsigned seed) {
  std::string bytes;
  for (std::size_t i = 0; i < count; ++i) {
    bytes.push_back(static_cast<char>((i * 7 + i / 251 * 13 + seed * 101) % 256));
  }
  return bytes;
}

/// Streams of all sizes at which something changes.
inline Ole2Writer::Streams streams() {
  Ole2Writer::Streams result;
  unsigned seed = 0;
  for (std::size_t const size : {0U, 1U, 63U, 64U, 65U, 640U, 4095U, 4096U, 4097U, 20000U}) {
    result["Sizes/Of" + std::to_string(size)] = {pattern(size, ++seed)};
  }
  for (int i = 0; i < 40; ++i) result["Many/Image" + std::to_string(i)] = {pattern(100, ++seed)};
  result["Deep/Er/Still/Value"] = {pattern(5000, ++seed)};
  result["Top"] = {pattern(12, ++seed)};
  return result;
}

struct Files {
  TemporaryFolder folder;
  std::filesystem::path path = folder / "file.ole";

  [[nodiscard]] pyronn::detail::Ole2File open() const {
    return pyronn::detail::Ole2File{std::make_shared<pyronn::ReadableFile const>(path)};
  }

  [[nodiscard]] std::string read(pyronn::detail::Ole2File const& file,
                                 std::string const& name) const {
    auto const runs = file.find(name);
    BOOST_REQUIRE_MESSAGE(runs.has_value(), name << " is not there");
    std::string bytes(static_cast<std::size_t>(*file.size(name)), '\0');
    pyronn::detail::read_runs(*file.file(), *runs, 0, static_cast<std::int64_t>(bytes.size()),
                              bytes.data());
    return bytes;
  }

  void patch(std::int64_t offset, std::uint64_t number, std::size_t width = 4) const {
    std::fstream file{path, std::ios::binary | std::ios::in | std::ios::out};
    std::string bytes;
    put_number(bytes, number, width);
    file.seekp(offset);
    file << bytes;
  }

  void refuses(std::string const& reason) const {
    BOOST_CHECK_EXCEPTION(static_cast<void>(open()), pyronn::FileError, says_of(path, reason));
  }
  void refuses_stream(std::string const& name, std::string const& reason) const {
    pyronn::detail::Ole2File const file = open();
    BOOST_CHECK_EXCEPTION(static_cast<void>(file.find(name)), pyronn::FileError,
                          says_of(path, name + ": " + reason));
  }
};

}  // namespace test::ole2
