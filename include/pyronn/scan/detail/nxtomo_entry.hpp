// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// One entry of an NXtomo file and the fields in it.
#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <pyronn/scan/detail/hdf5.hpp>
#include <pyronn/scan/detail/units.hpp>

namespace pyronn::detail {

/// Fields by their paths within an entry.
class NxtomoEntry {
 public:
  /// Throws FileError where there is no such entry, or where it is not clear which is meant.
  NxtomoEntry(std::shared_ptr<Hdf5File const> file, std::string const& name)
      : file_{std::move(file)}, name_{find(*file_, name)} {}

  [[nodiscard]] std::shared_ptr<Hdf5File const> const& file() const { return file_; }
  [[nodiscard]] std::string path(std::string const& field) const { return name_ + "/" + field; }
  [[nodiscard]] bool has(std::string const& field) const { return file_->has(path(field)); }
  [[nodiscard]] std::string text(std::string const& field) const {
    return file_->text(path(field));
  }

  template <class... Parts>
  [[noreturn]] void fail(std::string const& field, Parts const&... parts) const {
    file_->fail(path(field), parts...);
  }

  /// All numbers of a field; empty where there is none.
  [[nodiscard]] std::vector<double> numbers(std::string const& field) const {
    return has(field) ? file_->numbers(path(field)) : std::vector<double>{};
  }

  /// A field of one number. Throws FileError for several.
  [[nodiscard]] std::optional<double> number(std::string const& field) const {
    auto const all = numbers(field);
    if (all.empty()) return std::nullopt;
    if (all.size() > 1) fail(field, ": holds ", all.size(), " numbers, where one is meant");
    return all.front();
  }

  /// HDF5 has no booleans: h5py writes them as an enumeration.
  [[nodiscard]] bool is_true(std::string const& field) const {
    return has(field) && file_->is_true(path(field));
  }

  /// Lengths [mm]; NeXus has metres where no unit is said.
  [[nodiscard]] std::vector<double> lengths(std::string const& field) const {
    auto values = numbers(field);
    if (values.empty()) return values;
    std::string const unit = this->unit(field);
    auto const mm = unit.empty() ? std::optional<double>{1000.0} : mm_of_unit(unit);
    if (!mm) fail(field, ": has the unit '", unit, "', which is no length that pyronn knows");
    for (double& value : values) {
      value *= *mm;
      constexpr double longest = 1e10;  // beamlines have their source far away
      if (std::abs(value) > longest) fail(field, ": is ", value, " mm, longer than any scanner");
    }
    return values;
  }

  [[nodiscard]] std::optional<double> length(std::string const& field) const {
    auto const all = lengths(field);
    if (all.empty()) return std::nullopt;
    if (all.size() > 1) fail(field, ": holds ", all.size(), " lengths, where one is meant");
    return all.front();
  }

  [[nodiscard]] std::string unit(std::string const& field) const {
    std::string const units = file_->attribute(path(field), "units");
    return units.empty() ? file_->attribute(path(field), "unit") : units;
  }

  /// Those of which one is to be named: all, or the one that the file calls its default. Throws
  /// FileError where there is none.
  [[nodiscard]] static std::vector<std::string> entries(Hdf5File const& file) {
    auto found = scans_in(file);
    if (found.empty()) {
      file.fail("has no entry with instrument/detector/data: it is no NXtomo file");
    }
    std::string const preferred = file.attribute("", "default");
    auto const is_preferred = [&preferred](std::string const& entry) {
      return entry == preferred || entry.rfind(preferred + "/", 0) == 0;
    };
    if (found.size() > 1 && !preferred.empty() &&
        std::count_if(found.begin(), found.end(), is_preferred) == 1) {
      found = {*std::find_if(found.begin(), found.end(), is_preferred)};
    }
    return found;
  }

 private:
  static bool is_scan(Hdf5File const& file, std::string const& group) {
    return file.has(group + "/instrument/detector/data");
  }

  static std::string find(Hdf5File const& file, std::string const& name) {
    if (!name.empty()) {
      if (!is_scan(file, name)) {
        file.fail(name, ": is no entry with instrument/detector/data", others(file));
      }
      return name;
    }
    auto const found = entries(file);
    if (found.size() > 1) {
      file.fail("holds ", found.size(), " scans, ", names(found), ": name one");
    }
    return found.front();
  }

  static std::string names(std::vector<std::string> const& entries) {
    std::string text;
    for (std::string const& entry : entries) text += (text.empty() ? "" : ", ") + entry;
    return text;
  }
  static std::string others(Hdf5File const& file) {
    auto const found = scans_in(file);
    return found.empty() ? "" : "; scans are in " + names(found);
  }

  /// Some writers have the scan one group deeper.
  static std::vector<std::string> scans_in(Hdf5File const& file) {
    std::vector<std::string> found;
    for (std::string const& entry : file.children("")) {
      if (is_scan(file, entry)) {
        found.push_back(entry);
        continue;
      }
      if (file.attribute(entry, "NX_class") != "NXentry") continue;
      for (std::string const& inner : file.children(entry)) {
        std::string const deeper = message(entry, "/", inner);
        if (is_scan(file, deeper)) found.push_back(deeper);
      }
    }
    return found;
  }

  std::shared_ptr<Hdf5File const> file_;
  std::string name_;
};

}  // namespace pyronn::detail
