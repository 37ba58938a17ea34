// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <locale>
#include <stdexcept>
#include <string>

#include <boost/test/unit_test.hpp>

#include <pyronn/io/atomic_file.hpp>

#include "support/temporary_folder.hpp"

using pyronn::AtomicFile;
using pyronn::FileError;
using test::read_bytes;
using test::says_of;
using test::TemporaryFolder;
using test::write_bytes;

namespace {

class GermanPoint : public std::numpunct<char> {
  char do_decimal_point() const override { return ','; }
  char do_thousands_sep() const override { return '.'; }
  std::string do_grouping() const override { return "\3"; }
};

class GlobalLocale {
 public:
  explicit GlobalLocale(std::locale const& locale) : old_{std::locale::global(locale)} {}
  GlobalLocale(GlobalLocale const&) = delete;
  GlobalLocale& operator=(GlobalLocale const&) = delete;
  ~GlobalLocale() { std::locale::global(old_); }

 private:
  std::locale old_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(atomic_file)

BOOST_AUTO_TEST_CASE(a_committed_file_holds_what_was_written_and_leaves_no_temporary) {
  TemporaryFolder const folder;
  auto const path = folder / "new.bin";
  AtomicFile file{path};
  file.stream() << "text\n";
  file.write("a\0b", 3);
  file.write(nullptr, 0);
  BOOST_TEST(!std::filesystem::exists(path));
  file.commit();
  BOOST_TEST(read_bytes(path) == std::string("text\na\0b", 8));
  BOOST_TEST(folder.entry_count() == 1);
}

BOOST_AUTO_TEST_CASE(without_commit_the_old_content_stays) {
  TemporaryFolder const folder;
  auto const path = folder / "kept.bin";
  write_bytes(path, "old");
  {
    AtomicFile file{path};
    file.stream() << "new" << std::flush;
    BOOST_TEST(folder.entry_count() == 2);
    BOOST_TEST(read_bytes(path) == "old");
  }
  BOOST_TEST(read_bytes(path) == "old");
  BOOST_TEST(folder.entry_count() == 1);
}

BOOST_AUTO_TEST_CASE(an_exception_midway_leaves_no_half_file) {
  TemporaryFolder const folder;
  auto const interrupted = [&] {
    AtomicFile file{folder / "half.bin"};
    file.stream() << "half";
    throw std::runtime_error{"interrupted"};
  };
  BOOST_CHECK_THROW(interrupted(), std::runtime_error);
  BOOST_TEST(folder.entry_count() == 0);
}

BOOST_AUTO_TEST_CASE(writers_of_one_target_do_not_disturb_each_other) {
  TemporaryFolder const folder;
  AtomicFile first{folder / "same.bin"};
  AtomicFile second{folder / "same.bin"};
  first.stream() << "first";
  second.stream() << "second";
  second.commit();
  BOOST_TEST(read_bytes(folder / "same.bin") == "second");
  first.commit();
  BOOST_TEST(read_bytes(folder / "same.bin") == "first");
  BOOST_TEST(folder.entry_count() == 1);
}

BOOST_AUTO_TEST_CASE(a_stream_that_failed_is_not_committed) {
  TemporaryFolder const folder;
  auto const path = folder / "failed.bin";
  write_bytes(path, "old");
  {
    AtomicFile file{path};
    file.stream().setstate(std::ios::badbit);
    BOOST_CHECK_EXCEPTION(file.commit(), FileError, says_of(path, "an earlier write"));
    BOOST_CHECK_EXCEPTION(file.write("x", 1), FileError, says_of(path, "cannot be written"));
  }
  BOOST_TEST(read_bytes(path) == "old");
  BOOST_TEST(folder.entry_count() == 1);
}

BOOST_AUTO_TEST_CASE(a_second_commit_is_refused) {
  TemporaryFolder const folder;
  AtomicFile file{folder / "once.bin"};
  file.commit();
  BOOST_CHECK_EXCEPTION(file.commit(), FileError,
                        says_of(folder / "once.bin", "already committed"));
  BOOST_TEST(std::filesystem::exists(folder / "once.bin"));
}

BOOST_AUTO_TEST_CASE(a_stream_the_caller_closed_or_armed_with_exceptions_is_fine) {
  TemporaryFolder const folder;
  AtomicFile file{folder / "closed.bin"};
  file.stream().exceptions(std::ios::failbit | std::ios::badbit);
  file.stream() << "all";
  file.stream().close();
  file.commit();
  BOOST_TEST(read_bytes(folder / "closed.bin") == "all");
}

BOOST_AUTO_TEST_CASE(numbers_are_printed_in_the_c_locale) {
  TemporaryFolder const folder;
  GlobalLocale const german{std::locale{std::locale::classic(), new GermanPoint}};
  AtomicFile file{folder / "number.txt"};
  file.stream() << 1234567.5;
  file.commit();
  BOOST_TEST(read_bytes(folder / "number.txt") == "1.23457e+06");
}

BOOST_AUTO_TEST_CASE(targets_that_cannot_be_are_refused_by_name) {
  TemporaryFolder const folder;
  auto const missing = folder / "missing" / "file.bin";
  BOOST_CHECK_EXCEPTION(AtomicFile{missing}, FileError,
                        says_of(missing, "No such file or directory"));
  std::filesystem::create_directory(folder / "folder");
  BOOST_CHECK_EXCEPTION(AtomicFile{folder / "folder"}, FileError,
                        says_of(folder / "folder", "not a regular file"));
  BOOST_CHECK_EXCEPTION(AtomicFile{folder / "folder/"}, FileError,
                        says_of(folder / "folder/", "does not name a file"));
  BOOST_CHECK_EXCEPTION(AtomicFile{""}, FileError, says_of("", "does not name a file"));
  auto const below_file = folder / "plain/file.bin";
  write_bytes(folder / "plain", "");
  BOOST_CHECK_THROW(AtomicFile{below_file}, FileError);
}

BOOST_AUTO_TEST_CASE(a_target_that_turned_into_a_folder_is_an_error_on_commit) {
  TemporaryFolder const folder;
  auto const path = folder / "turned";
  {
    AtomicFile file{path};
    std::filesystem::create_directories(path / "inside");
    BOOST_CHECK_EXCEPTION(file.commit(), FileError, says_of(path, "cannot be replaced"));
  }
  BOOST_TEST(folder.entry_count() == 1);
}

BOOST_AUTO_TEST_SUITE_END()
