// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Where the numbers of a data set lie: the library fills in what is missing without an error.
#include <algorithm>
#include <array>
#include <cstddef>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include <hdf5.h>

#include <pyronn/scan/detail/hdf5.hpp>
#include <pyronn/scan/detail/hdf5_filters.hpp>
#include <pyronn/scan/detail/hdf5_mappings.hpp>

namespace pyronn::detail {

/// How the numbers of a data set are stored.
struct Hdf5Storage {
  std::vector<std::filesystem::path> files{};  ///< all in which they lie
  std::vector<Hdf5Filter> filters{};
  bool is_virtual = false;
  bool is_in_pieces = false;  ///< filters or narrow chunks: rows of an image cannot be had alone
  hsize_t chunk_images = 1;   ///< how many images lie in one chunk
  hsize_t chunk_rows = 0;     ///< how many rows; 0: not known

  /// Takes over what a source of a virtual set has.
  void add(Hdf5Storage const& source) {
    files.insert(files.end(), source.files.begin(), source.files.end());
    for (auto const& filter : source.filters) {
      bool const is_known = std::any_of(filters.begin(), filters.end(), [&](auto const& known) {
        return known.number == filter.number;
      });
      if (!is_known) filters.push_back(filter);
    }
    is_in_pieces = is_in_pieces || source.is_in_pieces;
    chunk_images = std::max(chunk_images, source.chunk_images);
  }
};

inline Hdf5Storage check_hdf5_sources(Hdf5File const& file, std::string const& name, hid_t set,
                                      int depth = 0);

/// Throws FileError unless every source of a virtual data set is there and whole, and they fill it:
/// what is missing would be read as the fill value.
inline Hdf5Storage check_virtual_sources(Hdf5File const& file, std::string const& name, hid_t set,
                                         hid_t made, int depth) {
  constexpr int deepest = 8;
  if (depth > deepest)
    file.fail(name, ": takes images from a set that takes them from others, on and on");
  Hdf5Storage storage;
  storage.is_virtual = true;
  Hdf5Mappings const mappings{file, name, set, made};
  Hdf5Mappings::Source last{};
  std::vector<hsize_t> sizes;
  for (std::size_t i = 0; i < mappings.count(); ++i) {
    auto const source = mappings.source(i);
    if (source.is_pattern) continue;  // the set ends before a gap
    if (i == 0 || !(source == last)) {
      Hdf5File const opened{source.path};
      std::string const from = ": takes images from " + source.path.string();
      if (!opened.has(source.set)) file.fail(name, from, ", where there is no ", source.set);
      Hdf5Dataset const inner{H5Dopen2(opened.get(), source.set.c_str(), hdf5_set_access().get())};
      if (!inner) {
        file.fail(name, from, ", whose ", source.set, " cannot be opened: ", Hdf5Session::reason());
      }
      sizes = sizes_of_hdf5(inner.get());
      storage.add(check_hdf5_sources(opened, source.set, inner.get(), depth + 1));
      auto const files = opened.files();
      storage.files.insert(storage.files.end(), files.begin(), files.end());
      last = source;
    }
    mappings.check_size(i, source, sizes);
  }
  mappings.check_coverage();
  return storage;
}

/// Throws FileError unless all numbers have been written: others would be read as the fill value.
inline void check_written(Hdf5File const& file, std::string const& name, hid_t set, hid_t made) {
  Hdf5Space const space{H5Dget_space(set)};
  auto const sizes = sizes_of_hdf5(set);
  if (H5Pget_layout(made) != H5D_CHUNKED || sizes.empty()) {
    bool const is_empty = H5Dget_storage_size(set) == 0 && H5Pget_external_count(made) == 0;
    if (is_empty && H5Sget_simple_extent_npoints(space.get()) > 0) {
      file.fail(name, ": has never been written");
    }
    return;
  }
  int const rank = static_cast<int>(sizes.size());
  std::vector<hsize_t> chunk(sizes.size());
  if (H5Pget_chunk(made, rank, chunk.data()) != rank) return;
  hsize_t needed = 1;
  for (std::size_t axis = 0; axis < sizes.size(); ++axis) {
    needed *= sizes[axis] / chunk[axis] + (sizes[axis] % chunk[axis] == 0 ? 0 : 1);
  }
  hsize_t written = 0;
  if (H5Dget_num_chunks(set, space.get(), &written) < 0 || written >= needed) return;
  file.fail(name, ": has ", written, " of its ", needed,
            " chunks; the others were never written: was the scan aborted?");
}

/// Returns the external files of a set. Throws FileError unless they are there and as long as is
/// said: what is missing would be read as 0.
inline std::vector<std::filesystem::path> check_external_files(Hdf5File const& file,
                                                               std::string const& name, hid_t set,
                                                               hid_t made) {
  std::vector<std::filesystem::path> files;
  int const count = H5Pget_external_count(made);
  for (int i = 0; i < count; ++i) {
    std::array<char, 4096> external{};
    off_t offset = 0;
    hsize_t bytes = 0;
    if (H5Pget_external(made, static_cast<unsigned>(i), external.size(), external.data(), &offset,
                        &bytes) < 0) {
      file.fail(name, ": has an external file ", i, " that cannot be told");
    }
    files.push_back(hdf5_file_of(set).parent_path() / external.data());
    std::string const path = files.back().string();
    std::error_code error;
    auto const found = std::filesystem::file_size(files.back(), error);
    if (error) file.fail(name, ": has its numbers in ", path, ": ", error.message());
    auto const first = static_cast<hsize_t>(offset);
    bool const is_whole =
        offset >= 0 && first <= found && (bytes == H5F_UNLIMITED || bytes <= found - first);
    if (!is_whole) {
      file.fail(name, ": has ", bytes, " bytes from ", offset, " on in ", path, ", which holds ",
                found);
    }
  }
  return files;
}

/// Of a set that is in chunks.
inline void describe_chunks(hid_t set, hid_t made, Hdf5Storage& storage) {
  auto const sizes = sizes_of_hdf5(set);
  std::vector<hsize_t> chunk(sizes.size());
  int const rank = static_cast<int>(sizes.size());
  if (rank < 2 || H5Pget_chunk(made, rank, chunk.data()) != rank) return;
  storage.filters = hdf5_filters(made);
  storage.is_in_pieces = !storage.filters.empty() || chunk.back() < sizes.back();
  storage.chunk_rows = chunk[chunk.size() - 2];
  for (std::size_t axis = 0; axis + 2 < chunk.size(); ++axis) {
    storage.chunk_images *= std::min(chunk[axis], sizes[axis]);
  }
}

/// Throws FileError where numbers of a data set are missing.
inline Hdf5Storage check_hdf5_sources(Hdf5File const& file, std::string const& name, hid_t set,
                                      int depth) {
  Hdf5Properties const made{H5Dget_create_plist(set)};
  auto const layout = H5Pget_layout(made.get());
  if (layout == H5D_VIRTUAL) return check_virtual_sources(file, name, set, made.get(), depth);
  Hdf5Storage storage;
  if (layout == H5D_CONTIGUOUS) storage.files = check_external_files(file, name, set, made.get());
  check_written(file, name, set, made.get());
  if (layout == H5D_CHUNKED) describe_chunks(set, made.get(), storage);
  return storage;
}

/// A file, those that its links lead to, and those that data sets take numbers from; each once.
inline std::vector<std::filesystem::path> all_files(
    Hdf5File const& file, std::vector<std::vector<std::filesystem::path>> const& sources) {
  auto files = file.files();
  for (auto const& of_set : sources) {
    for (auto const& path : of_set) {
      if (std::find(files.begin(), files.end(), path) == files.end()) files.push_back(path);
    }
  }
  return files;
}

}  // namespace pyronn::detail
