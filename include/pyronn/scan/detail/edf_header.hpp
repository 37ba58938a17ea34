// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Headers of EDF files.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>

#include <pyronn/interop/detail/text_file.hpp>
#include <pyronn/io/detail/file_error.hpp>
#include <pyronn/io/detail/text_numbers.hpp>
#include <pyronn/io/number_type.hpp>
#include <pyronn/io/readable_file.hpp>
#include <pyronn/scan/image_files.hpp>

namespace pyronn::detail {

/// Without white space, and zeros as some programs fill up with, at its ends.
inline std::string trimmed_edf_text(std::string const& text) {
  static std::string const blanks(" \t\n\v\f\r\0", 7);
  std::size_t const first = text.find_first_not_of(blanks);
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

/// Values by their keys, which are in lower case.
using EdfKeys = std::map<std::string, std::string>;

/// The keys of one header, without regard to upper case, and where its data begin.
class EdfHeader {
 public:
  /// Reads the header that begins at byte `offset` of a file, to which the file's general header
  /// adds what it lacks. Throws FileError where there is none.
  EdfHeader(ReadableFile const& file, std::int64_t offset, EdfKeys const& general)
      : file_{file}, offset_{offset} {
    std::string const text = read_text();
    for (std::size_t at = 1; at < text.size();) {
      std::size_t const end = std::min(text.find(';', at), text.size());
      std::string const entry = text.substr(at, end - at);
      std::size_t const sign = entry.find('=');
      if (sign != std::string::npos) {
        std::string const key = lower_case(trimmed_edf_text(entry.substr(0, sign)));
        auto const [known, is_new] = keys_.emplace(key, trimmed_edf_text(entry.substr(sign + 1)));
        if (!is_new && is_of_layout(key)) fail(quoted(known->first), ": comes twice");
      }
      at = end + 1;
    }
    is_general_ = has("EDF_DataFormatVersion");
    for (auto const& [key, value] : general) {
      bool const is_of_block = key.rfind("edf_", 0) == 0 || key == "size";
      if (!is_of_block) keys_.emplace(key, value);
    }
  }

  /// Throws FileError, said of this header.
  template <class... Parts>
  [[noreturn]] void fail(Parts const&... parts) const {
    fail_file(file_.path(), "header at byte ", offset_, ": ", parts...);
  }

  /// Its first byte behind it.
  [[nodiscard]] std::int64_t data_offset() const { return data_offset_; }

  /// Whether it is one without images, for the headers that follow.
  [[nodiscard]] bool is_general() const { return is_general_; }

  [[nodiscard]] EdfKeys const& keys() const { return keys_; }

  [[nodiscard]] bool has(std::string const& key) const { return keys_.count(lower_case(key)) > 0; }

  /// The value of a key, empty where there is none.
  [[nodiscard]] std::string text(std::string const& key) const {
    auto const found = keys_.find(lower_case(key));
    return found == keys_.end() ? "" : found->second;
  }

  /// A whole number from `least` on; nothing where the key is missing.
  [[nodiscard]] std::optional<std::int64_t> count(std::string const& key, double least) const {
    if (!has(key)) return std::nullopt;
    constexpr double most = 9e15;  // such numbers are whole in a double
    auto const value = parse_number(text(key));
    if (!value || *value != std::floor(*value) || !(*value >= least) || *value > most) {
      fail(key, ": is ", quoted(text(key)), ", not a whole number from ", least, " on");
    }
    return static_cast<std::int64_t>(*value);
  }

  /// Along an axis of the image, from 1 on.
  [[nodiscard]] std::optional<int> size(std::string const& key) const {
    auto const value = count(key, 1);
    if (!value) return std::nullopt;
    if (*value > std::numeric_limits<int>::max()) fail(key, ": is ", *value);
    return static_cast<int>(*value);
  }

  [[nodiscard]] NumberType number_type() const {
    static std::map<std::string, NumberType> const types{
        {"signedbyte", NumberType::int8},        {"signed8", NumberType::int8},
        {"unsignedbyte", NumberType::uint8},     {"unsigned8", NumberType::uint8},
        {"signedshort", NumberType::int16},      {"signed16", NumberType::int16},
        {"unsignedshort", NumberType::uint16},   {"unsigned16", NumberType::uint16},
        {"signedinteger", NumberType::int32},    {"signed32", NumberType::int32},
        {"signedlong", NumberType::int32},  // of machines where it had 32 bits
        {"unsignedinteger", NumberType::uint32}, {"unsigned32", NumberType::uint32},
        {"unsignedlong", NumberType::uint32},    {"signed64", NumberType::int64},
        {"unsigned64", NumberType::uint64},      {"float", NumberType::float32},
        {"floatvalue", NumberType::float32},     {"float32", NumberType::float32},
        {"floatieee32", NumberType::float32},    {"double", NumberType::float64},
        {"doublevalue", NumberType::float64},    {"float64", NumberType::float64},
        {"floatieee64", NumberType::float64}};
    if (!has("DataType")) fail("DataType: is missing");
    auto const found = types.find(lower_case(text("DataType")));
    if (found == types.end()) {
      fail("DataType: is ", quoted(text("DataType")),
           "; pyronn reads integers of 8 to 64 bits, FloatValue and DoubleValue");
    }
    return found->second;
  }

  /// Of numbers of several bytes.
  [[nodiscard]] bool is_big_endian() const {
    std::string const order = lower_case(text("ByteOrder"));
    if (order == "highbytefirst") return true;
    if (order != "lowbytefirst") {
      fail("ByteOrder: is ", has("ByteOrder") ? quoted(text("ByteOrder")) : "missing",
           ", not LowByteFirst or HighByteFirst");
    }
    return false;
  }

 private:
  static bool is_of_layout(std::string const& key) {
    return key == "datatype" || key == "byteorder" || key == "size" || key.rfind("dim_", 0) == 0;
  }

  /// From { up to }, which a line feed follows.
  std::string read_text() {
    constexpr std::int64_t most = 1 << 20;
    std::int64_t const left = std::min(file_.size() - offset_, most);
    std::string text;
    std::size_t end = 0;
    for (std::int64_t size = std::min<std::int64_t>(left, 2048);; size = std::min(left, 4 * size)) {
      auto const before = static_cast<std::int64_t>(text.size());
      text.resize(static_cast<std::size_t>(size));
      file_.read(offset_ + before, size - before, &text[static_cast<std::size_t>(before)]);
      if (text.empty() || text[0] != '{') fail("does not begin with '{', as EDF does");
      for (end = text.find('}', end); end != std::string::npos; end = text.find('}', end + 1)) {
        std::size_t const behind = line_end(text, end + 1);
        if (behind == end + 1) continue;
        data_offset_ = offset_ + static_cast<std::int64_t>(behind);
        return text.substr(0, end);
      }
      if (size == left) fail("has no end, a line that ends with '}'");
      end = text.size() < 2 ? 0 : text.size() - 2;  // where an end may be cut into two
    }
  }

  static std::size_t line_end(std::string const& text, std::size_t at) {
    if (text.compare(at, 1, "\n") == 0) return at + 1;
    return text.compare(at, 2, "\r\n") == 0 ? at + 2 : at;
  }

  ReadableFile const& file_;
  std::int64_t offset_;
  std::int64_t data_offset_ = 0;
  bool is_general_ = false;
  EdfKeys keys_;
};

}  // namespace pyronn::detail
