// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// SelectedImages: some images of a stack, in any order.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include <pyronn/core/error.hpp>
#include <pyronn/scan/image_stack.hpp>

namespace pyronn {

/// Images of another stack by their numbers there: in files where views, darks and flats lie
/// together, those of one kind.
class SelectedImages : public ImageStack {
 public:
  /// Throws InvalidArgument for an empty list, and for numbers that are not in the stack.
  SelectedImages(std::shared_ptr<ImageStack const> stack, std::vector<int> numbers)
      : ImageStack{{stack->extents()[0], stack->extents()[1], static_cast<int>(numbers.size())},
                   stack->type()},
        stack_{std::move(stack)},
        numbers_{std::move(numbers)} {
    int const count = stack_->extents()[2];
    for (int const number : numbers_) {
      detail::expects(number >= 0 && number < count, "SelectedImages: image ", number, " of ",
                      count);
    }
  }

 private:
  /// Neighbours are read in one go.
  void read_stored(ImagePart const& part, void* out) const override {
    std::int64_t const image_bytes = std::int64_t{extents()[0]} * part.rows * bytes_of(type());
    auto* bytes = static_cast<std::byte*>(out);
    int const end = part.first_image + part.images;
    for (int first = part.first_image; first < end;) {
      int const number = number_of(first);
      int next = first + 1;
      while (next < end && number_of(next) == number + next - first) ++next;
      read_stored_of(*stack_, {number, next - first, part.first_row, part.rows}, bytes);
      bytes += (next - first) * image_bytes;
      first = next;
    }
  }

  /// There is a pointer to images that are neighbours in the other stack.
  [[nodiscard]] void const* numbers_in_memory() const override {
    for (std::size_t i = 1; i < numbers_.size(); ++i) {
      if (numbers_[i] != numbers_[i - 1] + 1) return nullptr;
    }
    auto const* const all = static_cast<std::byte const*>(numbers_in_memory_of(*stack_));
    std::int64_t const image_bytes = std::int64_t{extents()[0]} * extents()[1] * bytes_of(type());
    return all == nullptr ? nullptr : all + numbers_.front() * image_bytes;
  }

  [[nodiscard]] int number_of(int image) const { return numbers_[static_cast<std::size_t>(image)]; }

  std::shared_ptr<ImageStack const> stack_;
  std::vector<int> numbers_;
};

}  // namespace pyronn
