// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "volume_sink.hpp"

#include <utility>
#include <vector>

namespace example {

VolumeSink::VolumeSink(std::unique_ptr<pyronn::VolumeWriter> writer,
                       std::shared_ptr<pyronn::ImageStack const> truth)
    : writer_{std::move(writer)}, truth_{std::move(truth)}, planes_{writer_->grid()} {}

void VolumeSink::take(pyronn::VolumeView<float const> slices) {
  int const first = writer_->slices_written();
  writer_->append(slices);
  planes_.take(first, slices);
  if (truth_ == nullptr) return;
  std::vector<float> truth(static_cast<std::size_t>(slices.slice_count()));
  for (int z = 0; z < slices.extents[2]; ++z) {
    truth_->read({first + z, 1, 0, slices.extents[1]}, truth.data());
    sums_.add(slices.data + z * slices.slice_count(), truth.data(), slices.slice_count());
  }
}

std::optional<ImageError> VolumeSink::error() const {
  if (truth_ == nullptr) return std::nullopt;
  return sums_.error();
}

}  // namespace example
