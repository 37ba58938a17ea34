// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// An open TIFF file, with libtiff's errors as exceptions.
#include <cstdint>
#include <filesystem>
#include <string>

#include <tiffio.h>

#include <pyronn/io/detail/file_error.hpp>
#include <pyronn/io/detail/tiff_errors.hpp>

namespace pyronn::detail {

/// A file that libtiff has open, for one thread.
class TiffFile {
 public:
  /// Throws FileError.
  explicit TiffFile(std::filesystem::path const& path) : path_{path} {
    TiffErrors const errors{error_};
    file_ = TIFFOpenExt(path.c_str(), "rm", errors.options());  // m: read, as maps end the program
    if (file_ == nullptr) fail("is no TIFF file that can be read");
  }
  TiffFile(TiffFile const&) = delete;
  TiffFile& operator=(TiffFile const&) = delete;
  ~TiffFile() { TIFFClose(file_); }

  [[nodiscard]] TIFF* get() const { return file_; }
  [[nodiscard]] std::filesystem::path const& path() const { return path_; }

  /// Goes on to the next directory; false at the end. Throws FileError for one that cannot be read.
  [[nodiscard]] bool next_directory() {
    error_.clear();
    if (TIFFReadDirectory(file_) != 0) return true;
    if (!error_.empty()) fail("has images that cannot be read behind some that can");
    return false;
  }

  /// Throws FileError, with libtiff's reason if it gave one.
  template <class... Parts>
  [[noreturn]] void fail(Parts const&... parts) const {
    std::string const reason = error_.empty() ? "" : " (libtiff: " + error_ + ")";
    fail_file(path_, parts..., reason);
  }

  /// The number of a tag, or what TIFF says is meant where it is missing, or else 0.
  template <class T>
  [[nodiscard]] T number(std::uint32_t tag) const {
    T value{};  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-vararg): it is libtiff's
    return TIFFGetFieldDefaulted(file_, tag, &value) == 1 ? value : T{};
  }

  /// The number of a tag that is there, or `otherwise`.
  template <class T>
  [[nodiscard]] T number_or(std::uint32_t tag, T otherwise) const {
    T value{};  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-vararg): it is libtiff's
    return TIFFGetField(file_, tag, &value) == 1 ? value : otherwise;
  }

  /// The text of a tag; empty where there is none.
  [[nodiscard]] std::string text(std::uint32_t tag) const {
    char const* value = nullptr;  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-vararg)
    bool const is_there = TIFFGetField(file_, tag, &value) == 1 && value != nullptr;
    return is_there ? value : "";
  }

 private:
  std::filesystem::path path_;
  std::string error_;
  TIFF* file_ = nullptr;
};

}  // namespace pyronn::detail
