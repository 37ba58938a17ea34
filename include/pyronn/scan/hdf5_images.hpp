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
#include <memory>
#include <new>
#include <string>
#include <utility>

#include <hdf5.h>

#include <pyronn/io/readable_file.hpp>
#include <pyronn/scan/detail/hdf5_image_set.hpp>
#include <pyronn/scan/detail/kept_blocks.hpp>
#include <pyronn/scan/image_stack.hpp>
#include <pyronn/scan/raw_images.hpp>

namespace pyronn {

/// The memory that a reader of HDF5 files keeps inflated images in unless it is told otherwise
/// [bytes]: 2 GiB.
inline constexpr std::int64_t kept_hdf5_bytes = std::int64_t{2} << 30;

namespace detail {

/// Images of a data set.
class Hdf5Images : public ImageStack {
 public:
  /// What is inflated is kept in `kept`, which stacks may share.
  Hdf5Images(Hdf5ImageSet images, std::shared_ptr<KeptBlocks> kept)
      : ImageStack{images.extents, images.type},
        images_{std::move(images)},
        raw_{plain_images_of(images_)},
        block_{hdf5_block_of(images_)},
        kept_{std::move(kept)} {}
  Hdf5Images(Hdf5Images const&) = delete;
  Hdf5Images& operator=(Hdf5Images const&) = delete;
  ~Hdf5Images() override { kept_->forget(this); }

 private:
  /// Some images and rows from the first to before the last.
  struct Range {
    int first;
    int last;

    [[nodiscard]] int size() const { return last - first; }
  };

  void read_stored(ImagePart const& part, void* out) const override {
    if (part.images == 0 || part.rows == 0) return;
    if (raw_ != nullptr) return read_stored_of(*raw_, part, out);
    auto* const bytes = static_cast<std::byte*>(out);
    Range const images{part.first_image, part.first_image + part.images};
    Range const rows{part.first_row, part.first_row + part.rows};
    if (!images_.storage.is_in_pieces || block_bytes() > kept_->limit()) {
      return read_file(images, rows, bytes, part);
    }
    Range const whole_images = whole_blocks(images, block_.images, extents()[2]);
    Range const whole_rows = whole_blocks(rows, block_.rows, extents()[1]);
    bool const has_whole = whole_images.size() > 0 && whole_rows.size() > 0;
    if (has_whole) read_file(whole_images, whole_rows, bytes, part);
    for (int image = images.first; image < images.last;) {
      Range const of_image = block_around(image, block_.images, images);
      for (int row = rows.first; row < rows.last;) {
        Range const of_row = block_around(row, block_.rows, rows);
        bool const is_read =
            has_whole && is_in(of_image, whole_images) && is_in(of_row, whole_rows);
        if (!is_read) read_block(of_image, of_row, bytes, part);
        row = of_row.last;
      }
      image = of_image.last;
    }
  }

  /// The blocks that lie in a range as a whole; the last one may be cut by the end of the stack.
  static Range whole_blocks(Range range, int block, int size) {
    int const first = (range.first + block - 1) / block * block;
    int const last = range.last == size ? size : range.last / block * block;
    return {first, last};
  }
  /// What a range has of the block that `at` lies in.
  static Range block_around(int at, int block, Range range) {
    return {at, std::min((at / block + 1) * block, range.last)};
  }
  static bool is_in(Range inner, Range outer) {
    return inner.first >= outer.first && inner.last <= outer.last;
  }

  [[nodiscard]] std::int64_t row_bytes() const {
    return std::int64_t{extents()[0]} * bytes_of(type());
  }
  [[nodiscard]] std::int64_t block_bytes() const {
    return row_bytes() * block_.rows * block_.images;
  }

  /// Copies what a part has of one block.
  void read_block(Range images, Range rows, std::byte* out, ImagePart const& part) const {
    int const first_image = images.first / block_.images * block_.images;
    int const first_row = rows.first / block_.rows * block_.rows;
    Range const all_images{first_image, std::min(first_image + block_.images, extents()[2])};
    Range const all_rows{first_row, std::min(first_row + block_.rows, extents()[1])};
    auto const block = inflated(all_images, all_rows);
    for (int image = images.first; image < images.last; ++image) {
      auto const from =
          (std::int64_t{image - first_image} * all_rows.size() + rows.first - first_row) *
          row_bytes();
      auto const to =
          (std::int64_t{image - part.first_image} * part.rows + rows.first - part.first_row) *
          row_bytes();
      std::copy_n(block.get() + from, rows.size() * row_bytes(), out + to);
    }
  }

