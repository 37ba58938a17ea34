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

inline void check_hdf5_sources(Hdf5File const& file, std::string const& name, hid_t set,
                               int depth = 0);

/// Throws FileError unless every source of a virtual data set is there, and is no virtual one that
/// lacks its own: what is missing would be read as the fill value.
inline void check_virtual_sources(Hdf5File const& file, std::string const& name, hid_t made,
                                  int depth) {
  constexpr int deepest = 8;
  if (depth > deepest)
    file.fail(name, ": takes images from a set that takes them from others, on and on");
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
    Hdf5File const opened{path};
    if (!opened.has(set.data())) {
      file.fail(name, ": takes images from ", path.string(), ", where there is no ", set.data());
    }
    Hdf5Dataset const inner{H5Dopen2(opened.get(), set.data(), hdf5_set_access().get())};
    if (!inner)
      file.fail(name, ": takes images from ", path.string(), ", whose ", set.data(),
                " cannot be opened: ", Hdf5Session::reason());
    check_hdf5_sources(opened, set.data(), inner.get(), depth + 1);
  }
}

/// Throws FileError unless all numbers have been written: others would be read as the fill value.
inline void check_written(Hdf5File const& file, std::string const& name, hid_t set, hid_t made) {
  Hdf5Space const space{H5Dget_space(set)};
  int const rank = H5Sget_simple_extent_ndims(space.get());
  if (H5Pget_layout(made) != H5D_CHUNKED || rank < 1 || rank > H5S_MAX_RANK) {
    bool const is_empty = H5Dget_storage_size(set) == 0 && H5Pget_external_count(made) == 0;
    if (is_empty && H5Sget_simple_extent_npoints(space.get()) > 0) {
      file.fail(name, ": has never been written");
    }
    return;
  }
  std::array<hsize_t, H5S_MAX_RANK> sizes{};
  std::array<hsize_t, H5S_MAX_RANK> chunk{};
  H5Sget_simple_extent_dims(space.get(), sizes.data(), nullptr);
  if (H5Pget_chunk(made, rank, chunk.data()) != rank) return;
  hsize_t needed = 1;
  for (std::size_t axis = 0; axis < static_cast<std::size_t>(rank); ++axis) {
    needed *= sizes[axis] / chunk[axis] + (sizes[axis] % chunk[axis] == 0 ? 0 : 1);
  }
  hsize_t written = 0;
  if (H5Dget_num_chunks(set, space.get(), &written) < 0 || written >= needed) return;
  file.fail(name, ": has ", written, " of its ", needed,
            " chunks; the others were never written: was the scan aborted?");
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

/// Throws FileError where numbers of a data set are missing.
inline void check_hdf5_sources(Hdf5File const& file, std::string const& name, hid_t set,
                               int depth) {
  Hdf5Properties const made{H5Dget_create_plist(set)};
  if (H5Pget_layout(made.get()) == H5D_VIRTUAL) {
    check_virtual_sources(file, name, made.get(), depth);
    return;
  }
  if (H5Pget_layout(made.get()) == H5D_CONTIGUOUS) check_external_files(file, name, made.get());
  check_written(file, name, set, made.get());
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
