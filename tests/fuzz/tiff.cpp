// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

/// TIFF files that are containers of TIFF, with tags that are not right: inputs are texts that say
/// what directories hold.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <string>
#include <system_error>
#include <vector>

#include <pyronn/scan/tiff_images.hpp>

#include "../support/temporary_folder.hpp"
#include "fuzz.hpp"

namespace fuzz {
namespace {

/// Writes the bytes of a file: `big` or `little`, then `page`, `tag NUMBER TYPE VALUE...`,
/// `text NUMBER WORDS` and `pixels BYTES`, behind which tag 273 points without values of its own.
class TiffRecipe {
 public:
  [[nodiscard]] std::string bytes(std::string const& text) {
    std::istringstream lines{text};
    int count = 0;
    for (std::string line; std::getline(lines, line) && count < 100; ++count) {
      std::istringstream words{line};
      std::string kind;
      words >> kind;
      if (kind == "big") is_big_ = true;
      if (kind == "page") pages_.emplace_back();
      if (pages_.empty()) continue;
      if (kind == "tag") add_tag(words);
      if (kind == "text") add_text(words);
      if (kind == "pixels") words >> pages_.back().pixel_bytes;
    }
    return written();
  }

 private:
  struct Tag {
    std::uint64_t number;
    std::uint64_t type;
    std::uint64_t count;
    std::string bytes;
    bool is_offset;  ///< of the pixels
  };
  struct Page {
    std::vector<Tag> tags;
    std::size_t pixel_bytes = 0;
  };

  void add_tag(std::istringstream& words) {
    Tag tag{0, 0, 0, "", false};
    words >> tag.number >> tag.type;
    std::string word;
    for (; tag.count < 64 && words >> word; ++tag.count) {
      double const value = std::atof(word.c_str());
      auto const whole = static_cast<std::uint64_t>(std::strtoll(word.c_str(), nullptr, 10));
      if (tag.type == 5) {  // a fraction
        tag.bytes +=
            number(4, static_cast<std::uint64_t>((value > 0 ? std::min(value, 4e6) : 0) * 1000));
        tag.bytes += number(4, 1000);
      } else {
        tag.bytes += number(tag.type == 3 ? 2 : tag.type == 1 ? 1 : 4, whole);
      }
    }
    tag.is_offset = tag.count == 0;
    if (tag.is_offset) tag.count = 1;
    pages_.back().tags.push_back(tag);
  }

  void add_text(std::istringstream& words) {
    Tag tag{0, 2, 0, "", false};
    words >> tag.number;
    std::getline(words >> std::ws, tag.bytes);
    std::replace(tag.bytes.begin(), tag.bytes.end(), '|', '\n');
    tag.bytes += '\0';
    tag.count = tag.bytes.size();
    pages_.back().tags.push_back(tag);
  }

  [[nodiscard]] std::string number(int width, std::uint64_t value) const {
    std::string text;
    for (int i = 0; i < width; ++i) {
      text += static_cast<char>(value >> (8 * (is_big_ ? width - 1 - i : i)));
    }
    return text;
  }

  /// Values and pixels come behind the directory that they belong to.
  [[nodiscard]] std::string written() const {
    std::string file = (is_big_ ? "MM" : "II") + number(2, 42) + number(4, 8);
    for (std::size_t i = 0; i < pages_.size(); ++i) {
      Page const& page = pages_[i];
      std::size_t const directory = file.size();
      std::size_t const values = directory + 2 + 12 * page.tags.size() + 4;
      std::string behind;
      std::string table = number(2, page.tags.size());
      for (Tag const& tag : page.tags) {
        table += number(2, tag.number) + number(2, tag.type) + number(4, tag.count);
        std::string bytes = tag.bytes;
        if (tag.is_offset) bytes = number(4, values + size_of_values(page));
        if (bytes.size() <= 4) {
          bytes.resize(4);
          table += bytes;
        } else {
          table += number(4, values + behind.size());
          behind += bytes;
          if (behind.size() % 2 != 0) behind += '\0';
        }
      }
      for (std::size_t pixel = 0; pixel < std::min<std::size_t>(page.pixel_bytes, 100000);
           ++pixel) {
        behind += static_cast<char>(pixel * 37 + i);
      }
      if (behind.size() % 2 != 0) behind += '\0';
      bool const is_last = i + 1 == pages_.size();
      file += table + number(4, is_last ? 0 : values + behind.size()) + behind;
    }
    return file;
  }

  static std::size_t size_of_values(Page const& page) {
    std::size_t size = 0;
    for (Tag const& tag : page.tags) {
      if (!tag.is_offset && tag.bytes.size() > 4) size += (tag.bytes.size() + 1) / 2 * 2;
    }
    return size;
  }

