// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Where the numbers of a data set lie, and what inflates them: the library fills in what is
/// missing without an error.
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <system_error>

#include <hdf5.h>

#include <pyronn/scan/detail/hdf5.hpp>

namespace pyronn::detail {

/// Throws FileError unless every source of a virtual data set can be opened: one that is missing
/// would be read as the fill value.
inline void check_virtual_sources(Hdf5File const& file, std::string const& name, hid_t made) {
  std::size_t count = 0;
  H5Pget_virtual_count(made, &count);
  std::string last;
  for (std::size_t i = 0; i < count; ++i) {
    std::array<char, 4096> source{};
    std::array<char, 4096> set{};
    if (H5Pget_virtual_filename(made, i, source.data(), source.size()) < 0 ||
        H5Pget_virtual_dsetname(made, i, set.data(), set.size()) < 0) {
      file.fail(name, ": has a virtual source ", i, " that cannot be told");
    }
    std::string const key = std::string{source.data()} + '\n' + set.data();
    bool const is_pattern = key.find("%b") != std::string::npos;  // the set ends before a gap
    if (key == last || is_pattern) continue;
    last = key;
    bool const is_here = std::string{source.data()} == ".";
    std::filesystem::path const path =
        is_here ? file.path() : file.path().parent_path() / source.data();
    if (!Hdf5File{path}.has(set.data())) {
      file.fail(name, ": takes images from ", path.string(), ", where there is no ", set.data());
    }
  }
}

/// Throws FileError unless external files are there and as long as is said: what is missing would
/// be read as 0.
inline void check_external_files(Hdf5File const& file, std::string const& name, hid_t made) {
  int const count = H5Pget_external_count(made);
  for (int i = 0; i < count; ++i) {
    std::array<char, 4096> external{};
    off_t offset = 0;
    hsize_t bytes = 0;
    if (H5Pget_external(made, static_cast<unsigned>(i), external.size(), external.data(), &offset,
                        &bytes) < 0) {
      file.fail(name, ": has an external file ", i, " that cannot be told");
    }
    std::filesystem::path const path = file.path().parent_path() / external.data();
    std::error_code error;
    auto const found = std::filesystem::file_size(path, error);
    if (error) file.fail(name, ": has its numbers in ", path.string(), ": ", error.message());
    bool const is_whole = bytes == H5F_UNLIMITED || found >= static_cast<hsize_t>(offset) + bytes;
    if (!is_whole) {
      file.fail(name, ": has ", bytes, " bytes from ", offset, " on in ", path.string(),
                ", which holds ", found);
    }
  }
}

inline void check_hdf5_sources(Hdf5File const& file, std::string const& name, hid_t made) {
  if (H5Pget_layout(made) == H5D_VIRTUAL) check_virtual_sources(file, name, made);
  if (H5Pget_layout(made) == H5D_CONTIGUOUS) check_external_files(file, name, made);
}

/// The filters of a data set that the library does not find, as the end of a sentence; empty where
/// it has all.
inline std::string missing_hdf5_filters(hid_t set) {
  Hdf5Properties const made{H5Dget_create_plist(set)};
  std::string text;
  int const count = H5Pget_nfilters(made.get());
  for (int i = 0; i < count; ++i) {
    unsigned flags = 0;
    std::size_t values = 0;
    std::array<char, 64> filter{};
    auto const number = H5Pget_filter2(made.get(), static_cast<unsigned>(i), &flags, &values,
                                       nullptr, filter.size(), filter.data(), nullptr);
    if (number >= 0 && H5Zfilter_avail(number) > 0) continue;
    text +=
        (text.empty() ? "; filter " : ", ") + std::to_string(number) + " (" + filter.data() + ")";
  }
  if (text.empty()) return text;
  return text +
         " was not found: install its plug-in, or set HDF5_PLUGIN_PATH to the folder that "
         "hdf5plugin.PLUGINS_PATH names in Python";
}

}  // namespace pyronn::detail
