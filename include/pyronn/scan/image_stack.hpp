// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// ImageStack: images of one size, which are read when they are asked for.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <vector>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/io/number_type.hpp>

namespace pyronn {

/// Some images of a stack, and of each some rows.
struct ImagePart {
  int first_image;  ///< from 0
  int images;       ///< how many
  int first_row;    ///< from 0
  int rows;         ///< how many of each image
};

/// Images `[image][row][column]` of one size and one type of numbers: the views of a scan, or its
/// dark or flat fields. Nothing is read before it is asked for, in any order and by any number of
/// threads at a time.
class ImageStack {
 public:
  ImageStack(ImageStack const&) = delete;
  ImageStack& operator=(ImageStack const&) = delete;
  virtual ~ImageStack() = default;

  /// Columns, rows, images.
  [[nodiscard]] Extents<3> extents() const { return extents_; }

  /// What the images are stored as.
  [[nodiscard]] NumberType type() const { return type_; }

  /// All of the stack.
  [[nodiscard]] ImagePart whole() const { return {0, extents_[2], 0, extents_[1]}; }

  /// Reads a part, contiguous as `[image][row][column]`, into memory of the caller's on the host.
  /// T is the stack's type, float or double, or an unsigned integer where the stack's is a narrower
  /// one. Throws InvalidArgument for a part that is not in the stack and a T that does not hold the
  /// numbers, and FileError where files cannot be read.
  template <class T>
  void read(ImagePart const& part, T* out) const {
    check(part);
    if (type_ == detail::number_type<T>()) return read_stored(part, out);
    visit_number_type(type_, [&](auto stored) {
      using Stored = decltype(stored);
      if constexpr (detail::reads_as_v<Stored, T>) {
        read_converted<Stored>(part, out);
      } else {
        throw InvalidArgument(detail::message("pyronn::ImageStack: numbers of type ",
                                              name_of(type_), " do not fit into ",
                                              name_of(detail::number_type<T>())));
      }
    });
  }

  /// The whole stack where it lies in memory as numbers T, else an array without data. It is there
  /// as long as this object.
  template <class T>
  [[nodiscard]] ArrayView<T const, 3> in_memory() const {
    if (type_ != detail::number_type<T>()) return {nullptr, extents_};
    return {static_cast<T const*>(numbers_in_memory()), extents_};
  }

 protected:
  /// Throws InvalidArgument unless all sizes are at least 1.
  ImageStack(Extents<3> extents, NumberType type) : extents_{extents}, type_{type} {
    detail::expects(extents[0] >= 1 && extents[1] >= 1 && extents[2] >= 1, "ImageStack: ", extents,
                    " columns, rows and images must be at least 1");
  }

  /// For stacks that are made of another one: its `read_stored`.
  static void read_stored_of(ImageStack const& stack, ImagePart const& part, void* out) {
    stack.read_stored(part, out);
  }
  /// For stacks that are made of another one: its `numbers_in_memory`.
  static void const* numbers_in_memory_of(ImageStack const& stack) {
    return stack.numbers_in_memory();
  }

 private:
  /// Reads a part that is in the stack, as numbers of its type in this machine's order of bytes.
  virtual void read_stored(ImagePart const& part, void* out) const = 0;

  /// All numbers, aligned as their type, or null.
  [[nodiscard]] virtual void const* numbers_in_memory() const { return nullptr; }

  void check(ImagePart const& part) const {
    auto const is_in = [](int first, int count, int size) {
      return first >= 0 && count >= 0 && first <= size && count <= size - first;
    };
    detail::expects(is_in(part.first_image, part.images, extents_[2]), "ImageStack: ", part.images,
                    " images from ", part.first_image, " on, of ", extents_[2]);
    detail::expects(is_in(part.first_row, part.rows, extents_[1]), "ImageStack: ", part.rows,
                    " rows from ", part.first_row, " on, of ", extents_[1]);
  }

  /// Image by image, so that no more than one is held twice.
  template <class Stored, class T>
  void read_converted(ImagePart const& part, T* out) const {
    std::vector<Stored> numbers(static_cast<std::size_t>(std::int64_t{extents_[0]} * part.rows));
    for (int image = 0; image < part.images; ++image) {
      read_stored({part.first_image + image, 1, part.first_row, part.rows}, numbers.data());
      out = std::transform(numbers.begin(), numbers.end(), out,
                           [](Stored number) { return static_cast<T>(number); });
    }
  }

  Extents<3> extents_;
  NumberType type_;
};

/// Opens the images of a file or folder. Throws FileError.
using OpenImages = std::function<std::shared_ptr<ImageStack const>(std::filesystem::path const&)>;

}  // namespace pyronn