  bool is_big_ = false;
  std::vector<Page> pages_;
};

/// A page of 12 columns and 10 rows of 16-bit numbers.
std::string page(std::string const& more) {
  return "page\ntag 256 4 12\ntag 257 4 10\ntag 258 3 16\ntag 259 3 1\ntag 262 3 1\n" + more +
         "tag 273 4\ntag 277 3 1\ntag 278 4 10\ntag 279 4 240\npixels 240\n";
}

bool reads_tiff(std::filesystem::path const& path) {
  std::filesystem::path const file = path.string() + ".tif";
  test::write_bytes(file, TiffRecipe{}.bytes(test::read_bytes(path)));
  bool const is_read = returns<pyronn::FileError>([&] {
    static_cast<void>(pyronn::tiff_pixel_size(file));
    auto const stack = pyronn::tiff_images(file);
    auto const extents = stack->extents();
    constexpr std::int64_t most = 1 << 18;
    if (extents.count() > most) {
      if (extents[0] > most) return;
      std::vector<double> row(static_cast<std::size_t>(extents[0]));
      stack->read({extents[2] - 1, 1, extents[1] - 1, 1}, row.data());
      return;
    }
    std::vector<double> numbers(static_cast<std::size_t>(extents.count()));
    stack->read(stack->whole(), numbers.data());
    std::vector<double> row(static_cast<std::size_t>(extents[0]));
    stack->read({extents[2] - 1, 1, extents[1] - 1, 1}, row.data());
    auto const size = static_cast<std::ptrdiff_t>(row.size());
    bool const is_same =
        std::equal(row.begin(), row.end(), numbers.end() - size,
                   [](double a, double b) { return a == b || (a != a && b != b); });
    promises(is_same, "a row holds what the whole image does");
  });
  std::error_code ignored;
  std::filesystem::remove(file, ignored);
  return is_read;
}

}  // namespace

Reader tiff() {
  std::string const orientation = "tag 274 3 6\n";
  std::string const tiles =
      "page\ntag 256 4 12\ntag 257 4 10\ntag 258 3 32\ntag 259 3 1\ntag 262 3 1\ntag 277 3 1\n"
      "tag 322 4 16\ntag 323 4 16\ntag 324 4\ntag 325 4 1024\ntag 339 3 3\npixels 1024\n";
  std::string const imagej =
      "page\ntag 256 4 12\ntag 257 4 10\ntag 258 3 16\ntag 259 3 1\n"
      "tag 262 3 1\ntext 270 ImageJ=1.53t|images=3|unit=micron|\ntag 273 4\n"
      "tag 278 4 10\ntag 279 4 240\ntag 282 5 2.5\ntag 283 5 2.5\npixels 720\n";
  std::string const shaped = page("text 270 {\"shape\": [2, 10, 12]}\n") + page("tag 254 4 1\n") +
                             page(orientation + "tag 254 4 1\n");
  Reader reader{"tiff",
                {page(orientation), "big\n" + page("") + page("tag 254 4 1\n") + page(""), tiles,
                 imagej, shaped},
                {"\n",
                 "page\n",
                 "tag ",
                 "text ",
                 "pixels ",
                 "big\n",
                 "tag 254 4 1\n",
                 "tag 254 4 4\n",
                 "tag 259 3 5\n",
                 "tag 259 3 8\n",
                 "tag 259 3 32773\n",
                 "tag 259 3 32946\n",
                 "tag 317 3 2\n",
                 "tag 317 3 3\n",
                 "tag 262 3 0\n",
                 "tag 262 3 2\n",
                 "tag 262 3 3\n",
                 "tag 266 3 2\n",
                 "tag 274 3 5\n",
                 "tag 274 3 8\n",
                 "tag 274 3 0\n",
                 "tag 277 3 3\n",
                 "tag 284 3 2\n",
                 "tag 296 3 3\n",
                 "tag 339 3 2\n",
                 "tag 339 3 3\n",
                 "tag 339 3 6\n",
                 "tag 330 4 8\n",
                 "tag 32997 4 7\n",
                 "tag 258 3 8 8 8\n",
                 "tag 258 3 1\n",
                 "tag 258 3 12\n",
                 "tag 278 4 3\n",
                 "tag 273 4 8 9 10\n",
                 "tag 279 4 24 24 24\n",
                 "3",
                 "4",
                 "16",
                 "65535",
                 "4294967295",
                 "text 270 ImageJ=|images=2147483647|",
                 "text 270 {\"shape\": [0, 10, 12]}"},
                reads_tiff};
  reader.most_inputs = 200000;
  return reader;
}

}  // namespace fuzz
