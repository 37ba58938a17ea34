// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// ReversedImages: images whose columns or rows run the other way.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include <pyronn/scan/detail/reversed.hpp>
#include <pyronn/scan/image_stack.hpp>

namespace pyronn {

/// Which axes of an image run the other way.
struct ReversedAxes {
  bool columns = false;  ///< the last column becomes the first
  bool rows = false;     ///< the last row becomes the first

  /// Whether any does.
  explicit operator bool() const { return columns || rows; }
};

/// The images of another stack, mirrored.
class ReversedImages : public ImageStack {
 public:
  /// Keeps the other stack.
  ReversedImages(std::shared_ptr<ImageStack const> images, ReversedAxes axes)
      : ImageStack{images->extents(), images->type()}, images_{std::move(images)}, axes_{axes} {}

 private:
  void read_stored(ImagePart const& part, void* out) const override {
    ImagePart stored = part;
    if (axes_.rows) stored.first_row = extents()[1] - part.first_row - part.rows;
    read_stored_of(*images_, stored, out);
    std::int64_t const image_bytes = std::int64_t{extents()[0]} * part.rows * bytes_of(type());
    for (int image = 0; image < part.images; ++image) {
      std::byte* const numbers = static_cast<std::byte*>(out) + image * image_bytes;
      if (axes_.rows) detail::reverse_rows(numbers, part.rows, extents()[0], type());
      if (axes_.columns) detail::reverse_columns(numbers, part.rows, extents()[0], type());
    }
  }

  std::shared_ptr<ImageStack const> images_;
  ReversedAxes axes_;
};

}  // namespace pyronn
