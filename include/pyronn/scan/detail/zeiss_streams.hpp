// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// ZeissStreams: the values and images of a Zeiss file.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <pyronn/io/number_type.hpp>
#include <pyronn/scan/detail/little_endian.hpp>
#include <pyronn/scan/detail/ole2_file.hpp>

namespace pyronn::detail {

/// The type of numbers of a code of Zeiss files; nothing for what are no numbers.
inline std::optional<NumberType> zeiss_number_type(int code) {
  constexpr NumberType types[] = {NumberType::int8,   NumberType::uint8,  NumberType::int16,
                                  NumberType::uint16, NumberType::int32,  NumberType::uint32,
                                  NumberType::int64,  NumberType::uint64, NumberType::float32,
                                  NumberType::float64};
  if (code < 2 || code > 11) return std::nullopt;
  return types[code - 2];
}

/// The streams of a Zeiss file by their names: numbers of 32 bits, little-endian, one or one a
/// view; texts with zeros between them; and images.
class ZeissStreams {
 public:
  /// Throws FileError where Ole2File does.
  explicit ZeissStreams(std::filesystem::path const& path)
      : ole2_{std::make_shared<ReadableFile const>(path)} {}

  [[nodiscard]] std::shared_ptr<ReadableFile const> const& file() const { return ole2_.file(); }
  [[nodiscard]] bool has(std::string const& name) const { return ole2_.size(name).has_value(); }

  /// Throws FileError; the message begins with the file's name and the stream's.
  template <class... Parts>
  [[noreturn]] void fail(std::string const& name, Parts const&... parts) const {
    fail_file(file()->path(), name, parts...);
  }

  /// A whole number; nothing where there is no such stream.
  [[nodiscard]] std::optional<int> integer(std::string const& name) const {
    auto const all = numbers<std::int32_t>(name, 1);
    if (all.empty()) return std::nullopt;
    return all.front();
  }

  /// A number; nothing where there is no such stream.
  [[nodiscard]] std::optional<double> number(std::string const& name) const {
    auto const all = list(name, 1);
    if (all.empty()) return std::nullopt;
    return all.front();
  }

  /// The first numbers of a stream, at most `most`; empty where there is no such stream. Throws
  /// FileError for what is not finite.
  [[nodiscard]] std::vector<double> list(std::string const& name, std::int64_t most) const {
    auto const stored = numbers<float>(name, most);
    for (std::size_t i = 0; i < stored.size(); ++i) {
      if (!std::isfinite(stored[i])) fail(name, ": number ", i, " is ", stored[i]);
    }
    return {stored.begin(), stored.end()};
  }

  /// The texts of a stream; empty where there is no such stream.
  [[nodiscard]] std::vector<std::string> texts(std::string const& name) const {
    constexpr std::int64_t most = 65536;
    std::vector<std::string> result;
    auto const runs = ole2_.find(name);
    if (!runs) return result;
    std::string bytes(static_cast<std::size_t>(std::min(*ole2_.size(name), most)), '\0');
    read_runs(*file(), *runs, 0, static_cast<std::int64_t>(bytes.size()), bytes.data());
    std::string text;
    for (char const letter : bytes + '\0') {
      bool const is_between = static_cast<unsigned char>(letter) < ' ';
      if (!is_between) text.push_back(letter);
      if (!is_between || text.empty()) continue;
      result.push_back(text);
      text.clear();
    }
    return result;
  }

  /// Where an image of so many bytes lies; nothing where there is no such stream. Throws FileError
  /// for a stream of another size.
  [[nodiscard]] std::optional<FileRuns> image(std::string const& name, std::int64_t bytes) const {
    auto const size = ole2_.size(name);
    if (!size) return std::nullopt;
    if (*size != bytes) {
      fail(name, ": holds ", *size, " bytes, where an image of that size and type has ", bytes);
    }
    return ole2_.find(name);
  }

  /// The bytes of a stream; nothing where there is no such stream.
  [[nodiscard]] std::optional<std::int64_t> size(std::string const& name) const {
    return ole2_.size(name);
  }

 private:
  template <class T>
  [[nodiscard]] std::vector<T> numbers(std::string const& name, std::int64_t most) const {
    auto const size = ole2_.size(name);
    if (!size) return {};
    if (*size == 0 || *size % 4 != 0) {
      fail(name, ": holds ", *size, " bytes, where numbers of 4 bytes are meant");
    }
    std::int64_t const count = std::min(*size / 4, most);
    std::vector<std::byte> bytes(static_cast<std::size_t>(4 * count));
    read_runs(*file(), *ole2_.find(name), 0, 4 * count, bytes.data());
    std::vector<T> result(static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < result.size(); ++i) {
      result[i] = little_endian<T>(bytes.data() + 4 * i);
    }
    return result;
  }

  Ole2File ole2_;
};

}  // namespace pyronn::detail
