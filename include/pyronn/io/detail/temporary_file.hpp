// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Temporary files, and how a signal handler finds them.
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>

#if defined(__unix__) || defined(__APPLE__)
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#endif

#include <pyronn/io/detail/file_error.hpp>

namespace pyronn::detail {

/// The names of the temporary files that there are. Where more than these exist at one time, a
/// signal leaves the others behind.
inline auto& temporary_names() {
  static std::array<std::atomic<char const*>, 64> names{};
  return names;
}

/// A new empty file, which the destructor removes.
class TemporaryFile {
 public:
  /// Creates `.pyronn-*.tmp` in the folder of `target`, with the permissions of the target where it
  /// is a file already: no one else may ever read what it is going to hold. Throws FileError, said
  /// of `name`.
  TemporaryFile(std::filesystem::path const& name, std::filesystem::path const& target) {
    constexpr int attempts = 16;
    std::error_code error;
    auto const old = std::filesystem::status(target, error);
    for (int attempt = 0; attempt < attempts; ++attempt) {
      path_ = std::make_unique<std::string>(
          (target.parent_path() / (".pyronn-" + unique_number() + ".tmp")).string());
      register_name();
      errno = 0;
      exists_ = create(old);
      if (exists_) return;
      int const reason = errno;
      unregister_name();
      errno = reason;
      if (reason != EEXIST) break;
    }
    fail_file(name, "cannot create a temporary file beside it: ", last_system_error());
  }

  TemporaryFile(TemporaryFile const&) = delete;
  TemporaryFile& operator=(TemporaryFile const&) = delete;

  ~TemporaryFile() {
    // Needs no memory, which may be why it ends.
    if (exists_) static_cast<void>(std::remove(path_->c_str()));
    unregister_name();
  }

  [[nodiscard]] std::string const& path() const { return *path_; }

  /// Replaces the target.
  void rename_to(std::filesystem::path const& target, std::error_code& error) {
    std::filesystem::rename(*path_, target, error);
    if (!error) exists_ = false;
  }

 private:
  /// Differs from call to call, and most likely from other processes' numbers.
  static std::string unique_number() {
    static std::atomic<std::uint64_t> calls{0};
    auto const now = std::chrono::high_resolution_clock::now().time_since_epoch().count();
    return std::to_string(now) + "-" + std::to_string(++calls);
  }

  /// Creates the file unless there is one of its name.
  [[nodiscard]] bool create(std::filesystem::file_status const& old) const {
    using std::filesystem::perms;
    bool const replaces = std::filesystem::is_regular_file(old);
    perms const kept = (old.permissions() & perms::all) | perms::owner_write;
    std::error_code error;
#if defined(__unix__) || defined(__APPLE__)
    constexpr mode_t own = 0600;
    constexpr mode_t usual = 0666;  // less what the umask forbids
    int const file =  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-vararg): it is the system's
        ::open(path_->c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, replaces ? own : usual);
    if (file < 0) return false;
    ::close(file);
#else
    std::FILE* const file = std::fopen(path_->c_str(), "wbx");
    if (file == nullptr) return false;
    std::fclose(file);
#endif
    if (replaces) std::filesystem::permissions(*path_, kept, error);
    return true;
  }

  void register_name() {
    for (auto& entry : temporary_names()) {
      char const* none = nullptr;
      if (!entry.compare_exchange_strong(none, path_->c_str())) continue;
      entry_ = &entry;
      return;
    }
  }

  /// The name stays for good where a signal handler has taken it: it may be at work with it.
  void unregister_name() noexcept {
    if (entry_ == nullptr) return;
    char const* own = path_->c_str();
    if (!entry_->compare_exchange_strong(own, nullptr)) static_cast<void>(path_.release());
    entry_ = nullptr;
  }

  std::unique_ptr<std::string> path_;
  std::atomic<char const*>* entry_ = nullptr;
  bool exists_ = false;
};

/// Removes all temporary files; only what a signal handler may do.
inline void remove_temporary_files() noexcept {
#if defined(__unix__) || defined(__APPLE__)
  int const reason = errno;
  for (auto& entry : temporary_names()) {
    char const* const name = entry.exchange(nullptr);
    if (name != nullptr) ::unlink(name);
  }
  errno = reason;
#endif
}

}  // namespace pyronn::detail
