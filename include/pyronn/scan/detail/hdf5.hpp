// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// HDF5 files, with the library's errors as exceptions.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <hdf5.h>

#include <pyronn/io/detail/file_error.hpp>
#include <pyronn/io/detail/hdf5_handles.hpp>

namespace pyronn::detail {

/// How data sets are opened: external files lie beside the HDF5 file, and virtual sets end where a
/// source is missing. The library wants it alike wherever one set is opened. It caches no chunk,
/// and reads parts of those that no filter changes; or it caches one, in one slot: with more slots
/// version 1.10.8 kept all chunks of a set whose chunks were just as large as the cache.
inline Hdf5Properties hdf5_set_access(std::size_t cache_slots = 0) {
  Hdf5Properties access{H5Pcreate(H5P_DATASET_ACCESS)};
  H5Pset_efile_prefix(access.get(), "${ORIGIN}");
  H5Pset_virtual_view(access.get(), H5D_VDS_FIRST_MISSING);
  constexpr std::size_t largest_chunk = std::size_t{1} << 32;
  H5Pset_chunk_cache(access.get(), cache_slots, cache_slots * largest_chunk, 1.0);
  return access;
}

/// The file that an object, or an attribute, lies in: links lead to other files.
inline std::filesystem::path hdf5_file_of(hid_t object) {
  Hdf5Session const session;
  auto const length = H5Fget_name(object, nullptr, 0);
  std::string name(static_cast<std::size_t>(std::max<decltype(length)>(length, 0)) + 1, '\0');
  H5Fget_name(object, name.data(), name.size());
  name.pop_back();
  return name;
}

/// An HDF5 file that is open for reading. Names are paths from its root, without a slash in front.
class Hdf5File {
 public:
  /// Throws FileError.
  explicit Hdf5File(std::filesystem::path path) : path_{std::move(path)}, file_{open(path_)} {}

  [[nodiscard]] std::filesystem::path const& path() const { return path_; }
  [[nodiscard]] hid_t get() const { return file_.get(); }

  /// This file and those to which links have led so far.
  [[nodiscard]] std::vector<std::filesystem::path> files() const {
    Hdf5Session const session;
    return files_;
  }

  template <class... Parts>
  [[noreturn]] void fail(Parts const&... parts) const {
    fail_file(path_, parts...);
  }

  /// Whether there is an object of this name; a link that leads nowhere is none.
  [[nodiscard]] bool has(std::string const& name) const {
    Hdf5Session const session;
    for (std::size_t slash = 0; slash != std::string::npos;) {
      slash = name.find('/', slash + 1);
      std::string const part = name.substr(0, slash);
      if (H5Lexists(get(), part.c_str(), H5P_DEFAULT) <= 0) return false;
      if (H5Oexists_by_name(get(), part.c_str(), H5P_DEFAULT) <= 0) return false;
      note_link(part);
    }
    return true;
  }

  /// The names of what is in a group, "" being the root.
  [[nodiscard]] std::vector<std::string> children(std::string const& group) const {
    Hdf5Session const session;
    std::vector<std::string> names;
    auto const add = [](hid_t, char const* name, H5L_info_t const*, void* list) -> herr_t {
      static_cast<std::vector<std::string>*>(list)->emplace_back(name);
      return 0;
    };
    H5Literate_by_name(get(), group.empty() ? "/" : group.c_str(), H5_INDEX_NAME, H5_ITER_INC,
                       nullptr, add, &names, H5P_DEFAULT);
    return names;
  }

  /// The text of an attribute of an object; empty where there is none, or no text.
  [[nodiscard]] std::string attribute(std::string const& object, std::string const& name) const {
    Hdf5Session const session;
    char const* const at = object.empty() ? "/" : object.c_str();
    if (H5Aexists_by_name(get(), at, name.c_str(), H5P_DEFAULT) <= 0) return "";
    Hdf5Attribute const found{H5Aopen_by_name(get(), at, name.c_str(), H5P_DEFAULT, H5P_DEFAULT)};
    if (!found) return "";
    return text_of(Hdf5Type{H5Aget_type(found.get())}, Hdf5Space{H5Aget_space(found.get())},
                   [&](hid_t type, void* out) { return H5Aread(found.get(), type, out); });
  }

