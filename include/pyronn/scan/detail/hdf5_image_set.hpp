// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A data set of images: what it holds and how it is stored.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <hdf5.h>

#include <pyronn/core/extents.hpp>
#include <pyronn/scan/detail/hdf5.hpp>
#include <pyronn/scan/detail/hdf5_sources.hpp>
#include <pyronn/scan/detail/hdf5_types.hpp>
#include <pyronn/scan/raw_images.hpp>

namespace pyronn::detail {

/// A data set of images, open.
struct Hdf5ImageSet {
  std::shared_ptr<Hdf5File const> file;
  std::string name;
  Hdf5Dataset set;
  Extents<3> extents;  ///< columns, rows, images
  NumberType type;
  int rank;
  Hdf5Storage storage;
};

inline Hdf5Dataset open_hdf5_set(Hdf5File const& file, std::string const& name,
                                 std::size_t cache_slots = 0) {
  {
    Hdf5Object const object{H5Oopen(file.get(), name.c_str(), H5P_DEFAULT)};
    if (object && H5Iget_type(object.get()) != H5I_DATASET) file.fail(name, ": is no data set");
  }
  Hdf5Dataset set{H5Dopen2(file.get(), name.c_str(), hdf5_set_access(cache_slots).get())};
  if (set) return set;
  file.fail(name, ": cannot be opened: ", Hdf5Session::reason(),
            "; a file of a newer layout than this library's wants h5repack or h5py's "
            "libver='earliest'");
}

/// The sizes of a data set of two or three axes. Throws FileError for others.
inline std::vector<hsize_t> sizes_of_images(Hdf5File const& file, std::string const& name,
                                            hid_t set) {
  auto sizes = sizes_of_hdf5(set);
  if (sizes.size() != 2 && sizes.size() != 3) {
    file.fail(name, ": has ", sizes.size(), sizes.size() == 1 ? " axis" : " axes",
              ", where images have (images, rows, columns)");
  }
  for (hsize_t const size : sizes) {
    if (size < 1 || size > static_cast<hsize_t>(std::numeric_limits<int>::max())) {
      file.fail(name, ": has an axis of ", size, " elements");
    }
  }
  return sizes;
}

/// Opens a data set of shape (images, rows, columns) or (rows, columns). Throws FileError.
inline Hdf5ImageSet open_hdf5_images(std::shared_ptr<Hdf5File const> const& file,
                                     std::string const& name) {
  Hdf5Session const session;
  if (!file->has(name)) file->fail(name, ": is missing");
  Hdf5Dataset set = open_hdf5_set(*file, name);
  std::optional<NumberType> type;
  {
    Hdf5Type const stored{H5Dget_type(set.get())};
    type = hdf5_number_type(stored.get());
  }
  if (!type) file->fail(name, ": holds no integers or floating point of at most 8 bytes");
  auto const sizes = sizes_of_images(*file, name, set.get());
  auto storage = check_hdf5_sources(*file, name, set.get());
  if (storage.is_in_pieces && storage.filters.empty() && !storage.is_virtual) {
    { Hdf5Dataset const old = std::move(set); }  // a cache counts where a set is not open already
    set = open_hdf5_set(*file, name, 1);         // many small pieces of one chunk are read at once
  }
  auto const size = [&](std::size_t from_last) {
    return from_last < sizes.size() ? static_cast<int>(sizes[sizes.size() - 1 - from_last]) : 1;
  };
  return {file,
          name,
          std::move(set),
          {size(0), size(1), size(2)},
          *type,
          static_cast<int>(sizes.size()),
          std::move(storage)};
}

/// Images and rows that are inflated together.
struct Hdf5Block {
  int images;
  int rows;
};

/// Those of a chunk and its neighbours along columns.
inline Hdf5Block hdf5_block_of(Hdf5ImageSet const& set) {
  auto const at_most = [](hsize_t size, int limit) {
    return size < static_cast<hsize_t>(limit) ? static_cast<int>(size) : limit;
  };
  int const rows = set.extents[1];
  return {at_most(set.storage.chunk_images, set.extents[2]),
          set.storage.chunk_rows > 0 ? at_most(set.storage.chunk_rows, rows) : rows};
}

/// The file that holds all numbers in one piece, and where they begin in it; nothing where they are
/// elsewhere.
struct Hdf5Piece {
  std::filesystem::path path;
  haddr_t offset;
};
inline std::optional<Hdf5Piece> piece_of(Hdf5ImageSet const& set, hid_t made) {
  if (H5Pget_layout(made) != H5D_CONTIGUOUS) return std::nullopt;
  int const external = H5Pget_external_count(made);
  if (external == 0) {
    haddr_t const offset = H5Dget_offset(set.set.get());
    if (offset == HADDR_UNDEF) return std::nullopt;
    return Hdf5Piece{hdf5_file_of(set.set.get()), offset};
  }
  off_t offset = 0;
  hsize_t bytes = 0;
  if (external > 1 || H5Pget_external(made, 0, 0, nullptr, &offset, &bytes) < 0)
    return std::nullopt;
  return Hdf5Piece{set.storage.files.front(), static_cast<haddr_t>(offset)};
}

/// The images where they are plain numbers in one piece of a file; else null.
inline std::unique_ptr<RawImages const> plain_images_of(Hdf5ImageSet const& set) {
  Hdf5Session const session;
  Hdf5Properties const made{H5Dget_create_plist(set.set.get())};
  Hdf5Type const stored{H5Dget_type(set.set.get())};
  Hdf5Type const native{H5Tcopy(native_hdf5_type(set.type))};
  if (H5Tequal(stored.get(), native.get()) <= 0) {
    bool const is_little = H5Tget_order(native.get()) == H5T_ORDER_LE;
    H5Tset_order(native.get(), is_little ? H5T_ORDER_BE : H5T_ORDER_LE);
    if (H5Tequal(stored.get(), native.get()) <= 0) return nullptr;
  }
  auto const piece = piece_of(set, made.get());
  if (!piece) return nullptr;
  std::error_code error;
  auto const size = std::filesystem::file_size(piece->path, error);
  auto const width = static_cast<std::uintmax_t>(bytes_of(set.type));
  auto const count = static_cast<std::uintmax_t>(set.extents.count());
  bool const fits = !error && piece->offset <= size && count <= (size - piece->offset) / width;
  if (!fits) return nullptr;  // as the library says
  bool const is_little = H5Tget_order(stored.get()) == H5T_ORDER_LE;
  RawImage const image{{set.extents[0], set.extents[1]}, set.type, !is_little};
  return std::make_unique<RawImages const>(piece->path, image, set.extents[2],
                                           static_cast<std::int64_t>(piece->offset));
}

}  // namespace pyronn::detail
