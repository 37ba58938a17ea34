// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What .xim files say of themselves behind their images.
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <pyronn/interop/detail/text_file.hpp>
#include <pyronn/io/detail/file_error.hpp>
#include <pyronn/io/readable_file.hpp>
#include <pyronn/scan/detail/little_endian.hpp>

namespace pyronn {

/// The properties of a .xim file by their names.
struct XimProperties {
  std::map<std::string, std::vector<double>> numbers;  ///< lengths in cm, angles in degrees
  std::map<std::string, std::string> texts;            ///< all others

  /// The one number of a property; nothing where it is missing, or holds several.
  [[nodiscard]] std::optional<double> number(std::string const& name) const {
    auto const found = numbers.find(name);
    if (found == numbers.end() || found->second.size() != 1) return std::nullopt;
    return found->second[0];
  }
};

namespace detail {

/// Reads properties from the bytes of a file's end.
class XimPropertiesReader {
 public:
  /// `offset` is where the number of histogram bins stands.
  XimPropertiesReader(ReadableFile const& file, std::int64_t offset) : file_{file} {
    constexpr std::int64_t most = 1 << 24;
    std::int64_t const left = file.size() - offset;
    if (left > most) {
      fail_file(file.path(), "holds ", left, " bytes behind its image, more than properties have");
    }
    bytes_.resize(static_cast<std::size_t>(left));
    file.read(offset, left, bytes_.data());
  }

  [[nodiscard]] XimProperties read() {
    take(4 * std::int64_t{count("the histogram")});
    XimProperties properties;
    int const properties_count = count("the list of properties");
    for (int i = 0; i < properties_count; ++i) read_property(properties);
    return properties;
  }

 private:
  /// Moves on by some bytes, and returns the first of them.
  std::byte const* take(std::int64_t size) {
    if (size > static_cast<std::int64_t>(bytes_.size() - at_)) {
      fail_file(file_.path(), "ends within its properties");
    }
    std::byte const* const first = bytes_.data() + at_;
    at_ += static_cast<std::size_t>(size);
    return first;
  }

  int count(char const* what) {
    std::int32_t const value = little_endian<std::int32_t>(take(4));
    if (value < 0) fail_file(file_.path(), what, " has ", value, " entries");
    return value;
  }

  std::string text(char const* what) {
    int const size = count(what);
    auto const* const first = reinterpret_cast<char const*>(take(size));
    return {first, static_cast<std::size_t>(size)};
  }

  void read_property(XimProperties& properties) {
    std::string const name = text("a property's name");
    int const type = little_endian<std::int32_t>(take(4));
    if (type == 2) {
      properties.texts[name] = text("a property's text");
      return;
    }
    bool const is_double = type == 1 || type == 4;
    if (type != 0 && type != 5 && !is_double) {
      fail_file(file_.path(), "property ", quoted(name), ": has the type ", type,
                ", where .xim has 0, 1, 2, 4 and 5");
    }
    int const width = is_double ? 8 : 4;
    int const bytes = type < 2 ? width : count("a property's list");
    if (bytes % width != 0) {
      fail_file(file_.path(), "property ", quoted(name), ": has ", bytes,
                " bytes, where numbers have ", width);
    }
    std::byte const* const first = take(bytes);
    std::vector<double> values;
    for (int at = 0; at < bytes; at += width) {
      values.push_back(is_double ? little_endian<double>(first + at)
                                 : static_cast<double>(little_endian<std::int32_t>(first + at)));
    }
    properties.numbers[name] = values;
  }

  ReadableFile const& file_;
  std::vector<std::byte> bytes_;
  std::size_t at_ = 0;
};

}  // namespace detail
}  // namespace pyronn
