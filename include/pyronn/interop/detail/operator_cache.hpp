// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// OperatorCache: operators that were set up for earlier calls.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <list>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include <pyronn/core/grid.hpp>
#include <pyronn/interop/detail/operator_setup.hpp>
#include <pyronn/interop/dlpack.hpp>

namespace pyronn::detail {

/// All that an operator depends on. The geometry's tensor is looked at, and copied only to be kept:
/// what it holds is compared, as memory may be written by others than the framework.
class OperatorKey {
 public:
  OperatorKey(OperatorSizes sizes, Grid const& grid, std::vector<double> model,
              dlpack::Tensor const& geometry)
      : sizes_{std::move(sizes)},
        grid_{grid},
        model_{std::move(model)},
        shape_(geometry.shape, geometry.shape + geometry.ndim),
        type_{geometry.dtype},
        bytes_{static_cast<unsigned char*>(geometry.data) + geometry.byte_offset},
        count_{static_cast<std::size_t>(dlpack::element_count(geometry)) *
               (geometry.dtype.bits / 8U)} {}

  [[nodiscard]] bool operator==(OperatorKey const& other) const {
    return sizes_.batch == other.sizes_.batch && sizes_.detector == other.sizes_.detector &&
           sizes_.views == other.sizes_.views && grid_ == other.grid_ && model_ == other.model_ &&
           shape_ == other.shape_ && type_ == other.type_ && count_ == other.count_ &&
           std::memcmp(bytes_, other.bytes_, count_) == 0;
  }

  /// The geometry's numbers.
  [[nodiscard]] void* numbers() const { return bytes_; }

  /// The same with a copy of what it looks at.
  [[nodiscard]] OperatorKey kept() const {
    OperatorKey key = *this;
    key.copy_ = std::make_shared<std::vector<unsigned char>>(bytes_, bytes_ + count_);
    key.bytes_ = key.copy_->data();
    return key;
  }

 private:
  OperatorSizes sizes_;
  Grid grid_;
  std::vector<double> model_;
  std::vector<std::int64_t> shape_;
  dlpack::DataType type_;
  unsigned char* bytes_;
  std::size_t count_;
  std::shared_ptr<std::vector<unsigned char>> copy_;
};

/// The operators of the last few setups, for any number of threads.
template <class Operator_>
class OperatorCache {
 public:
  using Operator = Operator_;

  /// The operator of this key; made by `make(numbers)` of a copy of the geometry's numbers unless
  /// it was kept, as others may write them meanwhile. Of two threads that want the same one at the
  /// same time both may make it.
  template <class Make>
  std::shared_ptr<Operator const> get(OperatorKey const& key, Make const& make) {
    if (auto found = find(key)) return found;
    OperatorKey kept = key.kept();
    std::shared_ptr<Operator const> const made =
        std::make_shared<Operator const>(make(kept.numbers()));
    if (Lock const lock{mutex_, patience}) {
      entries_.emplace_front(std::move(kept), made);
      if (entries_.size() > capacity) entries_.pop_back();
    }
    return made;
  }

 private:
  using Lock = std::unique_lock<std::timed_mutex>;
  /// In a process that was forked while another thread held the mutex nobody ever gives it back:
  /// then nothing is kept.
  static constexpr std::chrono::milliseconds patience{100};
  static constexpr std::size_t capacity = 16;

  std::shared_ptr<Operator const> find(OperatorKey const& key) {
    Lock const lock{mutex_, patience};
    if (!lock) return nullptr;
    for (auto entry = entries_.begin(); entry != entries_.end(); ++entry) {
      if (!(entry->first == key)) continue;
      entries_.splice(entries_.begin(), entries_, entry);
      return entries_.front().second;
    }
    return nullptr;
  }

  std::timed_mutex mutex_;
  std::list<std::pair<OperatorKey, std::shared_ptr<Operator const>>> entries_;
};

}  // namespace pyronn::detail
