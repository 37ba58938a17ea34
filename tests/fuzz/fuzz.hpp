// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a driver of a fuzzer is made of.
#include <cstdint>
#include <exception>
#include <filesystem>
#include <functional>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

namespace fuzz {

/// A promise of a reader that does not hold.
class Finding : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

inline void promises(bool holds, char const* what) {
  if (!holds) throw Finding{what};
}

/// One reader of files.
struct Reader {
  std::string name;
  std::vector<std::string> corpus;  ///< valid files
  std::vector<std::string> words;   ///< pieces of such files, right and wrong
  /// Reads a file; returns whether it was accepted. Throws whatever a reader must not throw.
  std::function<bool(std::filesystem::path const&)> accepts;
  std::uint64_t most_inputs = std::numeric_limits<std::uint64_t>::max();  ///< where they take long
};

/// Whether `read` returns. Error is what it may throw, with a message that can be shown.
template <class Error, class Read>
bool returns(Read const& read) {
  constexpr std::size_t longest = 2000;
  try {
    read();
    return true;
  } catch (Error const& error) {
    std::string const message = error.what();
    promises(!message.empty() && message.size() < longest, "messages have a decent length");
    for (char const letter : message) {
      bool const is_control = static_cast<unsigned char>(letter) < ' ' || letter == '\x7f';
      promises(!is_control, "messages have no control characters");
    }
    return false;
  }
}

[[nodiscard]] Reader npy();
[[nodiscard]] Reader matrix_text();
[[nodiscard]] Reader rtk_xml();
[[nodiscard]] Reader geometry_json();
[[nodiscard]] Reader beam_json();
[[nodiscard]] Reader scan();
[[nodiscard]] Reader stl();
[[nodiscard]] Reader zeiss();
[[nodiscard]] Reader nikon();
[[nodiscard]] Reader angle_table();
[[nodiscard]] Reader skyscan();
[[nodiscard]] Reader metaimage();
[[nodiscard]] Reader edf();
[[nodiscard]] Reader his();
[[nodiscard]] Reader hnc();
[[nodiscard]] Reader hnd();
[[nodiscard]] Reader xim();
[[nodiscard]] Reader hdf5();
[[nodiscard]] Reader tiff();

}  // namespace fuzz
