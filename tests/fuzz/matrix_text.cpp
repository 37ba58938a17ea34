// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include <pyronn/interop/matrix_text.hpp>

#include "../support/temporary_folder.hpp"
#include "fuzz.hpp"

namespace fuzz {

Reader matrix_text() {
  test::TemporaryFolder const folder;
  auto const path = folder / "matrices.txt";
  pyronn::ProjectionMatrix const first{{{1.25, -2, 3e-7, 4}, {5, 6, 7, 8}, {9, 10, 11, 1.0 / 3}}};
  pyronn::ProjectionMatrix const second{{{-1e300, 2, 3, 4}, {0, 0, 1, -0.0}, {1, 0, 0, 500}}};
  pyronn::write_matrices(path, {first, second, first}, pyronn::MatrixOrder::row_major);
  return {"matrix_text",
          {test::read_bytes(path),
           "# of a calibration\r\n1, 2, 3, 4;\r\n5, 6, 7, 8;\r\n9, 10, 11, 12\r\n",
           "\xef\xbb\xbf"
           "1,2,3,4,5,6,7,8,9,10,11,12",
           "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n", "1 2 3 4 5 6\n7 8 9 10 11 12 % view 1"},
          {" ", "\n", ",", ";", "\r", "1,5", "0 0 0 1\n", "1 2 3 4\n", "#", "%", "//", "+1", "e5",
           "-", ".", "1 2 3 4 5 6 7 8 9 10 11 12\n", "\xff\xfe", "0x10", "1d5"},
          [](std::filesystem::path const& file) {
            return returns<pyronn::FileError>([&] {
              auto const rows = pyronn::read_matrices(file, pyronn::MatrixOrder::row_major);
              auto const columns = pyronn::read_matrices(file, pyronn::MatrixOrder::column_major);
              promises(!rows.empty() && rows.size() == columns.size(), "there are matrices");
              for (std::size_t n = 0; n < rows.size(); ++n) {
                for (int i = 0; i < 12; ++i) {
                  double const number = rows[n].row[i / 4][i % 4];
                  promises(std::isfinite(number), "numbers are finite");
                  promises(number == columns[n].row[i % 3][i / 3], "orders differ in order alone");
                }
              }
            });
          }};
}

}  // namespace fuzz
