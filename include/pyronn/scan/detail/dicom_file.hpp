// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// DicomFile: one DICOM file, and the values of its elements.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcdeftag.h>
#include <dcmtk/dcmdata/dcelem.h>
#include <dcmtk/dcmdata/dcfilefo.h>
#include <dcmtk/dcmdata/dcvrobow.h>
#include <dcmtk/dcmdata/dcxfer.h>

#include <pyronn/interop/detail/text_file.hpp>
#include <pyronn/io/detail/file_error.hpp>
#include <pyronn/io/detail/text_numbers.hpp>

namespace pyronn::detail {

/// An element of a DICOM file, and what messages call it.
struct DicomTag {
  std::uint16_t group;
  std::uint16_t element;
  char const* name;
};

/// What an element holds where a file does not say it: files without types, and those that were
/// made of such, have bytes for what is private.
enum class DicomBytes { uint16, float32, text };

/// A DICOM file in memory but for its image, which is read when it is asked for. For one thread.
class DicomFile {
 public:
  /// Throws FileError where it is no DICOM file.
  explicit DicomFile(std::filesystem::path path) : path_{std::move(path)} {
    auto const status = file_.loadFile(path_.c_str());
    if (status.bad()) fail("cannot be read as DICOM: ", status.text());
  }

  /// Throws FileError, said of this file.
  template <class... Parts>
  [[noreturn]] void fail(Parts const&... parts) const {
    fail_file(path_, parts...);
  }

  [[nodiscard]] std::filesystem::path const& path() const { return path_; }

  /// The numbers of an element, whatever type they have in the file; none where it is missing.
  /// DCMTK's getters of single values are no help: of bytes they return other numbers. Throws
  /// FileError for numbers that are not finite.
  [[nodiscard]] std::vector<double> numbers(DicomTag const& tag, DicomBytes bytes) const {
    DcmElement* const element = find(tag);
    if (element == nullptr) return {};
    std::vector<double> values =
        is_bytes(*element) ? numbers_of_bytes(tag, *element, bytes) : typed(tag, *element);
    for (double const value : values) {
      if (!std::isfinite(value)) fail(name_of(tag), ": is ", value);
    }
    return values;
  }

  /// The number of an element; nothing where it is missing. Throws FileError for several.
  [[nodiscard]] std::optional<double> number(DicomTag const& tag, DicomBytes bytes) const {
    auto const values = numbers(tag, bytes);
    if (values.empty()) return std::nullopt;
    if (values.size() != 1) fail(name_of(tag), ": holds ", values.size(), " numbers, not one");
    return values[0];
  }

  /// The same where it must be there.
  [[nodiscard]] double required(DicomTag const& tag, DicomBytes bytes) const {
    auto const value = number(tag, bytes);
    if (!value) fail(name_of(tag), ": is missing");
    return *value;
  }

  /// A whole number from 1 to `most` that must be there.
  [[nodiscard]] int count(DicomTag const& tag, int most) const {
    double const value = required(tag, DicomBytes::uint16);
    if (!(value >= 1 && value <= most) || value != std::floor(value)) {
      fail(name_of(tag), ": is ", value, ", not a whole number from 1 to ", most);
    }
    return static_cast<int>(value);
  }

  /// Without blanks at its ends; empty where it is missing.
  [[nodiscard]] std::string text(DicomTag const& tag) const {
    DcmElement* const element = find(tag);
    if (element == nullptr) return "";
    if (is_bytes(*element)) return trimmed(bytes_of_element(tag, *element));
    OFString value;
    if (element->getOFStringArray(value).bad()) fail(name_of(tag), ": is no text");
    return trimmed(plain(value));
  }

  /// "DetectorShape (7029,100B)".
  [[nodiscard]] static std::string name_of(DicomTag const& tag) {
    char numbers[16] = "";
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-vararg): four digits each
    std::snprintf(numbers, sizeof(numbers), " (%04X,%04X)", static_cast<unsigned>(tag.group),
                  static_cast<unsigned>(tag.element));
    return std::string{tag.name} + numbers;
  }

  /// Null where it is missing, or empty.
  [[nodiscard]] DcmElement* find(DicomTag const& tag) const {
    DcmElement* element = nullptr;
    auto const status =
        data().findAndGetElement(DcmTagKey{tag.group, tag.element}, element, OFFalse);
    return status.good() && element != nullptr && element->getLength() > 0 ? element : nullptr;
  }

