// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/grid.hpp>
#include <pyronn/io/volume_writer.hpp>
#include <pyronn/scan/image_stack.hpp>

#include "../support/picture.hpp"
#include "image_error.hpp"

namespace example {

/// Where a volume goes slab by slab: to a file, into pictures, and beside the truth.
class VolumeSink {
 public:
  /// `truth` may be null: slices of the volume's size.
  VolumeSink(std::unique_ptr<pyronn::VolumeWriter> writer,
             std::shared_ptr<pyronn::ImageStack const> truth);

  /// The next slices, from the first one on.
  void take(pyronn::VolumeView<float const> slices);

  /// Lets the file appear, when all slices have come.
  void commit() { writer_->commit(); }

  [[nodiscard]] pyronn::Grid const& grid() const { return writer_->grid(); }
  /// Of the three slices through the middle.
  [[nodiscard]] MiddlePlanes const& middle_planes() const { return planes_; }
  /// None without truth.
  [[nodiscard]] std::optional<ImageError> error() const;

 private:
  std::unique_ptr<pyronn::VolumeWriter> writer_;
  std::shared_ptr<pyronn::ImageStack const> truth_;
  MiddlePlanes planes_;
  ImageErrorSums sums_;
};

}  // namespace example
