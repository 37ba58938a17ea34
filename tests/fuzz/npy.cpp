// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <pyronn/io/npy.hpp>

#include "../support/temporary_folder.hpp"
#include "fuzz.hpp"

namespace fuzz {
namespace {

template <class T>
bool reads(std::filesystem::path const& path) {
  return returns<pyronn::FileError>([&] {
    auto const array = pyronn::read_npy<T>(path);
    std::size_t count = 1;
    for (std::int64_t const size : array.shape) count *= static_cast<std::size_t>(size);
    promises(array.data.size() == count, "an array has as many elements as its shape says");
    promises(array.shape == pyronn::read_npy_header(path).shape, "header and array agree");
  });
}

}  // namespace

Reader npy() {
  test::TemporaryFolder const folder;
  auto const path = folder / "array.npy";
  std::vector<std::string> corpus;
  auto const add = [&](auto number, std::vector<std::int64_t> const& shape) {
    std::vector<decltype(number)> const values(24, number);
    pyronn::write_npy(path, values.data(), shape);
    corpus.push_back(test::read_bytes(path));
  };
  add(1.5F, {2, 3, 4});
  add(-2.5, {});
  add(std::uint16_t{513}, {24});
  add(std::uint8_t{7}, {0, 5});
  add(1.0F, std::vector<std::int64_t>(20, 1));
  std::string turned = corpus[0];
  corpus.push_back(turned.replace(turned.find("False"), 5, "True "));
  return {"npy",
          corpus,
          {"'<i2'",
           "'>i2'",
           "'<i8'",
           "'>f8'",
           "'<f2'",
           "'|i1'",
           "'|u1'",
           "'|b1'",
           "'>u4'",
           "'<c8'",
           "True",
           "False",
           "(2, 3, 4)",
           "(24L,)",
           "()",
           "(1,)",
           "9223372036854775807",
           ", 1, 1, 1, 1, 1, 1",
           "'descr': ",
           "'shape': ",
           "'fortran_order': ",
           "{",
           "}",
           "\x93NUMPY\x02",
           "\n"},
          [](std::filesystem::path const& file) {
            bool const as_float = reads<float>(file);
            promises(as_float == reads<double>(file), "float and double read the same files");
            bool const as_byte = reads<std::uint8_t>(file);
            bool const as_short = reads<std::uint16_t>(file);
            promises(as_float >= as_short && as_short >= as_byte, "wider types read more files");
            return as_float;
          }};
}

}  // namespace fuzz
