// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Projection matrices as text, twelve numbers for each view, as CONRAD, RabbitCT and many
/// calibration programs write them.
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

#include <pyronn/core/error.hpp>
#include <pyronn/geometry/projection_matrix.hpp>
#include <pyronn/interop/detail/text_file.hpp>
#include <pyronn/interop/detail/text_numbers.hpp>
#include <pyronn/io/atomic_file.hpp>

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

/// A line without its comment, where commas and semicolons are replaced by spaces.
inline std::string matrix_line(std::string line) {
  for (char const* const mark : {"#", "%", "//"}) line = line.substr(0, line.find(mark));
  for (char& letter : line) {
    if (letter == ',' || letter == ';') letter = ' ';
  }
  return line;
}

}  // namespace detail

/// Reads the matrices of a text file that holds twelve numbers for each view and nothing else.
/// White space, line ends, commas and semicolons separate numbers; what follows `#`, `%` or `//` on
/// a line is a comment. The numbers are not interpreted: ConeBeam::from_matrices needs matrices
/// from world mm to pixel indices, with pixel centres at integers. Throws FileError for a word that
/// is not a finite number, with its line, and unless there are twelve numbers for each of one or
/// more views.
inline std::vector<ProjectionMatrix> read_matrices(std::filesystem::path const& path,
                                                   MatrixOrder order) {
  std::istringstream text{detail::read_text_file(path)};
  text.exceptions(std::ios::badbit);
  std::vector<ProjectionMatrix> matrices;
  std::size_t count = 0;
  int line_number = 0;
  for (std::string line; std::getline(text, line);) {
    ++line_number;
    for (std::string const& word : detail::words(detail::matrix_line(line))) {
      auto const number = detail::parse_number(word);
      if (!number) {
        detail::fail_file(path, "line ", line_number, ": ", detail::quoted(word),
                          " is not a finite number");
      }
      if (count % 12 == 0) matrices.emplace_back();
      detail::matrix_number(matrices.back(), static_cast<int>(count % 12), order) = *number;
      ++count;
    }
  }
  if (count == 0 || count % 12 != 0) {
    detail::fail_file(path, "holds ", count, " numbers; there must be 12 for each of one or more ",
                      "views");
  }
  return matrices;
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
