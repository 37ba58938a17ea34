// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// DLPack, the protocol by which array libraries hand arrays to one another: NumPy, PyTorch, JAX,
/// TensorFlow, CuPy. Imported tensors become array views, arrays of the library are exported. The
/// structures have the layout of DLPack 1.x; its own header is not needed. Source:
/// https://dmlc.github.io/dlpack/latest/c_api.html
#include <cstdint>
#include <limits>
#include <memory>
#include <type_traits>
#include <utility>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/interop/dlpack_tensor.hpp>

namespace pyronn::dlpack {

/// Number of elements. Throws InvalidArgument for a negative size, and for more than can be
/// counted.
inline std::int64_t element_count(Tensor const& tensor) {
  bool is_empty = false;
  for (int axis = 0; axis < tensor.ndim; ++axis) {
    std::int64_t const size = tensor.shape[axis];
    detail::expects(size >= 0, "dlpack: the tensor has ", size, " elements along axis ", axis);
    is_empty = is_empty || size == 0;
  }
  if (is_empty) return 0;
  std::int64_t count = 1;
  for (int axis = 0; axis < tensor.ndim; ++axis) {
    detail::expects(count <= std::numeric_limits<std::int64_t>::max() / tensor.shape[axis],
                    "dlpack: the tensor has more elements than can be counted");
    count *= tensor.shape[axis];
  }
  return count;
}

/// Whether elements lie in C order without gaps. The strides of axes with one element mean nothing,
/// nor do any where there are no elements.
inline bool is_contiguous(Tensor const& tensor) {
  if (tensor.strides == nullptr || element_count(tensor) == 0) return true;
  std::int64_t expected = 1;
  for (int axis = tensor.ndim - 1; axis >= 0; --axis) {
    if (tensor.shape[axis] == 1) continue;
    if (tensor.strides[axis] != expected) return false;
    expected *= tensor.shape[axis];
  }
  return true;
}

/// The tensor as an array, whose axes come in the other order: fastest first. `what` names it in
/// errors. The memory stays the lender's. Throws InvalidArgument unless the tensor has `Rank` axes,
/// elements of T, C order without gaps and addresses that are multiples of an element.
template <class T, int Rank>
ArrayView<T, Rank> array_of(Tensor const& tensor, char const* what) {
  constexpr DataType type = data_type_of<T>();
  detail::expects(tensor.dtype == type, what, ": the tensor is of ", name_of(tensor.dtype),
                  "; it must be of ", name_of(type));
  detail::expects(tensor.ndim == Rank, what, ": the tensor has ", tensor.ndim,
                  " axes; it must have ", Rank);
  bool const is_empty = element_count(tensor) == 0;
  Extents<Rank> extents{};
  for (int axis = 0; axis < Rank; ++axis) {
    std::int64_t const size = tensor.shape[Rank - 1 - axis];
    detail::expects(size <= std::numeric_limits<int>::max(), what, ": the tensor has ", size,
                    " elements along axis ", Rank - 1 - axis, "; at most 2^31 - 1 are possible");
    extents[axis] = static_cast<int>(size);
  }
  detail::expects(is_contiguous(tensor), what,
                  ": the tensor is not contiguous: make a copy in C order first");
  if (is_empty) return {nullptr, extents};
  detail::expects(tensor.data != nullptr, what, ": the tensor has elements, but no memory");
  auto* const bytes = static_cast<unsigned char*>(tensor.data) + tensor.byte_offset;
  detail::expects(reinterpret_cast<std::uintptr_t>(bytes) % alignof(T) == 0, what,
                  ": the tensor begins at an address that is no multiple of ", alignof(T),
                  " bytes");
  return {reinterpret_cast<T*>(bytes), extents};
}

/// A tensor that was lent, given back when this goes.
class ImportedTensor {
 public:
  /// Takes what a capsule "dltensor" holds, whose name must then be "used_dltensor". Such lenders
  /// do not say whether it may be written. Throws InvalidArgument for a null pointer.
  explicit ImportedTensor(ManagedTensor* lent)
      : owner_{owner_of(lent)}, tensor_{&lent->dl_tensor}, is_read_only_{false} {}

