// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// MetaImageElements: the elements of a MetaImage, in one file or many.
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <utility>

#include <pyronn/core/error.hpp>
#include <pyronn/io/detail/file_error.hpp>
#include <pyronn/io/detail/inflate.hpp>
#include <pyronn/io/metaimage_header.hpp>
#include <pyronn/io/number_type.hpp>
#include <pyronn/io/readable_file.hpp>

namespace pyronn::detail {

/// Reads elements. Files are opened when they are read, as there may be more than a program may
/// have open.
class MetaImageElements {
 public:
  /// Throws FileError unless each file holds what the header says, no more and no less.
  explicit MetaImageElements(MetaImageHeader header) : header_{std::move(header)} {
    for (auto const& path : header_.files) {
      with_file(path, [&](ReadableFile const& file) { check(file); });
    }
  }

  [[nodiscard]] MetaImageHeader const& header() const { return header_; }

  /// Where elements begin in a file that is not compressed.
  [[nodiscard]] std::int64_t offset_in(ReadableFile const& file) const {
    return header_.are_last ? file.size() - file_bytes() : header_.offset;
  }

  /// Some rows of some slices, of files that are not compressed.
  void read(ReadableFile const& file, int slice, int row, int rows, std::byte* out) const {
    std::int64_t const row_bytes = header_.slice_bytes() / header_.size[1];
    file.read(offset_in(file) + slice * header_.slice_bytes() + row * row_bytes, rows * row_bytes,
              out);
    turn(out, rows * row_bytes);
  }

  /// All there are, in this machine's order of bytes.
  void read_all(std::byte* out) const {
    for (auto const& path : header_.files) {
      with_file(path, [&](ReadableFile const& file) {
        check(file);
        if (header_.is_compressed) {
          inflate_file(file, header_.offset, compressed_in(file), out, file_bytes());
        } else {
          file.read(offset_in(file), file_bytes(), out);
        }
      });
      turn(out, file_bytes());
      out += file_bytes();
    }
  }

 private:
  /// Opens a file for `work`. What fails of another file than the header's names the header, too.
  template <class Work>
  void with_file(std::filesystem::path const& path, Work const& work) const {
    try {
      work(ReadableFile{path});
    } catch (FileError const& error) {
      if (header_.path.empty() || path == header_.path) throw;
      throw FileError(printable_message(
          message(error.what(), "; the header ", header_.path.string(), " names this file")));
    }
  }

  [[nodiscard]] std::int64_t file_bytes() const {
    return header_.slice_bytes() * header_.slices_of_file();
  }

  [[nodiscard]] std::int64_t compressed_in(ReadableFile const& file) const {
    return header_.compressed_bytes.value_or(file.size() - header_.offset);
  }

  void check(ReadableFile const& file) const {
    if (header_.is_compressed) {
      std::int64_t const held = file.size() - header_.offset;
      std::int64_t const said = compressed_in(file);
      if (said > held) {
        fail_file(file.path(), "holds ", held, " compressed bytes, where CompressedDataSize says ",
                  said);
      }
      return check_inflation(file, said, file_bytes());
    }
    std::int64_t const held = file.size() - header_.offset;
    bool const is_right = header_.are_last ? held >= file_bytes() : held == file_bytes();
    if (is_right) return;
    fail_file(file.path(), "holds ", counted(held, "byte"), " from byte ", header_.offset,
              " on, where ", counted(header_.slices_of_file(), "slice"), " of ",
              counted(header_.size[1], "row"), " and ", counted(header_.size[0], "column"), " of ",
              name_of(header_.type), " take ", file_bytes());
  }

  void turn(std::byte* numbers, std::int64_t bytes) const {
    int const width = bytes_of(header_.type);
    if (header_.is_big_endian && width > 1) {
      swap_bytes(numbers, static_cast<std::size_t>(bytes / width), width);
    }
  }

  MetaImageHeader header_;
};

}  // namespace pyronn::detail
