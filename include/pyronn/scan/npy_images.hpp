// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The images of a .npy file.
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <vector>

#include <pyronn/io/detail/file_error.hpp>
#include <pyronn/io/npy.hpp>
#include <pyronn/scan/image_stack.hpp>
#include <pyronn/scan/images_in_memory.hpp>
#include <pyronn/scan/raw_images.hpp>

namespace pyronn {

namespace detail {

/// Images of a file in Fortran order, in which they do not lie in one piece.
inline std::shared_ptr<ImageStack const> npy_images_in_memory(
    std::filesystem::path const& path, Extents<3> extents, NumberType type,
    std::vector<std::int64_t> const& shape) {
  return visit_number_type(type, [&](auto number) -> std::shared_ptr<ImageStack const> {
    using T = decltype(number);
    NpyHeaderReader reader{path};
    NpyHeader const header = reader.read();
    if (header.type != type || header.shape != shape)
      fail_file(path, "was changed while it was read");
    std::vector<T> stored(static_cast<std::size_t>(extents.count()));
    NpyElements<T>{path, reader.file(), header.is_big_endian}.read(stored);
    return std::make_shared<ImagesInMemory<T>>(extents, from_fortran_order(stored, shape));
  });
}

}  // namespace detail

/// The images of a .npy file of shape (images, rows, columns); (rows, columns) is one image, and
/// (columns,) one of one row. A file in Fortran order is read at once. Throws FileError where
/// read_npy_header does, and for other shapes.
[[nodiscard]] inline std::shared_ptr<ImageStack const> npy_images(
    std::filesystem::path const& path) {
  NpyHeader const header = read_npy_header(path);
  auto shape = header.shape;
  while (!shape.empty() && shape.size() < 3) shape.insert(shape.begin(), 1);
  bool is_possible = shape.size() == 3;
  for (std::int64_t const size : shape) {
    is_possible = is_possible && size >= 1 && size <= std::numeric_limits<int>::max();
  }
  if (!is_possible) {
    detail::fail_file(path, "has the shape ", detail::npy_shape_text(header.shape),
                      ", not (images, rows, columns)");
  }
  auto const size = [&shape](std::size_t axis) { return static_cast<int>(shape[axis]); };
  if (header.is_fortran_order && header.shape.size() > 1) {
    return detail::npy_images_in_memory(path, {size(2), size(1), size(0)}, header.type,
                                        header.shape);
  }
  return std::make_shared<RawImages>(
      path, RawImage{{size(2), size(1)}, header.type, header.is_big_endian}, size(0),
      header.data_offset);
}

}  // namespace pyronn
