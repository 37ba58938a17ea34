// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// HDF5 files made of texts that say what they hold.
#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <hdf5.h>

namespace fuzz {

using Sizes = std::vector<hsize_t>;

inline Sizes sizes_of(std::string const& text) {
  std::istringstream in{text};
  Sizes sizes;
  for (std::string word; std::getline(in, word, ',') && sizes.size() < 5;) {
    sizes.push_back(std::strtoull(word.c_str(), nullptr, 10));
  }
  return sizes;
}

/// A type of a file by a short name. It is closed with the library.
inline hid_t type_of(std::string const& name) {
  static std::vector<std::pair<char const*, hid_t>> const known{
      {"u1", H5T_STD_U8LE},          {"i1", H5T_STD_I8LE},        {"u2", H5T_STD_U16LE},
      {"u2be", H5T_STD_U16BE},       {"i2", H5T_STD_I16LE},       {"i4be", H5T_STD_I32BE},
      {"u8", H5T_STD_U64LE},         {"f4", H5T_IEEE_F32LE},      {"f4be", H5T_IEEE_F32BE},
      {"f8", H5T_IEEE_F64LE},        {"f16", H5T_NATIVE_LDOUBLE}, {"bits", H5T_STD_B16LE},
      {"reference", H5T_STD_REF_OBJ}};
  static std::vector<std::pair<char const*, hid_t>> const made = [] {
    hid_t const half = H5Tcopy(H5T_IEEE_F32LE);
    H5Tset_fields(half, 15, 10, 5, 0, 10);
    H5Tset_size(half, 2);
    H5Tset_ebias(half, 15);
    hid_t const twelve_bits = H5Tcopy(H5T_STD_U16LE);
    H5Tset_precision(twelve_bits, 12);
    hid_t const three_bytes = H5Tcopy(H5T_STD_U32LE);
    H5Tset_size(three_bytes, 3);
    hid_t const boolean = H5Tenum_create(H5T_STD_I8LE);
    signed char value = 0;
    H5Tenum_insert(boolean, "FALSE", &value);
    value = 1;
    H5Tenum_insert(boolean, "TRUE", &value);
    hid_t const compound = H5Tcreate(H5T_COMPOUND, 8);
    H5Tinsert(compound, "r", 0, H5T_IEEE_F32LE);
    H5Tinsert(compound, "i", 4, H5T_IEEE_F32LE);
    hid_t const text = H5Tcopy(H5T_C_S1);
    H5Tset_size(text, 5);
    hid_t const long_text = H5Tcopy(H5T_C_S1);
    H5Tset_size(long_text, 60000);
    hsize_t const two[] = {2};
    return decltype(known){{"f2", half},
                           {"u12bits", twelve_bits},
                           {"u3", three_bytes},
                           {"bool", boolean},
                           {"complex", compound},
                           {"text5", text},
                           {"text60000", long_text},
                           {"lists", H5Tvlen_create(H5T_STD_U8LE)},
                           {"pairs", H5Tarray_create2(H5T_STD_U16LE, 1, two)},
                           {"opaque", H5Tcreate(H5T_OPAQUE, 4)}};
  }();
  for (auto const* list : {&known, &made}) {
    for (auto const& [short_name, type] : *list) {
      if (name == short_name) return type;
    }
  }
  return H5T_IEEE_F64LE;
}

/// Writes what a text says, line by line; what cannot be is left out.
class Hdf5Recipe {
 public:
  explicit Hdf5Recipe(std::filesystem::path const& path)
      : path_{path}, groups_{H5Pcreate(H5P_LINK_CREATE)} {
    hid_t const access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);
    file_ = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access);
    H5Pclose(access);
    H5Pset_create_intermediate_group(groups_, 1);
  }
  Hdf5Recipe(Hdf5Recipe const&) = delete;
  Hdf5Recipe& operator=(Hdf5Recipe const&) = delete;
  ~Hdf5Recipe() {
    H5Pclose(groups_);
    H5Fclose(file_);
  }

  void write(std::string const& text) {
    std::istringstream lines{text};
    int written = 0;
    for (std::string line; std::getline(lines, line) && written < 40; ++written) {
      std::istringstream words{line};
      std::string kind;
      std::string name;
      words >> kind >> name;
      if (kind == "set") write_set(name, words);
      if (kind == "text") write_text(name, rest(words));
      if (kind == "unit") write_attribute(name, "units", rest(words));
      if (kind == "attribute") write_numbers_attribute(name, words);
      if (kind == "group") H5Gclose(H5Gcreate2(file_, name.c_str(), groups_, 0, 0));
      if (kind == "soft") H5Lcreate_soft(rest(words).c_str(), file_, name.c_str(), groups_, 0);
      if (kind == "hard") {
        H5Lcreate_hard(file_, rest(words).c_str(), file_, name.c_str(), groups_, 0);
      }
      if (kind == "external") {
        std::string const target = rest(words);
        H5Lcreate_external(path_.filename().c_str(), target.c_str(), file_, name.c_str(), groups_,
                           0);
      }
    }
  }

 private:
  static std::string rest(std::istringstream& words) {
    std::string text;
    std::getline(words >> std::ws, text);
    return text;
  }

  static hid_t space_of(Sizes const& sizes) {
    return sizes.empty() ? H5Screate(H5S_SCALAR)
                         : H5Screate_simple(static_cast<int>(sizes.size()), sizes.data(), nullptr);
  }

  /// NAME TYPE SIZES [chunk SIZES] [deflate] [shuffle] [checksum] [early] [raw BYTES]
  /// [virtual NAME SIZES SIZES] [= VALUE...]: values are repeated.
  void write_set(std::string const& name, std::istringstream& words) {
    std::string type_name;
    std::string sizes_text;
    words >> type_name >> sizes_text;
    hid_t const space = space_of(sizes_of(sizes_text == "scalar" ? "" : sizes_text));
    hid_t const how = H5Pcreate(H5P_DATASET_CREATE);
    std::vector<double> values;
    for (std::string word; words >> word;) set_option(word, words, how, space, values);
    hid_t const type = type_of(type_name);
    hid_t const made = H5Dcreate2(file_, name.c_str(), type, space, groups_, how, H5P_DEFAULT);
    auto const count = H5Sget_simple_extent_npoints(space);
    constexpr hssize_t most = 1 << 14;
    if (made >= 0 && !values.empty() && count > 0 && count <= most) {
      std::vector<double> all(static_cast<std::size_t>(count));
      for (std::size_t i = 0; i < all.size(); ++i) {
        all[i] = values[i % values.size()] + static_cast<double>(i / values.size() % 50);
      }
      H5Dwrite(made, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, all.data());
    }
    H5Dclose(made);
    H5Pclose(how);
    H5Sclose(space);
  }

  void set_option(std::string const& word, std::istringstream& words, hid_t how, hid_t space,
                  std::vector<double>& values) const {
    std::string next;
    if (word == "deflate") H5Pset_deflate(how, 1);
    if (word == "shuffle") H5Pset_shuffle(how);
    if (word == "checksum") H5Pset_fletcher32(how);
    if (word == "bits") H5Pset_nbit(how);
    if (word == "early") {
      H5Pset_alloc_time(how, H5D_ALLOC_TIME_EARLY);
      H5Pset_fill_time(how, H5D_FILL_TIME_NEVER);
    }
    if (word == "compact") H5Pset_layout(how, H5D_COMPACT);
    if (word == "chunk" && words >> next) {
      auto const chunk = sizes_of(next);
      H5Pset_chunk(how, static_cast<int>(chunk.size()), chunk.data());
    }
    if (word == "raw" && words >> next) {
      H5Pset_external(how, path_.filename().c_str(), std::atoll(next.c_str()), H5F_UNLIMITED);
    }
    if (word == "virtual") map(words, how, space);
    if (word == "=") {
      while (values.size() < 40 && words >> next) values.push_back(std::atof(next.c_str()));
    }
  }

  /// A part of another set of this file: the same numbers of elements from two places.
  static void map(std::istringstream& words, hid_t how, hid_t space) {
    std::string source;
    std::string first;
    std::string from;
    std::string count;
    std::string sizes;
    words >> source >> first >> from >> count >> sizes;
    hid_t const target = H5Scopy(space);
    hid_t const inner = space_of(sizes_of(sizes));
    auto const rank = static_cast<std::size_t>(std::max(H5Sget_simple_extent_ndims(space), 0));
    auto select = [&](hid_t selected, std::string const& text) {
      auto begin = sizes_of(text);
      auto counts = sizes_of(count);
      begin.resize(rank);
      counts.resize(rank, 1);
      if (rank > 0) {
        H5Sselect_hyperslab(selected, H5S_SELECT_SET, begin.data(), nullptr, counts.data(),
                            nullptr);
      }
    };
    select(target, first);
    select(inner, from);
    H5Pset_virtual(how, target, ".", source.c_str(), inner);
    H5Sclose(inner);
    H5Sclose(target);
  }

  void write_text(std::string const& name, std::string const& text) {
    hid_t const type = text_type();
    hid_t const space = H5Screate(H5S_SCALAR);
    hid_t const made = H5Dcreate2(file_, name.c_str(), type, space, groups_, 0, 0);
    char const* const value = text.c_str();
    H5Dwrite(made, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, &value);
    H5Dclose(made);
    H5Sclose(space);
    H5Tclose(type);
  }

  void write_attribute(std::string const& object, char const* name, std::string const& text) {
    hid_t const type = text_type();
    hid_t const space = H5Screate(text == "null" ? H5S_NULL : H5S_SCALAR);
    hid_t const made = H5Acreate_by_name(file_, object.c_str(), name, type, space, 0, 0, 0);
    char const* const value = text.c_str();
    if (text != "null") H5Awrite(made, type, &value);
    H5Aclose(made);
    H5Sclose(space);
    H5Tclose(type);
  }

  /// OBJECT NAME TYPE SIZES: an attribute of zeros.
  void write_numbers_attribute(std::string const& object, std::istringstream& words) {
    std::string name;
    std::string type;
    std::string sizes;
    words >> name >> type >> sizes;
    hid_t const space = space_of(sizes_of(sizes));
    H5Aclose(H5Acreate_by_name(file_, object.c_str(), name.c_str(), type_of(type), space, 0, 0, 0));
    H5Sclose(space);
  }

  static hid_t text_type() {
    hid_t const type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, H5T_VARIABLE);
    H5Tset_cset(type, H5T_CSET_UTF8);
    return type;
  }

  std::filesystem::path path_;
  hid_t file_ = -1;
  hid_t groups_;
};

}  // namespace fuzz
