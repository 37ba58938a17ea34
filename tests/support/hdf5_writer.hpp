// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// HDF5 files of a few numbers.
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>
#include <hdf5.h>

namespace test {

/// A file that is written; names are paths whose groups are made as they come.
class Hdf5Writer {
 public:
  explicit Hdf5Writer(std::filesystem::path const& path, hid_t made = H5P_DEFAULT)
      : file_{H5Fcreate(path.c_str(), H5F_ACC_TRUNC, made, H5P_DEFAULT)},
        groups_{H5Pcreate(H5P_LINK_CREATE)} {
    BOOST_REQUIRE(file_ >= 0);
    H5Pset_create_intermediate_group(groups_, 1);
  }
  Hdf5Writer(Hdf5Writer const&) = delete;
  Hdf5Writer& operator=(Hdf5Writer const&) = delete;
  ~Hdf5Writer() {
    H5Pclose(groups_);
    H5Fclose(file_);
  }

  /// Numbers, stored as `stored`; `set` may change how.
  void write(
      std::string const& name, std::vector<hsize_t> const& shape, std::vector<double> const& values,
      hid_t stored = H5T_IEEE_F64LE, std::function<void(hid_t)> const& set = [](hid_t) {}) {
    hid_t const space =
        shape.empty() ? H5Screate(H5S_SCALAR)
                      : H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr);
    hid_t const how = H5Pcreate(H5P_DATASET_CREATE);
    set(how);
    hid_t const made = H5Dcreate2(file_, name.c_str(), stored, space, groups_, how, H5P_DEFAULT);
    BOOST_REQUIRE(made >= 0);
    if (!values.empty()) {
      BOOST_REQUIRE(
          H5Dwrite(made, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) >= 0);
    }
    H5Dclose(made);
    H5Pclose(how);
    H5Sclose(space);
  }

  /// A text of variable length, in UTF-8.
  void write_text(std::string const& name, std::string const& text) {
    hid_t const type = text_type();
    hid_t const space = H5Screate(H5S_SCALAR);
    hid_t const made =
        H5Dcreate2(file_, name.c_str(), type, space, groups_, H5P_DEFAULT, H5P_DEFAULT);
    char const* const value = text.c_str();
    BOOST_REQUIRE(H5Dwrite(made, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, &value) >= 0);
    H5Dclose(made);
    H5Sclose(space);
    H5Tclose(type);
  }

  /// A text of an object that is there, of fixed length in ASCII where that holds it.
  void attribute(std::string const& object, std::string const& name, std::string const& text) {
    hid_t const type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, text.size() + 2);
    hid_t const space = H5Screate(H5S_SCALAR);
    hid_t const made = H5Acreate_by_name(file_, object.c_str(), name.c_str(), type, space,
                                         H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    std::string const padded = text + std::string(2, '\0');
    BOOST_REQUIRE(H5Awrite(made, type, padded.data()) >= 0);
    H5Aclose(made);
    H5Sclose(space);
    H5Tclose(type);
  }

  [[nodiscard]] hid_t get() const { return file_; }

 private:
  static hid_t text_type() {
    hid_t const type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, H5T_VARIABLE);
    H5Tset_cset(type, H5T_CSET_UTF8);
    return type;
  }

  hid_t file_;
  hid_t groups_;
};

}  // namespace test
