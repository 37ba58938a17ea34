// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// DICOM files, byte by byte.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "edf_writer.hpp"

namespace test {

/// How a DICOM file is written.
enum class DicomSyntax { implicit_little, explicit_little, explicit_big };

using DicomKey = std::pair<std::uint16_t, std::uint16_t>;

/// The elements of one file, which are set in any order and as often as one likes.
class DicomWriter {
 public:
  void text(DicomKey key, std::string const& type, std::string value) {
    if (value.size() % 2 == 1) value += type == "UI" ? '\0' : ' ';
    elements_[key] = {type, value, 1};
  }
  void shorts(DicomKey key, std::vector<std::uint16_t> const& values,
              std::string const& type = "US") {
    elements_[key] = {type, bytes_of_numbers(values), 2};
  }
  void floats(DicomKey key, std::vector<float> const& values) {
    elements_[key] = {"FL", bytes_of_numbers(values), 4};
  }
  void doubles(DicomKey key, std::vector<double> const& values) {
    elements_[key] = {"FD", bytes_of_numbers(values), 8};
  }
  void bytes(DicomKey key, std::string const& type, std::string const& value) {
    elements_[key] = {type, value, 1};
  }
  /// Of all elements.
  [[nodiscard]] std::vector<DicomKey> keys() const {
    std::vector<DicomKey> keys;
    for (auto const& [key, element] : elements_) keys.push_back(key);
    return keys;
  }
  void remove(DicomKey key) { elements_.erase(key); }

  /// What was of another type is of type UN: bytes that programs make of private elements which
  /// they do not know.
  void make_private_unknown() {
    for (auto& [key, element] : elements_) {
      if (key.first % 2 == 1) element = {"UN", element.bytes, 1};
    }
  }

  [[nodiscard]] std::string file(DicomSyntax syntax, std::string const& other_syntax = "") const {
    std::string const names[] = {"1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2"};
    DicomWriter meta;
    meta.bytes({2, 1}, "OB", std::string("\0\1", 2));
    meta.text({2, 2}, "UI", "1.2.840.10008.5.1.4.1.1.2");
    meta.text({2, 3}, "UI", "1.2.3.4");
    meta.text({2, 0x10}, "UI",
              other_syntax.empty() ? names[static_cast<int>(syntax)] : other_syntax);
    meta.text({2, 0x12}, "UI", "1.2.3");
    std::string const head = meta.elements(DicomSyntax::explicit_little);
    DicomWriter length;
    length.elements_[{2, 0}] = {"UL", bytes_of_number(static_cast<std::uint32_t>(head.size())), 4};
    return std::string(128, '\0') + "DICM" + length.elements(DicomSyntax::explicit_little) + head +
           elements(syntax);
  }

 private:
  struct Element {
    std::string type;
    std::string bytes;  ///< numbers have their lowest byte first
    std::size_t width;  ///< of a number
  };

  [[nodiscard]] std::string elements(DicomSyntax syntax) const {
    bool const is_big = syntax == DicomSyntax::explicit_big;
    std::string result;
    for (auto const& [key, element] : elements_) {
      result += bytes_of_number(key.first, is_big) + bytes_of_number(key.second, is_big);
      auto const length = static_cast<std::uint32_t>(element.bytes.size());
      bool const is_long = element.type == "OB" || element.type == "OW" || element.type == "UN";
      if (syntax == DicomSyntax::implicit_little) {
        result += bytes_of_number(length);
      } else if (is_long) {
        result += element.type + std::string(2, '\0') + bytes_of_number(length, is_big);
      } else {
        result += element.type + bytes_of_number(static_cast<std::uint16_t>(length), is_big);
      }
      for (std::size_t at = 0; at < element.bytes.size(); at += element.width) {
        std::string number = element.bytes.substr(at, element.width);
        if (is_big) std::reverse(number.begin(), number.end());
        result += number;
      }
    }
    return result;
  }

  std::map<DicomKey, Element> elements_;
};

}  // namespace test
