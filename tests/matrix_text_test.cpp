// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/interop/matrix_text.hpp>

#include "support/temporary_folder.hpp"

using pyronn::FileError;
using pyronn::InvalidArgument;
using pyronn::MatrixOrder;
using pyronn::ProjectionMatrix;
using pyronn::read_matrices;
using test::says;
using test::says_of;

namespace {

ProjectionMatrix const first{{{1, 2, 3, 4}, {5, 6, 7, 8}, {9, 10, 11, 12}}};
ProjectionMatrix const second{{{0.1, -1e-300, 3e300, 1.0 / 3}, {0, -0.0, 7, 8}, {9, 1e-9, 11, 12}}};

bool same(ProjectionMatrix const& a, ProjectionMatrix const& b) {
  for (int i = 0; i < 12; ++i) {
    if (a.row[i / 4][i % 4] != b.row[i / 4][i % 4]) return false;
  }
  return true;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(matrix_text)

BOOST_AUTO_TEST_CASE(both_orders) {
  test::TemporaryFolder const folder;
  auto const path = folder / "matrices.txt";
  test::write_bytes(path, "1 2 3 4 5 6 7 8 9 10 11 12");
  BOOST_TEST(same(read_matrices(path, MatrixOrder::row_major).at(0), first));
  test::write_bytes(path, "1 5 9 2 6 10 3 7 11 4 8 12\n");
  BOOST_TEST(same(read_matrices(path, MatrixOrder::column_major).at(0), first));
}

BOOST_AUTO_TEST_CASE(white_space_and_comments) {
  test::TemporaryFolder const folder;
  auto const path = folder / "matrices.txt";
  test::write_bytes(path,
                    "# two views 77\r\n\n  1, 2,\t3 4;\n5 6 7 8 % row 1\n9 10 +11 1.2e1 // 5\n\n"
                    "1 2 3 4 5 6 7 8 9 10 11 12#");
  auto const matrices = read_matrices(path, MatrixOrder::row_major);
  BOOST_TEST_REQUIRE(matrices.size() == 2);
  BOOST_TEST(same(matrices[0], first));
  BOOST_TEST(same(matrices[1], first));
}

BOOST_AUTO_TEST_CASE(there_and_back) {
  test::TemporaryFolder const folder;
  auto const path = folder / "matrices.txt";
  for (auto const order : {MatrixOrder::row_major, MatrixOrder::column_major}) {
    pyronn::write_matrices(path, {first, second}, order);
    auto const matrices = read_matrices(path, order);
    BOOST_TEST_REQUIRE(matrices.size() == 2);
    BOOST_TEST(same(matrices[0], first));
    BOOST_TEST(same(matrices[1], second));
    BOOST_TEST(std::signbit(matrices[1].row[1][1]));
  }
  BOOST_TEST(test::read_bytes(path).substr(0, 27) == "1 5 9 2 6 10 3 7 11 4 8 12\n");
  BOOST_TEST(folder.entry_count() == 1);
}

BOOST_AUTO_TEST_CASE(bad_files) {
  test::TemporaryFolder const folder;
  auto const path = folder / "matrices.txt";
  auto const refuses = [&path](std::string const& text, char const* what) {
    test::write_bytes(path, text);
    BOOST_CHECK_EXCEPTION(read_matrices(path, MatrixOrder::row_major), FileError,
                          says_of(path, what));
  };
  refuses("", "holds 0 numbers");
  refuses("# 1 2 3 4 5 6 7 8 9 10 11 12", "holds 0 numbers");
  refuses("1 2 3 4 5 6 7 8 9 10 11", "holds 11 numbers");
  refuses("1 2 3 4 5 6 7 8 9 10 11 12\n13", "holds 13 numbers");
  refuses("1 2\n3 x4", "line 2: 'x4' is not a finite number");
  refuses("1 2\n3 4x", "line 2: '4x' is not a finite number");
  refuses("nan", "line 1: 'nan' is not a finite number");
  refuses("1e999", "'1e999' is not a finite number");
  refuses(std::string(100, 'z'), "zzz...' is not a finite number");
  refuses("a\x1b[2J", "'a?[2J' is not a finite number");
  BOOST_CHECK_EXCEPTION(read_matrices(folder / "none.txt", MatrixOrder::row_major), FileError,
                        says_of(folder / "none.txt", "cannot be opened"));
  BOOST_CHECK_EXCEPTION(read_matrices(folder / "", MatrixOrder::row_major), FileError,
                        says("is a folder"));
}

std::string lines_of(std::string const& line, int count) {
  std::string result;
  for (int n = 0; n < count; ++n) result += line + "\n";
  return result;
}

/// Twelve numbers for each view would be there, but they are not what they seem.
BOOST_AUTO_TEST_CASE(other_layouts_are_refused) {
  test::TemporaryFolder const folder;
  auto const path = folder / "matrices.txt";
  auto const refuses = [&path](std::string const& text, char const* what) {
    test::write_bytes(path, text);
    BOOST_CHECK_EXCEPTION(read_matrices(path, MatrixOrder::row_major), FileError,
                          says_of(path, what));
  };
  std::string const row = "1.5 2 3 4\n5 6 7 8\n9 10 11 12\n";
  refuses(lines_of("1 1 2 3 4 5 6 7 8 9 10 11 12", 12),
          "line 1 holds 13 numbers, but each view's 12 must end with a line");
  refuses(lines_of("1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19", 12),
          "line 1 holds 19 numbers");
  refuses(lines_of("7\n" + row, 12), "line 4 holds 4 numbers, but the view lacks 3");
  refuses(lines_of("1 2 3 4 5", 12), "line 3 holds 5 numbers, but the view lacks 2");
  refuses(lines_of(row + "0 0 0 1", 3), "line 4: 0 0 0 1 is the last row of a 4x4 matrix");
  refuses(lines_of("1 2 3 4 5 6 7 8 9 10 11 12 0 0 0 1", 3), "line 1 holds 16 numbers");
  for (char const* const line : {"1,5 2,5 3,5 4,5\n", "1,5;2,5;3,5;4,5\n", "1,5\t-2,5\t3,5\t4\n",
                                 "1,5\n", " 1,5 ; 2\n", "1,5, 2, 3, 4\n"}) {
    refuses(lines_of(line, 24), "line 1: '1,5' may be one number or two");
  }
  refuses(lines_of("1 2 3 4,5", 24), "line 1: '4,5' may be one number or two");
  refuses("\xff\xfe" + std::string("1\0 \0", 4), "is UTF-16 text; save it as UTF-8");
}

BOOST_AUTO_TEST_CASE(layouts_that_are_read) {
  test::TemporaryFolder const folder;
  auto const path = folder / "matrices.txt";
  for (char const* const line :
       {"1,2,3,4,5,6,7,8,9,10,11,12", "1;2;3;4\n5;6;7;8\n9;10;11;12",
        "1, 2, 3, 4; 5, 6, 7, 8; 9 10, 11 12", "1,2,3,4\r\n5,6,7,8\r\n9,10,11,12\r",
        "1\r2\r3\r4\r5\r6\r7\r8\r9\r10\r11\r12\r",
        "\xef\xbb\xbf"
        "1 2 3 4 5 6\n7 8 9 10 11 12",
        "1,2,3,4,5,6,7,8,9,10,11,12,", "1 ,2 ,3 ,4 , 5,\t6, 7 ,8\n9,10,11,12"}) {
    BOOST_TEST_CONTEXT(line) {
      test::write_bytes(path, line);
      auto const matrices = read_matrices(path, MatrixOrder::row_major);
      BOOST_TEST_REQUIRE(matrices.size() == 1);
      BOOST_TEST(same(matrices[0], first));
    }
  }
}

/// Whatever is wrong with a name or a file, it is a FileError.
BOOST_AUTO_TEST_CASE(files_that_cannot_be_read) {
  test::TemporaryFolder const folder;
  auto const refuses = [](std::filesystem::path const& path, char const* what) {
    BOOST_CHECK_EXCEPTION(read_matrices(path, MatrixOrder::row_major), FileError,
                          says_of(path, what));
  };
  refuses(folder / std::string(300, 'a'), "File name too long");
  refuses(folder / std::string(5000, 'a'), "File name too long");
  std::filesystem::create_symlink("loop", folder / "loop");
  refuses(folder / "loop", "Too many levels of symbolic links");
  test::write_bytes(folder / "file", "");
  refuses(folder / "file/below", "Not a directory");
  if (std::filesystem::exists("/proc/self/mem")) {
    refuses("/proc/self/mem", "cannot be read: Input/output error");
  }
}

BOOST_AUTO_TEST_CASE(bad_matrices_leave_the_file_alone) {
  test::TemporaryFolder const folder;
  auto const path = folder / "matrices.txt";
  test::write_bytes(path, "old");
  ProjectionMatrix bad = first;
  bad.row[1][2] = std::numeric_limits<double>::quiet_NaN();
  BOOST_CHECK_EXCEPTION(pyronn::write_matrices(path, {first, bad}, MatrixOrder::row_major),
                        InvalidArgument, says("row 1, column 2 of matrix 1 is nan"));
  BOOST_CHECK_EXCEPTION(pyronn::write_matrices(path, {}, MatrixOrder::row_major), InvalidArgument,
                        says("at least one matrix"));
  BOOST_TEST(test::read_bytes(path) == "old");
  BOOST_TEST(folder.entry_count() == 1);
}

BOOST_AUTO_TEST_SUITE_END()
