// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Deterministic changes of bytes.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "fuzz.hpp"

namespace fuzz {

/// SplitMix64: every seed gives another sequence, on every machine the same.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_{seed} {}

  std::uint64_t next() {
    state_ += 0x9e3779b97f4a7c15U;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
  }

  /// From 0 to count - 1.
  std::size_t below(std::size_t count) { return static_cast<std::size_t>(next() % count); }

  template <class T>
  T const& of(std::vector<T> const& list) {
    return list[below(list.size())];
  }

 private:
  std::uint64_t state_;
};

/// Numbers at which readers have broken.
inline std::vector<std::string> const numbers{"0",
                                              "-1",
                                              "1",
                                              "2",
                                              "3",
                                              "1000",
                                              "-0.0",
                                              "0.5",
                                              "1e-320",
                                              "1e-30",
                                              "1e30",
                                              "1e300",
                                              "1e308",
                                              "-1e308",
                                              "1e999",
                                              "nan",
                                              "inf",
                                              "1,5",
                                              "32767",
                                              "65536",
                                              "1000001",
                                              "2147483647",
                                              "2147483648",
                                              "-2147483649",
                                              "4294967296",
                                              "1e18",
                                              "9223372036854775807",
                                              "1.0",
                                              "18446744073709551616"};

/// A corpus of one reader, and changes of its files.
class Mutator {
 public:
  Mutator(Reader const& reader, std::uint64_t seed) : reader_{reader}, random_{seed} {}

  std::string input() {
    std::string bytes = random_.of(reader_.corpus);
    std::size_t const changes = random_.below(8) == 0 ? random_.below(16) : 1 + random_.below(2);
    for (std::size_t change = 0; change < changes; ++change) mutate(bytes);
    return bytes;
  }

 private:
  /// Bytes [begin, end), mostly few.
  struct Range {
    std::size_t begin;
    std::size_t size;
  };

  Range range(std::string const& bytes) {
    std::size_t const begin = random_.below(bytes.size() + 1);
    std::size_t const most = random_.below(4) == 0 ? bytes.size() : 8;
    return {begin, std::min(bytes.size() - begin, random_.below(most + 1))};
  }

  void mutate(std::string& bytes) {
    if (bytes.empty()) bytes = random_.of(reader_.words);
    std::size_t const at = random_.below(bytes.size());
    Range const part = range(bytes);
    switch (random_.below(11)) {
      case 0:
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << random_.below(8)));
        break;
      case 1:
        bytes[at] = static_cast<char>(random_.next());
        break;
      case 2:
        bytes.erase(part.begin, part.size);
        break;
      case 3:
        bytes.insert(at, bytes.substr(part.begin, part.size));
        break;
      case 4:
        bytes.insert(at, random_.of(reader_.words));
        break;
      case 5:
        bytes.replace(part.begin, part.size, random_.of(reader_.words));
        break;
      case 6: {  // a piece of another file
        std::string const& other = random_.of(reader_.corpus);
        Range const piece = range(other);
        bytes.replace(part.begin, part.size, other, piece.begin, piece.size);
        break;
      }
      case 7: {  // in place, as numbers of binary files stand
        std::string const& word = random_.of(reader_.words);
        std::size_t const begin = at - at % 4;
        std::size_t const size = std::min(word.size(), bytes.size() - begin);
        bytes.replace(begin, size, word, 0, size);
        break;
      }
      default:
        change_number(bytes, at);
    }
  }

  /// Replaces the next number, or one of its digits.
  void change_number(std::string& bytes, std::size_t from) {
    constexpr char const* digits = "0123456789";
    std::size_t const begin = bytes.find_first_of(digits, from);
    if (begin == std::string::npos) return;
    if (random_.below(3) == 0) {
      bytes[begin] = digits[random_.below(10)];
      return;
    }
    std::size_t const end = std::min(bytes.find_first_not_of("0123456789.e", begin), bytes.size());
    bytes.replace(begin, end - begin, random_.of(numbers));
  }

  Reader const& reader_;
  Random random_;
};

}  // namespace fuzz
