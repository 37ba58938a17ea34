// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Images in HDF5 files. Needs HDF5's C library 1.10 or later (Debian: libhdf5-dev, whose flags
/// `pkg-config hdf5` knows; its folder is best a system one, as its macros cast in the style of C).
#include <algorithm>
#include <array>
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

#include <pyronn/io/readable_file.hpp>
#include <pyronn/scan/detail/hdf5.hpp>
#include <pyronn/scan/detail/hdf5_sources.hpp>
#include <pyronn/scan/image_stack.hpp>

namespace pyronn {
namespace detail {

/// What a type of numbers of a file is read as; nothing for what are no plain numbers.
inline std::optional<NumberType> hdf5_number_type(hid_t type) {
  auto const kind = H5Tget_class(type);
  std::size_t const bytes = H5Tget_size(type);
  if (kind == H5T_FLOAT) {
    if (bytes <= 4) return NumberType::float32;  // halves, too: the library widens them
    return bytes == 8 ? std::optional{NumberType::float64} : std::nullopt;
  }
  if (kind != H5T_INTEGER) return std::nullopt;
  bool const has_sign = H5Tget_sign(type) == H5T_SGN_2;
  if (bytes == 1) return has_sign ? NumberType::int8 : NumberType::uint8;
  if (bytes == 2) return has_sign ? NumberType::int16 : NumberType::uint16;
  if (bytes == 4) return has_sign ? NumberType::int32 : NumberType::uint32;
  if (bytes == 8) return has_sign ? NumberType::int64 : NumberType::uint64;
  return std::nullopt;
}

inline hid_t native_hdf5_type(NumberType type) {
  switch (type) {
    case NumberType::uint8:
      return H5T_NATIVE_UINT8;
    case NumberType::uint16:
      return H5T_NATIVE_UINT16;
    case NumberType::uint32:
      return H5T_NATIVE_UINT32;
    case NumberType::uint64:
      return H5T_NATIVE_UINT64;
    case NumberType::int8:
      return H5T_NATIVE_INT8;
    case NumberType::int16:
      return H5T_NATIVE_INT16;
    case NumberType::int32:
      return H5T_NATIVE_INT32;
    case NumberType::int64:
      return H5T_NATIVE_INT64;
    case NumberType::float64:
      return H5T_NATIVE_DOUBLE;
    default:
      return H5T_NATIVE_FLOAT;
  }
}

/// A data set of images, open.
struct Hdf5ImageSet {
  std::shared_ptr<Hdf5File const> file;
  std::string name;
  Hdf5Dataset set;
  Extents<3> extents;  ///< columns, rows, images
  NumberType type;
  int rank;
};

/// The chunk cache that one image needs: its chunks are inflated once and not for every band of
/// rows. 0 where there are no chunks.
inline std::size_t bytes_of_image_chunks(Hdf5Properties const& made,
                                         std::vector<hsize_t> const& sizes,
                                         std::size_t number_bytes) {
  int const rank = static_cast<int>(sizes.size());
  if (H5Pget_layout(made.get()) != H5D_CHUNKED) return 0;
  std::vector<hsize_t> chunk(static_cast<std::size_t>(rank));
  if (H5Pget_chunk(made.get(), rank, chunk.data()) != rank) return 0;
  double bytes = static_cast<double>(number_bytes);
  for (std::size_t axis = 0; axis < chunk.size(); ++axis) {
    bool const is_image_axis = rank == 3 && axis == 0;
    hsize_t const across = is_image_axis ? 1 : (sizes[axis] + chunk[axis] - 1) / chunk[axis];
    bytes *= static_cast<double>(chunk[axis]) * static_cast<double>(across);
  }
  constexpr double most = 1 << 30;
  return static_cast<std::size_t>(std::min(bytes, most));
}

inline Hdf5Dataset open_hdf5_set(Hdf5File const& file, std::string const& name,
                                 std::size_t cache_bytes) {
  {
    Hdf5Object const object{H5Oopen(file.get(), name.c_str(), H5P_DEFAULT)};
    if (object && H5Iget_type(object.get()) != H5I_DATASET) file.fail(name, ": is no data set");
  }
  Hdf5Properties const access = hdf5_set_access();
  constexpr std::size_t slots = 8191;
  constexpr std::size_t least = std::size_t{1} << 20;
  H5Pset_chunk_cache(access.get(), slots, std::max(cache_bytes, least), 1.0);
  Hdf5Dataset set{H5Dopen2(file.get(), name.c_str(), access.get())};
  if (set) return set;
  file.fail(name, ": cannot be opened: ", Hdf5Session::reason(),
            "; a file of a newer layout than this library's wants h5repack or h5py's "
            "libver='earliest'");
}

/// The sizes of a data set of two or three axes. Throws FileError for others.
inline std::vector<hsize_t> sizes_of_images(Hdf5File const& file, std::string const& name,
                                            hid_t set) {
  Hdf5Space const space{H5Dget_space(set)};
  int const rank = H5Sget_simple_extent_ndims(space.get());
  if (rank != 2 && rank != 3) {
    file.fail(name, ": has ", rank, " axes, where images have (images, rows, columns)");
  }
  std::vector<hsize_t> sizes(static_cast<std::size_t>(rank));
  H5Sget_simple_extent_dims(space.get(), sizes.data(), nullptr);
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
  std::optional<NumberType> type;
  std::vector<hsize_t> sizes;
  std::size_t cache_bytes = 0;
  {  // a cache counts where nobody else has the set open
    Hdf5Dataset const set = open_hdf5_set(*file, name, 0);
    Hdf5Type const stored{H5Dget_type(set.get())};
    type = hdf5_number_type(stored.get());
    if (!type) file->fail(name, ": holds no integers or floating point of at most 8 bytes");
    sizes = sizes_of_images(*file, name, set.get());
    Hdf5Properties const made{H5Dget_create_plist(set.get())};
    check_hdf5_sources(*file, name, set.get());
    cache_bytes = bytes_of_image_chunks(made, sizes, H5Tget_size(stored.get()));
  }
  auto const size = [&](std::size_t from_last) {
    return from_last < sizes.size() ? static_cast<int>(sizes[sizes.size() - 1 - from_last]) : 1;
  };
  return {file,
          name,
          open_hdf5_set(*file, name, cache_bytes),
          {size(0), size(1), size(2)},
          *type,
          static_cast<int>(sizes.size())};
}

/// Images of a data set.
class Hdf5Images : public ImageStack {
 public:
  explicit Hdf5Images(Hdf5ImageSet images)
      : ImageStack{images.extents, images.type}, images_{std::move(images)} {
    map_contiguous();
  }

