// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <utility>
#include <vector>

#include "../support/picture.hpp"
#include "curve_picture.hpp"

namespace example {

/// Pictures that are drawn on the way and written when the volume is: nothing is written where the
/// input turns out to be of no use.
class LatePictures {
 public:
  /// Keeps what `make` draws; nothing where no name is given.
  template <class Make>
  void draw(std::filesystem::path const& path, Make const& make) {
    if (!path.empty()) pictures_.emplace_back(path, make());
  }

  /// All of them, whose grey values are those of drawn_window.
  void write() const {
    for (auto const& [path, picture] : pictures_) write_png(path, picture, drawn_window);
  }

 private:
  std::vector<std::pair<std::filesystem::path, Picture>> pictures_;
};

}  // namespace example