  /// How the file is written.
  [[nodiscard]] DcmXfer transfer_syntax() const { return DcmXfer{data().getOriginalXfer()}; }

 private:
  // DCMTK has no const members for what does not change a file.
  [[nodiscard]] DcmDataset& data() const { return *file_.getDataset(); }

  /// DCMTK may have been built with strings of its own.
  static std::string plain(OFString const& text) { return {text.data(), text.size()}; }

  static std::string trimmed(std::string const& text) {
    static std::string const blanks(" \0", 2);
    std::size_t const first = text.find_first_not_of(blanks);
    if (first == std::string::npos) return "";
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
  }

  /// DCMTK has many names for types that it does not know, but one class.
  static bool is_bytes(DcmElement const& element) {
    return dynamic_cast<DcmOtherByteOtherWord const*>(&element) != nullptr;
  }

  [[nodiscard]] std::vector<double> typed(DicomTag const& tag, DcmElement& element) const {
    constexpr unsigned long most = 64;
    unsigned long const count = element.getVM();
    if (count > most) fail(name_of(tag), ": holds ", count, " values");
    std::vector<double> values;
    for (unsigned long i = 0; i < count; ++i) values.push_back(typed_number(tag, element, i));
    return values;
  }

  template <class T>
  static std::optional<double> value_of(DcmElement& element, unsigned long i,
                                        OFCondition (DcmElement::*get)(T&, unsigned long)) {
    T value{};
    if ((element.*get)(value, i).bad()) return std::nullopt;
    return static_cast<double>(value);
  }

  [[nodiscard]] double typed_number(DicomTag const& tag, DcmElement& element,
                                    unsigned long i) const {
    std::optional<double> value;
    switch (element.ident()) {
      case EVR_FL:
        value = value_of(element, i, &DcmElement::getFloat32);
        break;
      case EVR_FD:
        value = value_of(element, i, &DcmElement::getFloat64);
        break;
      case EVR_US:
        value = value_of(element, i, &DcmElement::getUint16);
        break;
      case EVR_SS:
        value = value_of(element, i, &DcmElement::getSint16);
        break;
      case EVR_UL:
        value = value_of(element, i, &DcmElement::getUint32);
        break;
      case EVR_SL:
        value = value_of(element, i, &DcmElement::getSint32);
        break;
      default: {
        OFString text;
        if (element.getOFString(text, i).good()) value = parse_number(trimmed(plain(text)));
        if (!value) fail(name_of(tag), ": is ", quoted(plain(text)), ", no number");
      }
    }
    if (!value) fail(name_of(tag), ": cannot be read");
    return *value;
  }

  [[nodiscard]] std::string bytes_of_element(DicomTag const& tag, DcmElement& element) const {
    constexpr Uint32 most = 1024;
    Uint8* bytes = nullptr;
    if (element.getLength() > most || element.getUint8Array(bytes).bad() || bytes == nullptr) {
      fail(name_of(tag), ": cannot be read, of ", element.getLength(), " bytes");
    }
    return {reinterpret_cast<char const*>(bytes), element.getLength()};
  }

  /// Bytes are little-endian in every file.
  [[nodiscard]] std::vector<double> numbers_of_bytes(DicomTag const& tag, DcmElement& element,
                                                     DicomBytes kind) const {
    std::string const bytes = bytes_of_element(tag, element);
    if (kind == DicomBytes::text) {
      auto const value = parse_number(trimmed(bytes));
      if (!value) fail(name_of(tag), ": is ", quoted(bytes), ", no number");
      return {*value};
    }
    std::size_t const width = kind == DicomBytes::uint16 ? 2 : 4;
    if (bytes.size() % width != 0) {
      fail(name_of(tag), ": has ", bytes.size(), " bytes, where numbers have ", width);
    }
    std::vector<double> values;
    for (std::size_t at = 0; at < bytes.size(); at += width) {
      std::uint32_t bits = 0;
      for (std::size_t i = width; i-- > 0;) {
        bits = bits << 8U | static_cast<unsigned char>(bytes[at + i]);
      }
      float number = 0;
      std::memcpy(&number, &bits, sizeof(number));
      values.push_back(kind == DicomBytes::uint16 ? static_cast<double>(bits)
                                                  : static_cast<double>(number));
    }
    return values;
  }

  std::filesystem::path path_;
  mutable DcmFileFormat file_;
};

}  // namespace pyronn::detail
