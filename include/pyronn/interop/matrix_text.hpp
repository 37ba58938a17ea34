// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Projection matrices as text, twelve numbers for each view, as CONRAD, RabbitCT and many
/// calibration programs write them.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <pyronn/core/error.hpp>
#include <pyronn/geometry/projection_matrix.hpp>
#include <pyronn/interop/detail/text_file.hpp>
#include <pyronn/io/atomic_file.hpp>
#include <pyronn/io/detail/text_numbers.hpp>

namespace pyronn {

/// The order of the twelve numbers of a 3x4 matrix: row after row, or column after column as in
/// RabbitCT.
enum class MatrixOrder { row_major, column_major };

namespace detail {

/// The element of a matrix that is number `i` of the twelve.
template <class Matrix>
auto& matrix_number(Matrix& matrix, int i, MatrixOrder order) {
  return order == MatrixOrder::row_major ? matrix.row[i / 4][i % 4] : matrix.row[i % 3][i / 3];
}

/// Reads the matrices of one text; all messages begin with the file's name and say the line.
class MatrixTextReader {
 public:
  MatrixTextReader(std::filesystem::path const& path, MatrixOrder order)
      : path_{path}, order_{order} {}

  [[nodiscard]] std::vector<ProjectionMatrix> read() {
    std::string const text = read_text_file(path_);
    std::string const mark = text.substr(0, 2);
    if (mark == "\xff\xfe" || mark == "\xfe\xff") {
      fail_file(path_, "is UTF-16 text; save it as UTF-8");
    }
    std::size_t begin = text.rfind("\xef\xbb\xbf", 0) == 0 ? 3 : 0;
    while (begin < text.size()) {
      std::size_t const end = std::min(text.find_first_of("\r\n", begin), text.size());
      ++line_;
      add_line(without_comment(text.substr(begin, end - begin)));
      begin = end + (text.compare(end, 2, "\r\n") == 0 ? 2 : 1);
    }
    if (count_ == 0 || count_ % 12 != 0) {
      fail_file(path_, "holds ", count_, " numbers; there must be 12 for each of one or more ",
                "views");
    }
    return std::move(matrices_);
  }

 private:
  /// Without the comment, and without separators at both ends.
  static std::string without_comment(std::string line) {
    for (char const* const mark : {"#", "%", "//"}) line = line.substr(0, line.find(mark));
    constexpr char const* separators = " \t\v\f,;";
    std::size_t const begin = line.find_first_not_of(separators);
    if (begin == std::string::npos) return "";
    return line.substr(begin, line.find_last_not_of(separators) + 1 - begin);
  }

  void add_line(std::string line) {
    std::string const written = line;
    std::replace_if(
        line.begin(), line.end(), [](char letter) { return letter == ',' || letter == ';'; }, ' ');
    std::vector<double> numbers;
    for (std::string const& word : words(line)) {
      auto const number = parse_number(word);
      if (!number) {
        fail_file(path_, "line ", line_, ": ", quoted(word), " is not a finite number");
      }
      numbers.push_back(*number);
    }
    check_commas(written, numbers.size());
    check_view(numbers);
    for (double const number : numbers) {
      if (count_ % 12 == 0) matrices_.emplace_back();
      matrix_number(matrices_.back(), static_cast<int>(count_ % 12), order_) = number;
      ++count_;
    }
  }

  /// A comma between digits separates numbers where nothing else does, in lines of more than two;
  /// else it may be a decimal comma.
  void check_commas(std::string const& line, std::size_t numbers) const {
    bool const may_be_decimal = numbers == 2 || line.find_first_of(" \t\v\f;") != std::string::npos;
    constexpr char const* digits = "0123456789";
    std::size_t comma = line.find(',');
    for (; may_be_decimal && comma != std::string::npos; comma = line.find(',', comma + 1)) {
      std::size_t const before = line.find_last_not_of(digits, comma - 1) + 1;
      std::size_t const behind = line.find_first_not_of(digits, comma + 1);
      if (before == comma || behind == comma + 1 || comma + 1 == line.size()) continue;
      fail_file(path_, "line ", line_, ": ", quoted(line.substr(before, behind - before)),
                " may be one number or two; write a point, or a blank behind commas that separate");
    }
  }

  /// A view begins at a line, and ends with one.
  void check_view(std::vector<double> const& numbers) const {
    std::size_t const first = count_ % 12;
    std::size_t const lacking = 12 - first;
    if (first == 0 && numbers.size() > 12) {
      fail_file(path_, "line ", line_, " holds ", numbers.size(),
                " numbers, but each view's 12 must end with a line");
    }
    if (numbers.size() > lacking) {
      fail_file(path_, "line ", line_, " holds ", numbers.size(), " numbers, but the view lacks ",
                lacking, "; each view's 12 must end with a line");
    }
    if (first == 0 && numbers == std::vector<double>{0, 0, 0, 1}) {
      fail_file(path_, "line ", line_, ": 0 0 0 1 is the last row of a 4x4 matrix; the three rows ",
                "above it are what pyronn reads");
    }
  }

  std::filesystem::path const& path_;
  MatrixOrder order_;
  int line_ = 0;
  std::size_t count_ = 0;  ///< of the numbers so far
  std::vector<ProjectionMatrix> matrices_;
};

}  // namespace detail

/// Reads the matrices of a text file that holds twelve numbers for each view and nothing else, on
/// one line or several; the next view begins on a new line. White space, commas and semicolons
/// separate numbers; what follows `#`, `%` or `//` on a line is a comment. A comma between two
/// digits is refused where it may be a decimal comma: where blanks or semicolons separate too, and
/// on lines of two numbers. The numbers are not interpreted: ConeBeam::from_matrices needs matrices
/// from world mm to pixel indices, with pixel centres at integers. Throws FileError, which says the
/// line, for a word that is not a finite number, for lines that hold numbers of two views (as where
/// the view's number stands first), for 4x4 matrices, and unless there are twelve numbers for each
/// of one or more views.
inline std::vector<ProjectionMatrix> read_matrices(std::filesystem::path const& path,
                                                   MatrixOrder order) {
  return detail::MatrixTextReader{path, order}.read();
}

/// Writes one line of twelve numbers for each view, with all their digits. The file appears whole
/// or not at all. Throws InvalidArgument for an empty list and for numbers that are not finite, and
/// FileError where AtomicFile does.
inline void write_matrices(std::filesystem::path const& path,
                           std::vector<ProjectionMatrix> const& matrices, MatrixOrder order) {
  detail::expects(!matrices.empty(), "write_matrices: there must be at least one matrix");
  for (std::size_t n = 0; n < matrices.size(); ++n) {
    for (int i = 0; i < 12; ++i) {
      double const number = detail::matrix_number(matrices[n], i, MatrixOrder::row_major);
      detail::expects(std::isfinite(number), "write_matrices: row ", i / 4, ", column ", i % 4,
                      " of matrix ", n, " is ", number, " and must be finite");
    }
  }
  AtomicFile file{path};
  file.stream().precision(std::numeric_limits<double>::max_digits10);
  for (ProjectionMatrix const& matrix : matrices) {
    for (int i = 0; i < 12; ++i) {
      file.stream() << (i > 0 ? " " : "") << detail::matrix_number(matrix, i, order);
    }
    file.stream() << '\n';
  }
  file.commit();
}

}  // namespace pyronn
