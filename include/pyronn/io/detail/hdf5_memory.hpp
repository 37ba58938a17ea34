// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// HDF5 files that are made in memory.
#include <cstddef>
#include <string>
#include <utility>

#include <hdf5.h>

#include <pyronn/io/detail/hdf5_handles.hpp>

namespace pyronn::detail {

/// The library's calls for the memory of a file, which is a string's.
struct Hdf5MemoryCalls {
  static void* allocate(std::size_t size, H5FD_file_image_op_t use, void* bytes) {
    return reallocate(nullptr, size, use, bytes);
  }
  static void* reallocate(void*, std::size_t size, H5FD_file_image_op_t, void* bytes) {
    auto& string = *static_cast<std::string*>(bytes);
    try {
      string.resize(size);
    } catch (...) {  // as the library is in C
      return nullptr;
    }
    return string.data();
  }
  static herr_t keep(void*, H5FD_file_image_op_t, void*) { return 0; }
  static void* share(void* bytes) { return bytes; }
  static herr_t forget(void*) { return 0; }
};

/// The name of a file that is made in memory. There is no such file: one that there is the library
/// would read first.
inline constexpr char const* hdf5_name_in_memory = "/dev/null/in memory";

/// Access to a new file whose bytes are in a string, all of them once it is closed. What is stored
/// in it follows one after another, at multiples of 8 bytes, in the order in which it gets its
/// room. The string must outlive the file. Negative where the library fails.
inline Hdf5Properties hdf5_in_memory(std::string& bytes) {
  Hdf5Properties access{H5Pcreate(H5P_FILE_ACCESS)};
  H5FD_file_image_callbacks_t calls{};
  calls.image_malloc = Hdf5MemoryCalls::allocate;
  calls.image_realloc = Hdf5MemoryCalls::reallocate;
  calls.image_free = Hdf5MemoryCalls::keep;
  calls.udata_copy = Hdf5MemoryCalls::share;
  calls.udata_free = Hdf5MemoryCalls::forget;
  calls.udata = &bytes;
  bool const is_set = H5Pset_fapl_core(access.get(), 1, false) >= 0 &&
                      H5Pset_file_image_callbacks(access.get(), &calls) >= 0 &&
                      H5Pset_alignment(access.get(), 1, sizeof(double)) >= 0 &&
                      H5Pset_meta_block_size(access.get(), 0) >= 0 &&
                      H5Pset_small_data_block_size(access.get(), 0) >= 0;
  return is_set ? std::move(access) : Hdf5Properties{-1};
}

}  // namespace pyronn::detail
