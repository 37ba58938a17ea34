// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// RowsAsImages: a sinogram as the views of a scan of the plane.
#include <memory>
#include <utility>

#include <pyronn/core/error.hpp>
#include <pyronn/scan/image_stack.hpp>

namespace pyronn {

/// The rows of one image as images of one row each: a sinogram `[view][column]` as the views of a
/// scan of the plane.
class RowsAsImages : public ImageStack {
 public:
  /// Throws InvalidArgument for a stack of several images.
  explicit RowsAsImages(std::shared_ptr<ImageStack const> image)
      : ImageStack{{image->extents()[0], 1, image->extents()[1]}, image->type()},
        image_{std::move(image)} {
    detail::expects(image_->extents()[2] == 1, "RowsAsImages: ", image_->extents()[2],
                    " images, where a sinogram is one");
  }

 private:
  void read_stored(ImagePart const& part, void* out) const override {
    if (part.rows > 0) read_stored_of(*image_, {0, 1, part.first_image, part.images}, out);
  }

  [[nodiscard]] void const* numbers_in_memory() const override {
    return numbers_in_memory_of(*image_);
  }

  std::shared_ptr<ImageStack const> image_;
};

}  // namespace pyronn