  /// Takes what a capsule "dltensor_versioned" holds, whose name must then be
  /// "used_dltensor_versioned". Throws InvalidArgument, having given it back, for a version whose
  /// layout is not known.
  explicit ImportedTensor(ManagedTensorVersioned* lent)
      : owner_{owner_of(lent)},
        tensor_{&known_layout(*lent).dl_tensor},
        is_read_only_{(lent->flags & ManagedTensorVersioned::read_only) != 0} {}

  /// What is lent.
  [[nodiscard]] Tensor const& tensor() const { return *tensor_; }
  /// Where it lies.
  [[nodiscard]] Device device() const { return tensor_->device; }
  /// Whether the lender forbids to write.
  [[nodiscard]] bool is_read_only() const { return is_read_only_; }

  /// As array_of. Throws InvalidArgument where `T` is not const and the lender forbids to write.
  template <class T, int Rank>
  [[nodiscard]] ArrayView<T, Rank> array(char const* what) const {
    detail::expects(std::is_const_v<T> || !is_read_only_, what,
                    ": the tensor is read-only: make a copy that can be written");
    return array_of<T, Rank>(*tensor_, what);
  }

 private:
  template <class Managed>
  static std::shared_ptr<void> owner_of(Managed* lent) {
    detail::expects(lent != nullptr, "dlpack: the capsule holds no tensor");
    return {lent, [lent](void*) {
              if (lent->deleter != nullptr) lent->deleter(lent);
            }};
  }
  static ManagedTensorVersioned const& known_layout(ManagedTensorVersioned const& lent) {
    detail::expects(lent.major == 1, "dlpack: the tensor is of DLPack ", lent.major, ".",
                    lent.minor, "; versions 1.x are known");
    return lent;
  }

  std::shared_ptr<void> owner_;
  Tensor const* tensor_;
  bool is_read_only_;
};

}  // namespace pyronn::dlpack

namespace pyronn::detail {

/// An array on loan: shape and owner live as long as the borrower keeps it.
template <class Managed, int Rank>
struct DlpackLoan {
  Managed managed{};
  std::int64_t shape[Rank];
  std::int64_t strides[Rank];
  std::shared_ptr<void> owner;

  template <class T>
  DlpackLoan(ArrayView<T, Rank> array, dlpack::Device device, std::shared_ptr<void> owner_of)
      : owner{std::move(owner_of)} {
    std::int64_t stride = 1;
    for (int axis = 0; axis < Rank; ++axis) {
      shape[Rank - 1 - axis] = array.extents[axis];
      strides[Rank - 1 - axis] = stride;
      stride *= array.extents[axis];
    }
    // The flag read_only says what the type of the pointer cannot.
    void* const data = const_cast<std::remove_const_t<T>*>(array.data);  // NOLINT
    managed.dl_tensor = {data, device, Rank, dlpack::data_type_of<T>(), shape, strides, 0};
    managed.manager_ctx = this;
    managed.deleter = [](Managed* lent) { delete static_cast<DlpackLoan*>(lent->manager_ctx); };
  }
};

}  // namespace pyronn::detail

namespace pyronn::dlpack {

/// Lends an array to another library, in a capsule of the name "dltensor_versioned"; of const
/// elements with the flag read_only. `owner` keeps the memory alive until the borrower gives it
/// back by the deleter.
template <class T, int Rank>
ManagedTensorVersioned* export_versioned(ArrayView<T, Rank> array, Device device,
                                         std::shared_ptr<void> owner) {
  auto* const loan =
      new detail::DlpackLoan<ManagedTensorVersioned, Rank>{array, device, std::move(owner)};
  loan->managed.major = 1;
  loan->managed.minor = 0;
  loan->managed.flags = std::is_const_v<T> ? ManagedTensorVersioned::read_only : 0;
  return &loan->managed;
}

/// The same for libraries that know the capsule "dltensor" alone, which cannot say that an array
/// must not be written: const elements fail to compile.
template <class T, int Rank>
ManagedTensor* export_legacy(ArrayView<T, Rank> array, Device device, std::shared_ptr<void> owner) {
  static_assert(!std::is_const_v<T>,
                "DLPack before 1.0 cannot lend what must not be written: use export_versioned.");
  return &(new detail::DlpackLoan<ManagedTensor, Rank>{array, device, std::move(owner)})->managed;
}

}  // namespace pyronn::dlpack
