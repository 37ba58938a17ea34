// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// CollimatedImages: images without what lies behind jaws.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include <pyronn/core/extents.hpp>
#include <pyronn/interop/rtk_parameters.hpp>
#include <pyronn/scan/image_stack.hpp>

namespace pyronn::detail {

/// One view in RTK's world, and what its jaws let through.
struct CollimatedView {
  rtk::CollimatedProjection file;  ///< as the file has it
  ConeVectors vectors;             ///< where its pixels are

  [[nodiscard]] bool passes(Extents<2> size, double column, double row) const {
    Vec3d const pixel = vectors.detector_center + (column - 0.5 * (size[0] - 1)) * vectors.u_step +
                        (row - 0.5 * (size[1] - 1)) * vectors.v_step;
    return rtk::passes(file.jaws, file.projection, vectors.source, pixel);
  }

  /// Whether all pixels do: what jaws leave open has straight borders.
  [[nodiscard]] bool is_open(Extents<2> size) const {
    double const last[] = {size[0] - 1.0, size[1] - 1.0};
    return passes(size, 0, 0) && passes(size, last[0], 0) && passes(size, 0, last[1]) &&
           passes(size, last[0], last[1]);
  }
};

/// Images of another stack with one number wherever jaws hide a pixel.
class CollimatedImages : public ImageStack {
 public:
  /// One view an image. Keeps the other stack.
  CollimatedImages(std::shared_ptr<ImageStack const> images, std::vector<CollimatedView> views,
                   float hidden)
      : ImageStack{images->extents(), images->type()},
        images_{std::move(images)},
        views_{std::move(views)},
        hidden_{hidden} {}

 private:
  void read_stored(ImagePart const& part, void* out) const override {
    read_stored_of(*images_, part, out);
    visit_number_type(type(), [&](auto number) {
      using T = decltype(number);
      auto* numbers = static_cast<T*>(out);
      for (int image = part.first_image; image < part.first_image + part.images; ++image) {
        hide(views_[static_cast<std::size_t>(image)], part, numbers);
        numbers += std::int64_t{part.rows} * extents()[0];
      }
    });
  }

  template <class T>
  void hide(CollimatedView const& view, ImagePart const& part, T* numbers) const {
    Extents<2> const size{extents()[0], extents()[1]};
    if (view.is_open(size)) return;
    for (int row = part.first_row; row < part.first_row + part.rows; ++row) {
      for (int column = 0; column < size[0]; ++column, ++numbers) {
        if (!view.passes(size, column, row)) *numbers = static_cast<T>(hidden_);
      }
    }
  }

  std::shared_ptr<ImageStack const> images_;
  std::vector<CollimatedView> views_;
  float hidden_;
};

}  // namespace pyronn::detail
