// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
// An array, files of it, and blocks that have all its elements.
#include <algorithm>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include <pyronn/io/block_reader.hpp>
#include <pyronn/io/block_writer.hpp>

#include "numbers.hpp"
#include "temporary_folder.hpp"

namespace test {

/// Planes of 27,164 bytes: none begins at a page.
inline constexpr pyronn::Extents<3> extents{97, 70, 11};

inline std::vector<float> numbers() { return random_values(1, extents.count()); }

inline std::string bytes_of(std::vector<float> const& values) {
  std::string bytes(values.size() * sizeof(float), '\0');
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

/// Of one page and more, by one thread and more.
inline std::vector<pyronn::FileTransfer> transfers() {
  return {{pyronn::FileAccess::direct, 1, 1},
          {pyronn::FileAccess::direct, 3, 10000},
          {pyronn::FileAccess::direct, 8, std::size_t{1} << 20},
          {pyronn::FileAccess::buffered, 1, 1},
          {pyronn::FileAccess::buffered, 4, 50000}};
}

/// Parts of an array that have all its elements, last ones first.
inline std::vector<pyronn::HostBlock> blocks(int planes, int rows) {
  std::vector<pyronn::HostBlock> result;
  for (int plane = 0; plane < extents[2]; plane += planes) {
    for (int row = 0; row < extents[1]; row += rows) {
      result.push_back(
          {plane, std::min(planes, extents[2] - plane), row, std::min(rows, extents[1] - row)});
    }
  }
  std::reverse(result.begin(), result.end());
  return result;
}
inline std::vector<std::vector<pyronn::HostBlock>> all_blocks() {
  return {blocks(11, 70), blocks(3, 70), blocks(1, 9), blocks(4, 13), blocks(11, 69)};
}

inline std::vector<float> block_of(std::vector<float> const& values,
                                   pyronn::HostBlock const& block) {
  std::vector<float> result;
  for (int plane = block.first_plane; plane < block.first_plane + block.num_planes; ++plane) {
    auto const first =
        values.begin() + (std::ptrdiff_t{plane} * extents[1] + block.first_row) * extents[0];
    result.insert(result.end(), first, first + std::ptrdiff_t{block.num_rows} * extents[0]);
  }
  return result;
}

inline std::vector<float> read_block(pyronn::BlockReader const& reader,
                                     pyronn::HostBlock const& block) {
  std::vector<float> result(
      static_cast<std::size_t>(extents[0] * block.num_rows * block.num_planes), nan);
  reader.read(block, result.data());
  return result;
}

inline void write_blocks(pyronn::BlockWriter& writer, std::vector<pyronn::HostBlock> const& all,
                         std::vector<float> const& values) {
  for (pyronn::HostBlock const& block : all) writer.write(block, block_of(values, block).data());
}

struct Reading {
  TemporaryFolder folder;
  std::filesystem::path path = folder / "array.raw";
  std::vector<float> values = numbers();

  void write(int offset, std::string const& end = "") const {
    write_bytes(path, std::string(static_cast<std::size_t>(offset), 'x') + bytes_of(values) + end);
  }
};

}  // namespace test
