// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What libtiff says of a file, kept instead of printed.
#include <array>
#include <cstdarg>
#include <cstdio>
#include <memory>
#include <new>
#include <string>

#include <tiffio.h>

namespace pyronn::detail {

/// Options for opening a file whose last error is kept in a text.
class TiffErrors {
 public:
  /// The text must be there as long as the file is open.
  explicit TiffErrors(std::string& text) : options_{TIFFOpenOptionsAlloc(), TIFFOpenOptionsFree} {
    if (options_ == nullptr) throw std::bad_alloc{};
    TIFFOpenOptionsSetErrorHandlerExtR(options_.get(), keep, &text);
    TIFFOpenOptionsSetWarningHandlerExtR(options_.get(), ignore, nullptr);
  }

  [[nodiscard]] TIFFOpenOptions* options() const { return options_.get(); }

 private:
  static int keep(TIFF*, void* kept, char const* module, char const* format,
                  std::va_list arguments) {
    std::array<char, 256> text{};
    if (std::vsnprintf(text.data(), text.size(), format, arguments) < 0) text[0] = '\0';
    *static_cast<std::string*>(kept) =
        (module == nullptr ? "" : std::string{module} + ": ") + text.data();
    return 1;
  }
  static int ignore(TIFF*, void*, char const*, char const*, std::va_list) { return 1; }

  std::unique_ptr<TIFFOpenOptions, void (*)(TIFFOpenOptions*)> options_;
};

}  // namespace pyronn::detail