  /// A block from the kept ones, or from the file. A thread that waits for the file finds what the
  /// one before it has inflated.
  [[nodiscard]] KeptBlocks::Block inflated(Range images, Range rows) const {
    int const across = (extents()[1] + block_.rows - 1) / block_.rows;
    KeptBlocks::Key const key{
        this, std::int64_t{images.first / block_.images} * across + rows.first / block_.rows};
    if (auto found = kept_->find(key)) return found;
    Hdf5Session const session;
    if (auto found = kept_->find(key)) return found;
    std::int64_t const bytes = row_bytes() * rows.size() * images.size();
    std::shared_ptr<std::byte[]> const block{
        new (std::nothrow) std::byte[static_cast<std::size_t>(bytes)]};  // not touched here
    if (block == nullptr) {
      images_.file->fail(images_.name, ": needs ", bytes, " bytes of memory for ", images.size(),
                         " images that lie in the same chunks");
    }
    read_file(images, rows, block.get(), {images.first, images.size(), rows.first, rows.size()});
    kept_->keep(key, block, bytes);
    return block;
  }

  /// Reads a range of images and rows of a part into the part's memory.
  void read_file(Range images, Range rows, std::byte* out, ImagePart const& part) const {
    Hdf5Session const session;
    auto const size = [](int value) { return static_cast<hsize_t>(value); };
    std::array<hsize_t, 3> const first{size(images.first), size(rows.first), 0};
    std::array<hsize_t, 3> const count{size(images.size()), size(rows.size()), size(extents()[0])};
    int const skipped = 3 - images_.rank;
    Hdf5Space const in_file{H5Dget_space(images_.set.get())};
    H5Sselect_hyperslab(in_file.get(), H5S_SELECT_SET, first.data() + skipped, nullptr,
                        count.data() + skipped, nullptr);
    std::array<hsize_t, 3> const all{size(part.images), size(part.rows), size(extents()[0])};
    std::array<hsize_t, 3> const from{size(images.first - part.first_image),
                                      size(rows.first - part.first_row), 0};
    Hdf5Space const in_memory{H5Screate_simple(3, all.data(), nullptr)};
    H5Sselect_hyperslab(in_memory.get(), H5S_SELECT_SET, from.data(), nullptr, count.data(),
                        nullptr);
    if (H5Dread(images_.set.get(), native_hdf5_type(type()), in_memory.get(), in_file.get(),
                H5P_DEFAULT, out) < 0) {
      std::string const reason = Hdf5Session::reason();
      images_.file->fail(images_.name,
                         ": cannot be read: ", reason_of_filters(reason, images_.storage.filters));
    }
    // The library reads sources that it cannot open as fill values, and keeps the others open.
    if (images_.storage.is_virtual) static_cast<void>(ReadableFile{images_.file->path()});
  }

  [[nodiscard]] void const* numbers_in_memory() const override {
    return raw_ == nullptr ? nullptr : numbers_in_memory_of(*raw_);
  }

  Hdf5ImageSet images_;
  std::unique_ptr<RawImages const> raw_;  ///< where the file has them as plain numbers
  Hdf5Block block_;
  std::shared_ptr<KeptBlocks> kept_;
};

}  // namespace detail

/// The images of a data set of shape (images, rows, columns), or (rows, columns): one image. It may
/// be in one piece, in chunks that filters of the library or of its plug-ins compress, in external
/// files beside the HDF5 file, or virtual. Images in one piece are read by any number of threads at
/// a time, and are in memory where they have this machine's order of bytes; for others threads take
/// turns, as the library is made for one.
///
/// Chunks of which a call wants a part are inflated once, and kept for the calls that want the
/// rest: at most `kept_bytes` in all, and beside them what each thread is about to copy. Of more
/// than that, a part is kept and the rest inflated again by every call. Throws FileError.
[[nodiscard]] inline std::shared_ptr<ImageStack const> hdf5_images(
    std::filesystem::path const& path, std::string const& name,
    std::int64_t kept_bytes = kept_hdf5_bytes) {
  auto file = std::make_shared<detail::Hdf5File const>(path);
  return std::make_shared<detail::Hdf5Images>(detail::open_hdf5_images(file, name),
                                              std::make_shared<detail::KeptBlocks>(kept_bytes));
}

}  // namespace pyronn
