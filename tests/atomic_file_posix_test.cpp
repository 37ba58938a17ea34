// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#if defined(__unix__)

#include <csignal>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <pyronn/io/atomic_file.hpp>

#include "../examples/support/process.hpp"
#include "support/temporary_folder.hpp"

using pyronn::AtomicFile;
using pyronn::FileError;
using test::read_bytes;
using test::says_of;
using test::TemporaryFolder;
using test::write_bytes;

namespace {

/// What `work` returns in a process of its own, which may receive signals.
template <class Work>
int run_in_child(Work const& work) {
  pid_t const child = fork();
  if (child == 0) {
    int result = 100;
    try {
      result = work();
    } catch (...) {
    }
    _exit(result);
  }
  int status = -1;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(atomic_file_posix)

BOOST_AUTO_TEST_CASE(devices_are_refused) {
  BOOST_CHECK_EXCEPTION(AtomicFile{"/dev/null"}, FileError,
                        says_of("/dev/null", "not a regular file"));
}

BOOST_AUTO_TEST_CASE(permissions_are_kept_and_protection_is_respected) {
  using std::filesystem::perms;
  TemporaryFolder const folder;
  auto const path = folder / "private.bin";
  write_bytes(path, "old");
  std::filesystem::permissions(path, perms::owner_read | perms::owner_write);
  {
    AtomicFile file{path};
    // What nobody else may read in the target nobody else may read in the temporary.
    for (auto const& entry : std::filesystem::directory_iterator{folder / ""}) {
      BOOST_TEST((entry.status().permissions() == (perms::owner_read | perms::owner_write)));
    }
    file.stream() << "new";
    file.commit();
  }
  BOOST_TEST(read_bytes(path) == "new");
  BOOST_TEST(
      (std::filesystem::status(path).permissions() == (perms::owner_read | perms::owner_write)));
  std::filesystem::permissions(path, perms::owner_read);
  BOOST_CHECK_EXCEPTION(AtomicFile{path}, FileError, says_of(path, "write-protected"));
  BOOST_TEST(folder.entry_count() == 1);
}

BOOST_AUTO_TEST_CASE(wide_permissions_are_kept_whatever_the_umask) {
  using std::filesystem::perms;
  TemporaryFolder const folder;
  perms const wide = perms::owner_read | perms::owner_write | perms::group_read |
                     perms::group_write | perms::others_read;
  write_bytes(folder / "shared.bin", "old");
  std::filesystem::permissions(folder / "shared.bin", wide);
  mode_t const old_mask = umask(0077);
  AtomicFile replacing{folder / "shared.bin"};
  AtomicFile creating{folder / "new.bin"};
  umask(old_mask);
  replacing.commit();
  creating.commit();
  BOOST_TEST((std::filesystem::status(folder / "shared.bin").permissions() == wide));
  BOOST_TEST((std::filesystem::status(folder / "new.bin").permissions() ==
              (perms::owner_read | perms::owner_write)));
}

/// What is there when the signal comes is removed; files that are committed later are not hurt.
BOOST_AUTO_TEST_CASE(a_signal_handler_can_remove_all_temporaries) {
  TemporaryFolder const folder;
  write_bytes(folder / "first.bin", "old");
  int const wrong = run_in_child([&] {
    AtomicFile first{folder / "first.bin"};
    AtomicFile second{folder / "second.bin"};
    std::signal(SIGTERM, [](int) { AtomicFile::remove_all_temporaries(); });
    int const before = static_cast<int>(folder.entry_count());
    std::raise(SIGTERM);
    if (before != 3 || folder.entry_count() != 1) return 1;
    try {
      first.commit();
      return 2;
    } catch (FileError const&) {
    }
    AtomicFile third{folder / "third.bin"};
    third.commit();
    AtomicFile::remove_all_temporaries();
    return 0;
  });
  BOOST_TEST(wrong == 0);
  BOOST_TEST(read_bytes(folder / "first.bin") == "old");
  BOOST_TEST(std::filesystem::exists(folder / "third.bin"));
  BOOST_TEST(folder.entry_count() == 2);
}

/// What programs do when they are told to stop.
BOOST_AUTO_TEST_CASE(a_stopped_program_leaves_no_temporary) {
  for (int const signal : {SIGINT, SIGTERM, SIGHUP}) {
    TemporaryFolder const folder;
    pid_t const child = fork();
    if (child == 0) {
      example::prepare_process();
      AtomicFile file{folder / "file.bin"};
      std::raise(signal);
      _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    BOOST_TEST(WIFSIGNALED(status));
    BOOST_TEST(WTERMSIG(status) == signal);
    BOOST_TEST(folder.entry_count() == 0);
  }
}

/// More than a handler finds.
BOOST_AUTO_TEST_CASE(many_files_at_one_time) {
  TemporaryFolder const folder;
  int const wrong = run_in_child([&] {
    std::vector<std::unique_ptr<AtomicFile>> files;
    for (int n = 0; n < 100; ++n) {
      files.push_back(std::make_unique<AtomicFile>(folder / std::to_string(n)));
    }
    AtomicFile::remove_all_temporaries();
    if (folder.entry_count() != 36) return 1;
    for (std::size_t n = 64; n < files.size(); ++n) files[n]->commit();
    files.clear();
    return folder.entry_count() == 36 ? 0 : 2;
  });
  BOOST_TEST(wrong == 0);
}

BOOST_AUTO_TEST_CASE(symbolic_links_are_followed) {
  TemporaryFolder const folder;
  std::filesystem::create_directory(folder / "data");
  write_bytes(folder / "data/real.bin", "old");
  std::filesystem::create_symlink("data/real.bin", folder / "link.bin");
  AtomicFile file{folder / "link.bin"};
  file.stream() << "new";
  file.commit();
  BOOST_TEST(std::filesystem::is_symlink(folder / "link.bin"));
  BOOST_TEST(read_bytes(folder / "data/real.bin") == "new");

  std::filesystem::create_symlink("loop", folder / "loop");
  BOOST_CHECK_THROW(AtomicFile{folder / "loop"}, FileError);
}

BOOST_AUTO_TEST_CASE(a_full_disk_is_reported_and_changes_nothing) {
  TemporaryFolder const folder;
  auto const path = folder / "big.bin";
  write_bytes(path, "old");
  rlimit old_limit{};
  BOOST_REQUIRE(getrlimit(RLIMIT_FSIZE, &old_limit) == 0);
  auto* const old_handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit small_limit = old_limit;
  small_limit.rlim_cur = 100;  // bytes: stands in for a full disk
  std::string const too_much(1 << 20, 'x');
  std::string at_once;
  std::string at_commit;
  BOOST_REQUIRE(setrlimit(RLIMIT_FSIZE, &small_limit) == 0);
  try {
    AtomicFile{path}.write(too_much.data(), static_cast<std::int64_t>(too_much.size()));
  } catch (FileError const& error) {
    at_once = error.what();
  }
  try {
    AtomicFile file{path};
    file.stream() << too_much.substr(0, 200);  // stays in the stream's buffer
    file.commit();
  } catch (FileError const& error) {
    at_commit = error.what();
  }
  setrlimit(RLIMIT_FSIZE, &old_limit);
  std::signal(SIGXFSZ, old_handler);
  BOOST_TEST(at_once == path.string() + ": cannot be written: File too large");
  BOOST_TEST(at_commit == path.string() + ": cannot be written: File too large");
  BOOST_TEST(read_bytes(path) == "old");
  BOOST_TEST(folder.entry_count() == 1);
}

BOOST_AUTO_TEST_SUITE_END()

#endif
