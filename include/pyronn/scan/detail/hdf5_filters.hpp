// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What inflates the chunks of a data set.
#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include <hdf5.h>

#include <pyronn/scan/detail/hdf5.hpp>

namespace pyronn::detail {

/// A filter by its number in the registry of The HDF Group, and the name that the file has for it.
struct Hdf5Filter {
  H5Z_filter_t number;
  std::string name;
};

/// The filters of a set that was made as `made` says.
inline std::vector<Hdf5Filter> hdf5_filters(hid_t made) {
  std::vector<Hdf5Filter> filters;
  int const count = H5Pget_nfilters(made);
  for (int i = 0; i < count; ++i) {
    unsigned flags = 0;
    std::size_t values = 0;
    std::array<char, 128> name{};
    auto const number = H5Pget_filter2(made, static_cast<unsigned>(i), &flags, &values, nullptr,
                                       name.size(), name.data(), nullptr);
    name.back() = '\0';
    filters.push_back({number, name.data()});
  }
  return filters;
}

/// Why chunks could not be inflated, for `reason`, the library's own, which may be of a plug-in
/// that has nothing to do with them: the filters that the library does not find, or else that the
/// file is damaged, or that a plug-in lacks a method. Without filters just the reason.
inline std::string reason_of_filters(std::string const& reason,
                                     std::vector<Hdf5Filter> const& filters) {
  Hdf5Session const session;
  std::string missing;
  std::string plugged;
  for (auto const& filter : filters) {
    bool const is_there = filter.number >= 0 && H5Zfilter_avail(filter.number) > 0;
    bool const is_own = filter.number >= 0 && filter.number < H5Z_FILTER_RESERVED;
    if (is_there && is_own) continue;
    std::string& list = is_there ? plugged : missing;
    list += list.empty() ? "filter " : ", ";
    list += std::to_string(filter.number) + " (" + filter.name + ")";
  }
  std::string const remedy =
      "set HDF5_PLUGIN_PATH to the folder that hdf5plugin.PLUGINS_PATH names in Python";
  if (!missing.empty()) return missing + " was not found: install its plug-in, or " + remedy;
  if (!plugged.empty()) {
    return reason + "; " + plugged +
           " could not inflate it: the file is damaged, or the plug-in lacks a method, and " +
           remedy;
  }
  return filters.empty() ? reason : reason + "; the file is damaged";
}

}  // namespace pyronn::detail
