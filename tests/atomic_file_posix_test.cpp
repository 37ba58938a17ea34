// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#if defined(__unix__)

#include <csignal>
#include <cstdint>
#include <filesystem>
#include <string>

#include <boost/test/unit_test.hpp>
#include <sys/resource.h>

#include <pyronn/io/atomic_file.hpp>

#include "support/temporary_folder.hpp"

using pyronn::AtomicFile;
using pyronn::FileError;
using test::read_bytes;
using test::says_of;
using test::TemporaryFolder;
using test::write_bytes;

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
