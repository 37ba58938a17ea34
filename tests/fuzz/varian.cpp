// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <vector>

#include <pyronn/scan/varian_images.hpp>

#include "../support/varian_writer.hpp"
#include "fuzz.hpp"
#include "images.hpp"

namespace fuzz {
namespace {

std::vector<std::string> const pieces{std::string(1, '\0'),
                                      std::string(4, '\0'),
                                      std::string("\1\0\0\0", 4),
                                      std::string("\2\0\0\0", 4),
                                      std::string("\3\0\0\0", 4),
                                      std::string("\5\0\0\0", 4),
                                      std::string("\xff\xff\xff\x7f", 4),
                                      std::string("\0\0\0\x80", 4),
                                      std::string("\0\0\x10\0", 4),
                                      std::string("\0\0\0\0\0\0\xf8\x7f", 8),
                                      "\xff",
                                      "\xaa",
                                      "\x55",
                                      "PixelWidth",
                                      "VMS.XI"};

/// What a file's name would say is said by `read`, as the name of these files says nothing.
template <class Read>
bool is_accepted(std::filesystem::path const& path, Read const& read) {
  return returns<pyronn::FileError>([&] {
    pyronn::ReadableFile const file{path};
    pyronn::detail::VarianFile const header = read(file);
    if (header.size.count() == 0) return;
    check_images(*pyronn::detail::varian_images({header}), std::filesystem::file_size(path));
  });
}

}  // namespace

Reader xim() {
  test::varian::Numbers const numbers{{"PixelWidth", 0.04}, {"KVSourceRtn", 90}};
  test::varian::Pixels const pixels{5, 100000, 7, 8, -9, 1000, 11, 12, 130};
  return {"xim",
          {test::varian::xim(pixels, 3, numbers), test::varian::plain_xim(pixels, 3, numbers),
           test::varian::xim(pixels, 9, {}), test::varian::xim(pixels, 1, {}),
           test::varian::xim_start(0, 0, 4, 1) + std::string(12, '\0') +
               test::varian::xim_end(numbers)},
          pieces,
          [](std::filesystem::path const& path) {
            return is_accepted(path, pyronn::detail::read_xim_header);
          }};
}

Reader hnd() {
  test::varian::Pixels const pixels{5, 100000, 7, 8, -9, 1000, 11, 12, 130};
  return {"hnd",
          {test::varian::hnd(pixels, 3, 10, 0.5), test::varian::hnd(pixels, 1, 10, 0.5)},
          pieces,
          [](std::filesystem::path const& path) {
            return is_accepted(path, pyronn::detail::read_hnd_header);
          }};
}

Reader hnc() {
  return {"hnc",
          {test::varian::hnc({1, 2, 3, 4, 5, 6}, 3, 10, 0.5)},
          pieces,
          [](std::filesystem::path const& path) {
            return is_accepted(path, pyronn::detail::read_hnc_header);
          }};
}

}  // namespace fuzz
