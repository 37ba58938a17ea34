// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Volumes as HDF5 files. Needs HDF5's C library 1.10 or later (Debian: libhdf5-dev, whose flags
/// `pkg-config hdf5` knows; its folder is best a system one, as its macros cast in the style of C).
#include <array>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <hdf5.h>

#include <pyronn/core/grid.hpp>
#include <pyronn/io/detail/file_error.hpp>
#include <pyronn/io/detail/hdf5_handles.hpp>
#include <pyronn/io/detail/hdf5_memory.hpp>
#include <pyronn/io/volume_writer.hpp>

namespace pyronn {
namespace detail {

/// What stands before the numbers of a volume in an HDF5 file: the library makes it in memory, so
/// that it never writes to a disk, which may be full.
class Hdf5VolumeHeader {
 public:
  /// Throws FileError, with the file's name, where the library fails.
  Hdf5VolumeHeader(std::filesystem::path const& path, Grid const& grid)
      : path_{path}, grid_{grid} {}

  [[nodiscard]] std::string text() const {
    Hdf5Session const session;
    std::string bytes;
    haddr_t const offset = write(bytes);
    bytes.resize(static_cast<std::size_t>(offset));  // behind it is the number that was written
    return bytes;
  }

 private:
  struct Words {
    char const* name;
    char const* text;
  };

  [[nodiscard]] hsize_t size_of(int axis) const { return static_cast<hsize_t>(grid_.size[axis]); }

  /// What the library returns is negative where it failed.
  template <class Status>
  void check(Status status) const {
    if (status < 0) fail_file(path_, "cannot be written (HDF5: ", Hdf5Session::reason(), ")");
  }

  /// Returns where the numbers begin: behind everything else.
  haddr_t write(std::string& bytes) const {
    Hdf5Properties const access = hdf5_in_memory(bytes);
    check(access.get());
    Hdf5FileHandle const file{
        H5Fcreate(hdf5_name_in_memory, H5F_ACC_TRUNC, H5P_DEFAULT, access.get())};
    check(file.get());
    describe(file.get(), {{"default", "entry"}});
    Hdf5Group const entry = group(file.get(), "entry");
    describe(entry.get(), {{"NX_class", "NXentry"}, {"default", "data"}});
    Hdf5Group const data = group(entry.get(), "data");
    describe(data.get(), {{"NX_class", "NXdata"}, {"signal", "data"}});
    describe_axes(data.get());
    Hdf5Dataset const volume =
        set(data.get(), "data", {size_of(2), size_of(1), size_of(0)}, H5T_IEEE_F32LE);
    for (int axis = 0; axis < 3; ++axis) write_places(data.get(), axis);
    return take_room(file.get(), volume.get());
  }

  /// A set gets its room when a number is written, at the end of the file.
  haddr_t take_room(hid_t file, hid_t volume) const {
    std::array<hsize_t, 3> const first{};
    std::array<hsize_t, 3> const one{1, 1, 1};
    Hdf5Space const there{H5Dget_space(volume)};
    check(H5Sselect_hyperslab(there.get(), H5S_SELECT_SET, first.data(), nullptr, one.data(),
                              nullptr));
    Hdf5Space const here{H5Screate_simple(3, one.data(), nullptr)};
    float const number = 0;
    check(H5Dwrite(volume, H5T_NATIVE_FLOAT, here.get(), there.get(), H5P_DEFAULT, &number));
    haddr_t const offset = H5Dget_offset(volume);
    hsize_t end = 0;
    check(H5Fget_filesize(file, &end));
    bool const is_last = offset != HADDR_UNDEF && end == offset + H5Dget_storage_size(volume);
    if (!is_last) fail_file(path_, "cannot be written (HDF5 puts the volume before other data)");
    return offset;
  }

  [[nodiscard]] Hdf5Group group(hid_t parent, char const* name) const {
    Hdf5Group made{H5Gcreate2(parent, name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT)};
    check(made.get());
    return made;
  }

  [[nodiscard]] Hdf5Dataset set(hid_t parent, char const* name, std::vector<hsize_t> const& sizes,
                                hid_t type) const {
    Hdf5Space const space{H5Screate_simple(static_cast<int>(sizes.size()), sizes.data(), nullptr)};
    // Every number is written: there is nothing to fill beforehand.
    Hdf5Properties const creation{H5Pcreate(H5P_DATASET_CREATE)};
    check(H5Pset_fill_time(creation.get(), H5D_FILL_TIME_NEVER));
    Hdf5Dataset made{
        H5Dcreate2(parent, name, type, space.get(), H5P_DEFAULT, creation.get(), H5P_DEFAULT)};
    check(made.get());
    return made;
  }

  void write_attribute(hid_t object, char const* name, hid_t space, char const* text,
                       std::size_t length) const {
    Hdf5Type const type{H5Tcopy(H5T_C_S1)};
    check(H5Tset_size(type.get(), length));
    Hdf5Attribute const made{H5Acreate2(object, name, type.get(), space, H5P_DEFAULT, H5P_DEFAULT)};
    check(made.get());
    check(H5Awrite(made.get(), type.get(), text));
  }

  void describe(hid_t object, std::vector<Words> const& attributes) const {
    Hdf5Space const one{H5Screate(H5S_SCALAR)};
    for (Words const& words : attributes) {
      write_attribute(object, words.name, one.get(), words.text, std::string{words.text}.size());
    }
  }

  void describe_axes(hid_t object) const {
    hsize_t const three = 3;
    Hdf5Space const space{H5Screate_simple(1, &three, nullptr)};
    write_attribute(object, "axes", space.get(), "zyx", 1);
  }

  /// The places of the voxels' centres along an axis.
  void write_places(hid_t parent, int axis) const {
    std::array<char const*, 3> const names{"x", "y", "z"};
    std::vector<double> places;
    places.reserve(static_cast<std::size_t>(grid_.size[axis]));
    for (int i = 0; i < grid_.size[axis]; ++i) {
      places.push_back(grid_.origin[axis] + i * grid_.spacing[axis]);
    }
    Hdf5Dataset const made = set(parent, names[static_cast<std::size_t>(axis)],
                                 {static_cast<hsize_t>(places.size())}, H5T_IEEE_F64LE);
    describe(made.get(), {{"units", "mm"}});
    check(H5Dwrite(made.get(), H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, places.data()));
  }

  std::filesystem::path const& path_;
  Grid const& grid_;
};

}  // namespace detail

/// Opens an HDF5 file for a volume of float: entry/data/data, `[z][y][x]`, with the places of
/// voxels [mm] in x, y and z beside it, as an NXdata of NeXus. Throws InvalidArgument for a grid
/// that is not valid, and FileError where AtomicFile does and where the library fails. The library
/// is used by one thread at a time, and here alone: it has nothing open when this returns.
[[nodiscard]] inline std::unique_ptr<VolumeWriter> hdf5_volume_writer(
    std::filesystem::path const& path, Grid const& grid) {
  grid.validate();
  return std::make_unique<detail::RawVolumeWriter>(path, grid,
                                                   detail::Hdf5VolumeHeader{path, grid}.text());
}

}  // namespace pyronn