 private:
  void read_stored(ImagePart const& part, void* out) const override {
    if (part.images == 0 || part.rows == 0) return;
    Hdf5Session const session;
    auto const size = [](int value) { return static_cast<hsize_t>(value); };
    std::array<hsize_t, 3> const first{size(part.first_image), size(part.first_row), 0};
    std::array<hsize_t, 3> const count{size(part.images), size(part.rows), size(extents()[0])};
    int const skipped = 3 - images_.rank;
    Hdf5Space const in_file{H5Dget_space(images_.set.get())};
    H5Sselect_hyperslab(in_file.get(), H5S_SELECT_SET, first.data() + skipped, nullptr,
                        count.data() + skipped, nullptr);
    Hdf5Space const in_memory{H5Screate_simple(3, count.data(), nullptr)};
    if (H5Dread(images_.set.get(), native_hdf5_type(type()), in_memory.get(), in_file.get(),
                H5P_DEFAULT, out) < 0) {
      std::string const reason = Hdf5Session::reason();
      images_.file->fail(images_.name, ": cannot be read: ", reason,
                         missing_hdf5_filters(images_.set.get()));
    }
  }

  [[nodiscard]] void const* numbers_in_memory() const override { return numbers_; }

  /// Numbers that lie in one piece of the file, in this machine's order of bytes.
  void map_contiguous() {
    Hdf5Session const session;
    Hdf5Properties const made{H5Dget_create_plist(images_.set.get())};
    Hdf5Type const stored{H5Dget_type(images_.set.get())};
    bool const is_plain = H5Pget_layout(made.get()) == H5D_CONTIGUOUS &&
                          H5Pget_external_count(made.get()) == 0 &&
                          H5Tequal(stored.get(), native_hdf5_type(type())) > 0;
    haddr_t const offset = is_plain ? H5Dget_offset(images_.set.get()) : HADDR_UNDEF;
    if (offset == HADDR_UNDEF || !is_in_file_itself()) return;
    ReadableFile const file{images_.file->path()};
    auto const size = static_cast<haddr_t>(file.size());
    auto const width = static_cast<haddr_t>(bytes_of(type()));
    auto const count = static_cast<haddr_t>(extents().count());
    bool const fits = count <= size / width && offset <= size - count * width;
    if (!fits || offset % width != 0) return;
    mapped_ = std::make_unique<MappedFile>(file);
    if (mapped_->bytes() != nullptr) numbers_ = mapped_->bytes() + offset;
  }

  /// Links may lead to other files.
  [[nodiscard]] bool is_in_file_itself() const {
    std::string name(images_.file->path().string().size() + 1, '\0');
    auto const length = H5Fget_name(images_.set.get(), name.data(), name.size());
    name.resize(name.size() - 1);
    return length == static_cast<ssize_t>(name.size()) && name == images_.file->path().string();
  }

  Hdf5ImageSet images_;
  std::unique_ptr<MappedFile> mapped_;
  void const* numbers_ = nullptr;
};

}  // namespace detail

/// The images of a data set of shape (images, rows, columns), or (rows, columns): one image. It may
/// be in one piece, in chunks that filters of the library or of its plug-ins compress, in external
/// files beside the HDF5 file, or virtual. Read whole images: a band of rows of chunks costs their
/// images. Calls of several threads take turns, as the library is made for one. Throws FileError.
[[nodiscard]] inline std::shared_ptr<ImageStack const> hdf5_images(
    std::filesystem::path const& path, std::string const& name) {
  auto file = std::make_shared<detail::Hdf5File const>(path);
  return std::make_shared<detail::Hdf5Images>(detail::open_hdf5_images(file, name));
}

}  // namespace pyronn
