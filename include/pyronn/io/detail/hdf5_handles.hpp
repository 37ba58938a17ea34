// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// HDF5's C library, one thread at a time, with handles that close themselves.
#include <mutex>
#include <string>
#include <utility>

#include <hdf5.h>

namespace pyronn::detail {

/// Debian's library is for one thread at a time: every use of it in this header's classes is within
/// one of these, of one shared library: two of them that hide their functions must not use it at
/// the same time. It keeps the library from printing errors, as it did before, until it goes.
class Hdf5Session {
 public:
  Hdf5Session() : lock_{mutex()} {
    H5Eget_auto2(H5E_DEFAULT, &print_, &data_);
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  }
  Hdf5Session(Hdf5Session const&) = delete;
  Hdf5Session& operator=(Hdf5Session const&) = delete;
  ~Hdf5Session() { H5Eset_auto2(H5E_DEFAULT, print_, data_); }

  /// The library's innermost reason for its last error.
  static std::string reason() {
    std::string text;
    H5Ewalk2(
        H5E_DEFAULT, H5E_WALK_DOWNWARD,
        [](unsigned, H5E_error2_t const* error, void* kept) -> herr_t {
          if (error->desc != nullptr) *static_cast<std::string*>(kept) = error->desc;
          return 0;
        },
        &text);
    return text.empty() ? "unknown reason" : text;
  }

 private:
  static std::recursive_mutex& mutex() {
    static std::recursive_mutex mutex;
    return mutex;
  }

  std::lock_guard<std::recursive_mutex> lock_;
  H5E_auto2_t print_ = nullptr;
  void* data_ = nullptr;
};

/// A handle of the library, closed by `Close`. Negative: there is none.
template <herr_t (*Close)(hid_t)>
class Hdf5Handle {
 public:
  explicit Hdf5Handle(hid_t id) : id_{id} {}
  Hdf5Handle(Hdf5Handle&& other) noexcept : id_{std::exchange(other.id_, -1)} {}
  Hdf5Handle& operator=(Hdf5Handle&& other) noexcept {
    std::swap(id_, other.id_);
    return *this;
  }
  Hdf5Handle(Hdf5Handle const&) = delete;
  Hdf5Handle& operator=(Hdf5Handle const&) = delete;
  ~Hdf5Handle() {
    if (id_ < 0) return;
    Hdf5Session const session;
    Close(id_);
  }

  [[nodiscard]] hid_t get() const { return id_; }
  explicit operator bool() const { return id_ >= 0; }

 private:
  hid_t id_;
};

using Hdf5Dataset = Hdf5Handle<H5Dclose>;
using Hdf5Space = Hdf5Handle<H5Sclose>;
using Hdf5Type = Hdf5Handle<H5Tclose>;
using Hdf5Properties = Hdf5Handle<H5Pclose>;
using Hdf5Object = Hdf5Handle<H5Oclose>;
using Hdf5Attribute = Hdf5Handle<H5Aclose>;
using Hdf5Group = Hdf5Handle<H5Gclose>;
using Hdf5FileHandle = Hdf5Handle<H5Fclose>;

}  // namespace pyronn::detail