  /// The text of a data set; empty where there is none, or no text.
  [[nodiscard]] std::string text(std::string const& name) const {
    if (!has(name)) return "";
    Hdf5Session const session;
    Hdf5Dataset const found{H5Dopen2(get(), name.c_str(), H5P_DEFAULT)};
    if (!found) return "";
    return text_of(Hdf5Type{H5Dget_type(found.get())}, Hdf5Space{H5Dget_space(found.get())},
                   [&](hid_t type, void* out) {
                     return H5Dread(found.get(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, out);
                   });
  }

  /// Whether a data set, which is there, holds one number or enumeration value that is not 0.
  [[nodiscard]] bool is_true(std::string const& name) const {
    Hdf5Session const session;
    Hdf5Dataset const found{H5Dopen2(get(), name.c_str(), H5P_DEFAULT)};
    if (!found) return false;
    Hdf5Space const space{H5Dget_space(found.get())};
    Hdf5Type const stored{H5Dget_type(found.get())};
    bool const is_one =
        H5Sget_simple_extent_npoints(space.get()) == 1 && H5Tget_size(stored.get()) <= 8;
    auto const kind = H5Tget_class(stored.get());
    if (!is_one || (kind != H5T_ENUM && kind != H5T_INTEGER)) return false;
    std::array<unsigned char, 8> bytes{};  // of any order: 0 is 0
    if (H5Dread(found.get(), stored.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes.data()) < 0)
      return false;
    return std::any_of(bytes.begin(), bytes.end(), [](unsigned char byte) { return byte != 0; });
  }

  /// All numbers of a data set, which is there. Throws FileError for one that holds no numbers, and
  /// for more than any list of angles has.
  [[nodiscard]] std::vector<double> numbers(std::string const& name) const {
    Hdf5Session const session;
    Hdf5Dataset const found{H5Dopen2(get(), name.c_str(), H5P_DEFAULT)};
    if (!found) fail(name, ": cannot be opened: ", Hdf5Session::reason());
    Hdf5Type const type{H5Dget_type(found.get())};
    auto const kind = H5Tget_class(type.get());
    if (kind != H5T_INTEGER && kind != H5T_FLOAT) fail(name, ": holds no numbers");
    Hdf5Space const space{H5Dget_space(found.get())};
    auto const count = H5Sget_simple_extent_npoints(space.get());
    constexpr hssize_t most = 1 << 24;
    if (count < 1 || count > most)
      fail(name, ": holds ", count, " numbers, where 1 to ", most, " do");
    std::vector<double> values(static_cast<std::size_t>(count));
    if (H5Dread(found.get(), H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) < 0) {
      fail(name, ": cannot be read: ", Hdf5Session::reason());
    }
    return values;
  }

 private:
  using Handle = Hdf5Handle<H5Fclose>;

  static Handle open(std::filesystem::path const& path) {
    Hdf5Session const session;
    std::error_code unknown;
    if (std::filesystem::is_directory(path, unknown)) fail_file(path, "is a folder");
    Handle file{H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT)};
    if (file) return file;
    std::string const reason = Hdf5Session::reason();
    bool const is_locked = reason.find("unable to lock file") != std::string::npos;
    fail_file(path, "cannot be opened as HDF5: ", reason,
              is_locked ? "; a program has it open for writing, which the environment variable "
                          "HDF5_USE_FILE_LOCKING=FALSE disregards"
                        : "");
  }

  /// Keeps the name of the file that a link to another one leads to.
  void note_link(std::string const& name) const {
    H5L_info_t link{};
    if (H5Lget_info(get(), name.c_str(), &link, H5P_DEFAULT) < 0) return;
    if (link.type == H5L_TYPE_HARD && files_.size() == 1) return;
    Hdf5Object const object{H5Oopen(get(), name.c_str(), H5P_DEFAULT)};
    if (!object) return;
    auto const path = hdf5_file_of(object.get());
    if (std::find(files_.begin(), files_.end(), path) == files_.end()) files_.push_back(path);
  }

  /// The first text, whether it is of fixed length or not; memory has the file's character set.
  template <class Read>
  static std::string text_of(Hdf5Type const& type, Hdf5Space const& space, Read const& read) {
    constexpr std::size_t longest = 1 << 20;
    bool const is_one = H5Sget_simple_extent_npoints(space.get()) == 1;
    if (H5Tget_class(type.get()) != H5T_STRING || !is_one) return "";
    if (H5Tis_variable_str(type.get()) > 0) {
      char* found = nullptr;
      if (read(type.get(), static_cast<void*>(&found)) < 0 || found == nullptr) return "";
      std::string result = found;
      H5free_memory(found);
      return result;
    }
    std::size_t const size = H5Tget_size(type.get());
    if (size > longest) return "";
    std::string result(size, '\0');
    if (read(type.get(), result.data()) < 0) return "";
    result.resize(std::min(result.find('\0'), size));
    while (!result.empty() && result.back() == ' ') result.pop_back();
    return result;
  }

  std::filesystem::path path_;
  Handle file_;
  mutable std::vector<std::filesystem::path> files_{path_};
};

}  // namespace pyronn::detail
