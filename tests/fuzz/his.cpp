// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <pyronn/scan/elekta_images.hpp>

#include "../support/his_writer.hpp"
#include "fuzz.hpp"
#include "images.hpp"

namespace fuzz {

Reader his() {
  test::HisHeader const one{3, 2};
  test::HisHeader several{2, 2};
  several.images = 3;
  several.more_bytes = 1;
  return {
      "his",
      {test::his(one, {1, 2, 3, 4, 5, 6}), test::his(several, std::vector<std::uint16_t>(12, 9))},
      {std::string("\0\x70\x44\0", 4), std::string(1, '\0'), std::string(2, '\0'), "\xff\xff",
       "\x04", "\x01", std::string(68, '\0'), "\x7f"},
      [](std::filesystem::path const& file) {
        return returns<pyronn::FileError>(
            [&] { check_images(*pyronn::elekta_images(file), std::filesystem::file_size(file)); });
      }};
}

}  // namespace fuzz
