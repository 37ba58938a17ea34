// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The mappings of a virtual data set: parts of other sets that it is made of.
#include <algorithm>
#include <array>
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include <hdf5.h>

#include <pyronn/scan/detail/hdf5.hpp>

namespace pyronn::detail {

/// The sizes of a data set.
inline std::vector<hsize_t> sizes_of_hdf5(hid_t set) {
  Hdf5Space const space{H5Dget_space(set)};
  int const rank = H5Sget_simple_extent_ndims(space.get());
  std::vector<hsize_t> sizes(static_cast<std::size_t>(std::max(rank, 0)));
  if (rank > 0) H5Sget_simple_extent_dims(space.get(), sizes.data(), nullptr);
  return sizes;
}

/// What is mapped into a virtual data set.
class Hdf5Mappings {
 public:
  /// A data set in a file.
  struct Source {
    std::filesystem::path path;
    std::string set;
    bool is_pattern;  ///< of the names of several, as many as there are

    [[nodiscard]] bool operator==(Source const& other) const {
      return path == other.path && set == other.set;
    }
  };

  /// Of a virtual set that is open, made as `made` says. All three must stay.
  Hdf5Mappings(Hdf5File const& file, std::string const& name, hid_t set, hid_t made)
      : file_{file},
        name_{name},
        made_{made},
        path_{hdf5_file_of(set)},
        sizes_{sizes_of_hdf5(set)} {
    H5Pget_virtual_count(made_, &count_);
  }

  [[nodiscard]] std::size_t count() const { return count_; }

  /// Throws FileError where it cannot be told.
  [[nodiscard]] Source source(std::size_t i) const {
    std::array<char, 4096> path{};
    std::array<char, 4096> set{};
    if (H5Pget_virtual_filename(made_, i, path.data(), path.size()) < 0 ||
        H5Pget_virtual_dsetname(made_, i, set.data(), set.size()) < 0) {
      file_.fail(name_, ": has a virtual source ", i, " that cannot be told");
    }
    bool const is_here = std::string{path.data()} == ".";
    std::string const both = std::string{path.data()} + '\n' + set.data();
    return {is_here ? path_ : path_.parent_path() / path.data(), set.data(),
            both.find("%b") != std::string::npos};
  }

  /// Throws FileError where a source of these sizes does not hold what is mapped.
  void check_size(std::size_t i, Source const& source, std::vector<hsize_t> const& sizes) const {
    Hdf5Space const part{H5Pget_virtual_srcspace(made_, i)};
    bool fits = false;
    if (H5Sget_select_type(part.get()) == H5S_SEL_ALL) {  // without sizes of its own
      Hdf5Space const target{H5Pget_virtual_vspace(made_, i)};
      hsize_t elements = 1;
      for (hsize_t const size : sizes) elements *= size;
      fits = H5Sget_select_npoints(target.get()) == static_cast<hssize_t>(elements);
    } else {
      fits = holds(sizes, part.get());
    }
    if (!fits) {
      file_.fail(name_, ": takes images from ", source.path.string(), ", whose ", source.set,
                 " does not hold as many");
    }
  }

  /// Throws FileError unless every number comes from a source.
  void check_coverage() const {
    Hdf5Space const left{H5Screate_simple(static_cast<int>(sizes_.size()), sizes_.data(), nullptr)};
    std::vector<hsize_t> const none(sizes_.size(), 0);
    H5Sselect_hyperslab(left.get(), H5S_SELECT_SET, none.data(), nullptr, sizes_.data(), nullptr);
    for (std::size_t i = 0; i < count_; ++i) {
      Hdf5Space const part{H5Pget_virtual_vspace(made_, i)};
      if (H5Sget_select_type(part.get()) == H5S_SEL_ALL) return;
      take_away(part.get(), left.get());
    }
    if (H5Sget_select_npoints(left.get()) == 0) return;
    std::vector<hsize_t> first(sizes_.size());
    std::vector<hsize_t> last(sizes_.size());
    H5Sget_select_bounds(left.get(), first.data(), last.data());
    file_.fail(name_, ": has no source for some of its numbers, the first of them in image ",
               sizes_.size() == 3 ? first[0] : 0);
  }

 private:
  /// Whether a set of these sizes has all that is selected.
  static bool holds(std::vector<hsize_t> const& sizes, hid_t selected) {
    auto const rank = sizes.size();
    std::vector<hsize_t> first(rank);
    std::vector<hsize_t> last(rank);
    bool const is_told = H5Sget_simple_extent_ndims(selected) == static_cast<int>(rank) &&
                         H5Sget_select_bounds(selected, first.data(), last.data()) >= 0;
    for (std::size_t axis = 0; axis < rank && is_told; ++axis) {
      bool const is_open = last[axis] >= H5S_UNLIMITED - 1;  // as far as the set goes
      if (!is_open && last[axis] >= sizes[axis]) return false;
    }
    return is_told;
  }

  void take_away(hid_t part, hid_t left) const {
    std::size_t const rank = sizes_.size();
    if (static_cast<std::size_t>(H5Sget_simple_extent_ndims(part)) != rank) return;
    std::vector<hsize_t> first(rank);
    std::vector<hsize_t> stride(rank);
    std::vector<hsize_t> count(rank);
    std::vector<hsize_t> block(rank);
    if (H5Sis_regular_hyperslab(part) > 0) {
      H5Sget_regular_hyperslab(part, first.data(), stride.data(), count.data(), block.data());
      for (std::size_t axis = 0; axis < rank; ++axis) {
        hsize_t const there = sizes_[axis] - std::min(first[axis], sizes_[axis]);
        if (block[axis] == H5S_UNLIMITED) block[axis] = there;
        if (count[axis] == H5S_UNLIMITED) {
          count[axis] = (there + stride[axis] - 1) / std::max<hsize_t>(stride[axis], 1);
        }
        if (block[axis] == 0 || count[axis] == 0) return;
      }
      H5Sselect_hyperslab(left, H5S_SELECT_NOTB, first.data(), stride.data(), count.data(),
                          block.data());
      return;
    }
    auto const blocks = H5Sget_select_hyper_nblocks(part);
    constexpr hssize_t most = 1 << 20;
    if (blocks < 1 || blocks > most) return;
    std::vector<hsize_t> corners(2 * rank * static_cast<std::size_t>(blocks));
    H5Sget_select_hyper_blocklist(part, 0, static_cast<hsize_t>(blocks), corners.data());
    for (std::size_t corner = 0; corner < corners.size(); corner += 2 * rank) {
      for (std::size_t axis = 0; axis < rank; ++axis) {
        first[axis] = corners[corner + axis];
        count[axis] = corners[corner + rank + axis] - first[axis] + 1;
      }
      H5Sselect_hyperslab(left, H5S_SELECT_NOTB, first.data(), nullptr, count.data(), nullptr);
    }
  }

  Hdf5File const& file_;
  std::string const& name_;
  hid_t made_;
  std::filesystem::path path_;
  std::vector<hsize_t> sizes_;
  std::size_t count_ = 0;
};

}  // namespace pyronn::detail
