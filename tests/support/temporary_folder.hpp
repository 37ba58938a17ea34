// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <system_error>

namespace test {

/// A fresh folder for the files of one test case, removed with it.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    do {
      path_ = std::filesystem::temp_directory_path() /
              ("pyronn_test_" + std::to_string(std::random_device{}()));
    } while (!std::filesystem::create_directory(path_));
  }
  TemporaryFolder(TemporaryFolder const&) = delete;
  TemporaryFolder& operator=(TemporaryFolder const&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  [[nodiscard]] std::filesystem::path operator/(std::string const& name) const {
    return path_ / name;
  }

  [[nodiscard]] auto entry_count() const {
    return std::distance(std::filesystem::directory_iterator{path_}, {});
  }

 private:
  std::filesystem::path path_;
};

inline void write_bytes(std::filesystem::path const& path, std::string const& bytes) {
  std::ofstream{path, std::ios::binary} << bytes;
}

inline std::string read_bytes(std::filesystem::path const& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

/// A predicate for BOOST_CHECK_EXCEPTION: the message holds this text.
inline auto says(std::string const& text) {
  return [text](std::exception const& error) {
    return std::string{error.what()}.find(text) != std::string::npos;
  };
}

/// A predicate for BOOST_CHECK_EXCEPTION: the message begins with the file's name and holds this
/// text.
inline auto says_of(std::filesystem::path const& path, std::string const& text) {
  return [name = path.string(), text](std::exception const& error) {
    std::string const what = error.what();
    return what.rfind(name + ": ", 0) == 0 && what.find(text) != std::string::npos;
  };
}

}  // namespace test
