// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// VolumeWriter: a file of a volume, which is written slab by slab.
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/grid.hpp>
#include <pyronn/io/atomic_file.hpp>
#include <pyronn/io/metaimage.hpp>
#include <pyronn/io/nifti.hpp>
#include <pyronn/io/npy.hpp>
#include <pyronn/io/world_axes.hpp>

namespace pyronn {

/// A file of a volume of float that is written slab by slab, as slices are finished, so that the
/// volume need not fit into memory. The file appears, whole, when it is committed; until then, and
/// where anything fails, there is a temporary file beside it, which the destructor removes.
class VolumeWriter {
 public:
  VolumeWriter(VolumeWriter const&) = delete;
  VolumeWriter& operator=(VolumeWriter const&) = delete;
  virtual ~VolumeWriter() = default;

  /// Writes the next slices, `[z][y][x]` in host memory, from the first one on. Throws
  /// InvalidArgument for slices of another size and for more than there are left, and FileError.
  void append(VolumeView<float const> slices) {
    detail::expects(slices.extents[0] == grid_.size[0] && slices.extents[1] == grid_.size[1],
                    "VolumeWriter: slices of ", slices.extents, " in a volume of ", grid_.size);
    detail::expects(slices.extents[2] <= grid_.size[2] - written_,
                    "VolumeWriter: ", detail::counted(slices.extents[2], "slice"), " after ",
                    written_, " of ", grid_.size[2]);
    write(slices);
    written_ += slices.extents[2];
  }

  /// Lets the file appear. Throws InvalidArgument where slices are missing, and FileError.
  void commit() {
    detail::expects(written_ == grid_.size[2], "VolumeWriter: ", written_, " of ", grid_.size[2],
                    " slices were written");
    finish();
  }

  /// What is written.
  [[nodiscard]] Grid const& grid() const { return grid_; }
  /// How many slices have been written.
  [[nodiscard]] int slices_written() const { return written_; }

 protected:
  /// Throws InvalidArgument for a grid that is none.
  explicit VolumeWriter(Grid const& grid) : grid_{grid} { grid_.validate(); }

 private:
  virtual void write(VolumeView<float const> slices) = 0;
  virtual void finish() = 0;

  Grid grid_;
  int written_ = 0;
};

namespace detail {

/// A header, and behind it all numbers.
class RawVolumeWriter final : public VolumeWriter {
 public:
  RawVolumeWriter(std::filesystem::path const& path, Grid const& grid, std::string const& header)
      : VolumeWriter{grid}, file_{path} {
    file_.write(header.data(), static_cast<std::int64_t>(header.size()));
  }

 private:
  void write(VolumeView<float const> slices) override {
    file_.write(slices.data, slices.count() * static_cast<std::int64_t>(sizeof(float)));
  }
  void finish() override { file_.commit(); }

  AtomicFile file_;
};

/// What stands before the numbers in a file of this name, or nothing where the format is another.
inline std::string volume_header(std::filesystem::path const& path, Grid const& grid,
                                 WorldAxes axes) {
  auto const extension = path.extension();
  if (extension == ".mha") return metaimage_header(grid, "MET_FLOAT", axes);
  if (extension == ".nii") return nifti_header(grid, axes);
  if (extension != ".npy") return "";
  return npy_header_text(NumberType::float32, {grid.size[2], grid.size[1], grid.size[0]});
}

/// For messages: what writes files of this name, where another function does.
inline char const* other_volume_writer(std::filesystem::path const& path) {
  auto const extension = path.extension();
  if (extension == ".tif" || extension == ".tiff") {
    return "; tiff_volume_writer of io/tiff_volume.hpp writes TIFF";
  }
  if (extension == ".h5" || extension == ".hdf5" || extension == ".nxs") {
    return "; hdf5_volume_writer of io/hdf5_volume.hpp writes HDF5";
  }
  return "";
}

}  // namespace detail

/// Opens a file for a volume of float in the format that its name ends in: .mha (MetaImage), .nii
/// (NIfTI) or .npy (NumPy, without the grid's place); the first two say which `axes` of the world
/// those of the grid are. tiff_volume_writer and hdf5_volume_writer, of headers of their own, write
/// others. Throws InvalidArgument for other names and a grid that is not valid, and FileError where
/// AtomicFile does.
[[nodiscard]] inline std::unique_ptr<VolumeWriter> volume_writer(std::filesystem::path const& path,
                                                                 Grid const& grid,
                                                                 WorldAxes axes = WorldAxes::xyz) {
  grid.validate();
  std::string const header = detail::volume_header(path, grid, axes);
  detail::expects(!header.empty(), "volume_writer: the name ", path.string(),
                  " must end in .mha, .nii or .npy", detail::other_volume_writer(path));
  return std::make_unique<detail::RawVolumeWriter>(path, grid, header);
}

}  // namespace pyronn
