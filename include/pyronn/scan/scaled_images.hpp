// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// ScaledImages: images of another stack, each times a factor.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include <pyronn/core/error.hpp>
#include <pyronn/scan/image_stack.hpp>

namespace pyronn {

/// The images of another stack as floats, each times a factor of its own: exposures that differ
/// become one.
class ScaledImages : public ImageStack {
 public:
  /// Keeps the other stack. Throws InvalidArgument unless there is a factor for each image.
  ScaledImages(std::shared_ptr<ImageStack const> images, std::vector<double> factors)
      : ImageStack{images->extents(), NumberType::float32},
        images_{std::move(images)},
        factors_{std::move(factors)} {
    detail::expects(factors_.size() == static_cast<std::size_t>(extents()[2]),
                    "ScaledImages: ", detail::counted(factors_.size(), "factor"), " of ",
                    detail::counted(extents()[2], "image"));
  }

 private:
  void read_stored(ImagePart const& part, void* out) const override {
    auto* numbers = static_cast<float*>(out);
    images_->read(part, numbers);
    std::int64_t const count = std::int64_t{extents()[0]} * part.rows;
    for (int i = 0; i < part.images; ++i) {
      int const image = part.first_image + i;
      double const factor = factors_[static_cast<std::size_t>(image)];
      for (float* const end = numbers + count; numbers != end; ++numbers) {
        *numbers = static_cast<float>(static_cast<double>(*numbers) * factor);
      }
    }
  }

  std::shared_ptr<ImageStack const> images_;
  std::vector<double> factors_;
};

}  // namespace pyronn
