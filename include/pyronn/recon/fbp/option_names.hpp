// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Names of windows and redundancies, as programs and layers take them: those of the enumerators.
#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string>
#include <vector>

#include <pyronn/core/error.hpp>
#include <pyronn/recon/filter/window.hpp>
#include <pyronn/recon/redundancy/redundancy.hpp>

namespace pyronn {
namespace detail {

template <class Value>
struct Named {
  char const* name;
  Value value;
};

inline constexpr Named<FilterWindow> named_windows[] = {
    {"ram_lak", FilterWindow::ram_lak}, {"shepp_logan", FilterWindow::shepp_logan},
    {"cosine", FilterWindow::cosine},   {"hamming", FilterWindow::hamming},
    {"hann", FilterWindow::hann},       {"ramp", FilterWindow::ramp}};

inline constexpr Named<Redundancy> named_redundancies[] = {{"automatic", Redundancy::automatic},
                                                           {"uniform", Redundancy::uniform},
                                                           {"parker", Redundancy::parker},
                                                           {"riess", Redundancy::riess},
                                                           {"wang", Redundancy::wang}};

template <class Value, std::size_t Count>
std::vector<std::string> names_in(Named<Value> const (&table)[Count]) {
  std::vector<std::string> names;
  for (auto const& entry : table) names.emplace_back(entry.name);
  return names;
}

/// `kind` is what the table has, in the words of a message.
template <class Value, std::size_t Count>
Value value_named(std::string const& name, Named<Value> const (&table)[Count],
                  std::string const& function, std::string const& kind) {
  auto const* const found = std::find_if(std::begin(table), std::end(table),
                                         [&](auto const& entry) { return entry.name == name; });
  if (found != std::end(table)) return found->value;
  std::string all;
  for (std::size_t n = 0; n < Count; ++n) {
    if (n > 0) all += n + 1 < Count ? ", " : " and ";
    all += table[n].name;
  }
  throw InvalidArgument("pyronn::" + function + ": there is no " + kind + " '" + name +
                        "'; there are " + all);
}

}  // namespace detail

/// All windows' names.
inline std::vector<std::string> filter_window_names() {
  return detail::names_in(detail::named_windows);
}

/// The window of this name: ram_lak, shepp_logan, cosine, hamming, hann or ramp. Throws
/// InvalidArgument for others.
inline FilterWindow filter_window_of(std::string const& name) {
  return detail::value_named(name, detail::named_windows, "filter_window_of", "window");
}

/// All redundancies' names.
inline std::vector<std::string> redundancy_names() {
  return detail::names_in(detail::named_redundancies);
}

/// The redundancy of this name: automatic, uniform, parker, riess or wang. Throws InvalidArgument
/// for others.
inline Redundancy redundancy_of(std::string const& name) {
  return detail::value_named(name, detail::named_redundancies, "redundancy_of", "redundancy");
}

/// The name of a redundancy.
inline std::string name_of(Redundancy redundancy) {
  auto const* const found =
      std::find_if(std::begin(detail::named_redundancies), std::end(detail::named_redundancies),
                   [&](auto const& entry) { return entry.value == redundancy; });
  return found->name;
}

}  // namespace pyronn
