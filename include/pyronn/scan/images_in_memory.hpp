// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// ImagesInMemory: a stack of images that is held in memory.
#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include <pyronn/core/error.hpp>
#include <pyronn/scan/image_stack.hpp>

namespace pyronn {

/// Images of which this object holds the numbers.
template <class T>
class ImagesInMemory : public ImageStack {
 public:
  /// Throws InvalidArgument unless there are as many numbers as the extents (columns, rows, images)
  /// say.
  ImagesInMemory(Extents<3> extents, std::vector<T> numbers)
      : ImageStack{extents, detail::number_type<T>()}, numbers_{std::move(numbers)} {
    detail::expects(static_cast<std::int64_t>(numbers_.size()) == extents.count(),
                    "ImagesInMemory: ", detail::counted(numbers_.size(), "number"),
                    " for images of ", extents);
  }

 private:
  void read_stored(ImagePart const& part, void* out) const override {
    auto const whole = in_memory<T>();
    auto const columns = whole.extents[0];
    auto* numbers = static_cast<T*>(out);
    for (int image = 0; image < part.images; ++image) {
      T const* const first = whole.data + (part.first_image + image) * whole.slice_count() +
                             std::int64_t{part.first_row} * columns;
      numbers = std::copy_n(first, std::int64_t{part.rows} * columns, numbers);
    }
  }

  [[nodiscard]] void const* numbers_in_memory() const override { return numbers_.data(); }

  std::vector<T> numbers_;
};

}  // namespace pyronn
