// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

/// Images of scans that are read when they are asked for.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/io/npy.hpp>
#include <pyronn/scan/image_stack.hpp>
#include <pyronn/scan/images_in_memory.hpp>
#include <pyronn/scan/npy_images.hpp>
#include <pyronn/scan/raw_images.hpp>
#include <pyronn/scan/reversed_images.hpp>
#include <pyronn/scan/rows_as_images.hpp>
#include <pyronn/scan/selected_images.hpp>

#include "support/temporary_folder.hpp"

using pyronn::FileError;
using pyronn::ImagePart;
using pyronn::ImagesInMemory;
using pyronn::ImageStack;
using pyronn::InvalidArgument;
using pyronn::NumberType;
using pyronn::RawImage;
using pyronn::RawImages;
using pyronn::SelectedImages;
using test::says;
using Stack = std::shared_ptr<ImageStack const>;

namespace {

/// The number in a column of a row of an image.
int number(int image, int row, int column) { return 100 * image + 10 * row + column; }

/// 5 images of 3 rows of 4 columns.
template <class T>
std::vector<T> numbers() {
  std::vector<T> result;
  for (int i = 0; i < 60; ++i) {
    result.push_back(static_cast<T>(static_cast<float>(number(i / 12, i / 4 % 3, i % 4))));
  }
  return result;
}

template <class T>
std::vector<T> read(ImageStack const& stack, ImagePart const& part) {
  std::vector<T> out(static_cast<std::size_t>(part.images * part.rows * stack.extents()[0]));
  stack.read(part, out.data());
  return out;
}

/// Every part of a stack that has these images.
template <class T>
void check_parts(ImageStack const& stack, std::vector<int> const& images) {
  int const count = static_cast<int>(images.size());
  BOOST_TEST(stack.extents()[2] == count);
  for (int first = 0; first < count; ++first) {
    for (int row = 0; row < 3; ++row) {
      ImagePart const part{first, count - first, row, 3 - row};
      auto const found = read<T>(stack, part);
      std::size_t at = 0;
      for (int i = first; i < count; ++i) {
        for (int v = row; v < 3; ++v) {
          for (int u = 0; u < 4; ++u) {
            BOOST_REQUIRE(found[at++] ==
                          static_cast<T>(number(images[static_cast<std::size_t>(i)], v, u)));
          }
        }
      }
    }
  }
}

template <class T>
std::string bytes_of_numbers(bool is_big_endian, std::size_t gap) {
  std::string text(16, '?');
  auto values = numbers<T>();
  if (is_big_endian) pyronn::detail::swap_bytes(values.data(), values.size(), sizeof(T));
  for (std::size_t image = 0; image < 5; ++image) {
    text.append(reinterpret_cast<char const*>(&values[12 * image]), 12 * sizeof(T));
    text.append(gap, '?');
  }
  return text.substr(0, text.size() - gap);
}

std::vector<int> const all{0, 1, 2, 3, 4};

template <class T>
void check_raw(bool is_big_endian, int gap) {
  test::TemporaryFolder const folder;
  auto const path = folder / "images";
  test::write_bytes(path, bytes_of_numbers<T>(is_big_endian, static_cast<std::size_t>(gap)));
  RawImage const image{{4, 3}, pyronn::detail::number_type<T>(), is_big_endian};
  RawImages const stack{path, image, 5, 16, image.bytes() + gap};
  check_parts<float>(stack, all);
  check_parts<double>(stack, all);
  if constexpr (!std::is_same_v<T, pyronn::Half>) check_parts<T>(stack, all);
  auto const memory = stack.template in_memory<T>();
  bool const is_plain = gap == 0 && (!is_big_endian || sizeof(T) == 1);
  BOOST_TEST((memory.data != nullptr) == is_plain);
  if (is_plain) {
    BOOST_TEST(static_cast<float>(memory(3, 2, 4)) == 423.0F);
  }
  BOOST_CHECK_EXCEPTION((RawImages{path, image, 6, 16, image.bytes() + gap}), FileError,
                        says(path.string() + ": holds "));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(image_stack)

BOOST_AUTO_TEST_CASE(plain_numbers_of_every_type_and_order) {
  for (bool const is_big_endian : {false, true}) {
    for (int const gap : {0, 3}) {
      check_raw<std::uint16_t>(is_big_endian, gap);
      check_raw<std::uint32_t>(is_big_endian, gap);
      check_raw<std::uint64_t>(is_big_endian, gap);
      check_raw<std::int16_t>(is_big_endian, gap);
      check_raw<std::int32_t>(is_big_endian, gap);
      check_raw<std::int64_t>(is_big_endian, gap);
      check_raw<pyronn::Half>(is_big_endian, gap);
      check_raw<float>(is_big_endian, gap);
      check_raw<double>(is_big_endian, gap);
    }
  }
}

/// 300 and more do not fit into a byte; the type says so before anything is read.
BOOST_AUTO_TEST_CASE(numbers_that_do_not_fit_are_refused) {
  ImagesInMemory<std::uint16_t> const stack{{4, 3, 5}, numbers<std::uint16_t>()};
  check_parts<std::uint32_t>(stack, all);
  BOOST_CHECK_EXCEPTION(read<std::uint8_t>(stack, stack.whole()), InvalidArgument,
                        says("numbers of type uint16 do not fit into uint8"));
  ImagesInMemory<std::int16_t> const with_sign{{4, 3, 5}, numbers<std::int16_t>()};
  BOOST_CHECK_EXCEPTION(read<std::uint32_t>(with_sign, with_sign.whole()), InvalidArgument,
                        says("numbers of type int16 do not fit into uint32"));
  BOOST_TEST(stack.in_memory<float>().data == nullptr);
  BOOST_TEST(stack.in_memory<std::uint16_t>()(1, 2, 3) == 321);
}

BOOST_AUTO_TEST_CASE(parts_that_are_not_in_the_stack_are_refused) {
  ImagesInMemory<float> const stack{{4, 3, 5}, numbers<float>()};
  float out[60];
  for (ImagePart const& part :
       {ImagePart{-1, 1, 0, 3}, ImagePart{5, 1, 0, 3}, ImagePart{2, 4, 0, 3}, ImagePart{0, 1, 3, 1},
        ImagePart{0, 1, 1, 3}, ImagePart{0, -1, 0, 3}, ImagePart{0, 1, 0, -1},
        ImagePart{2000000000, 2000000000, 0, 3}}) {
    BOOST_CHECK_THROW(stack.read(part, out), InvalidArgument);
  }
  stack.read({5, 0, 3, 0}, out);  // nothing, at the end
  BOOST_CHECK_THROW((ImagesInMemory<float>{{4, 3, 4}, numbers<float>()}), InvalidArgument);
  BOOST_CHECK_THROW((ImagesInMemory<float>{{4, 3, 0}, {}}), InvalidArgument);
}

BOOST_AUTO_TEST_CASE(images_of_another_stack_in_any_order) {
  Stack const stack = std::make_shared<ImagesInMemory<std::uint16_t>>(pyronn::Extents<3>{4, 3, 5},
                                                                      numbers<std::uint16_t>());
  check_parts<float>(SelectedImages{stack, {4, 0, 1, 1, 3}}, {4, 0, 1, 1, 3});
  SelectedImages const neighbours{stack, {2, 3, 4}};
  check_parts<std::uint16_t>(neighbours, {2, 3, 4});
  BOOST_TEST(neighbours.in_memory<std::uint16_t>()(0, 0, 0) == 200);
  BOOST_TEST((SelectedImages{stack, {2, 4}}.in_memory<std::uint16_t>().data == nullptr));
  BOOST_CHECK_THROW((SelectedImages{stack, {}}), InvalidArgument);
  BOOST_CHECK_THROW((SelectedImages{stack, {5}}), InvalidArgument);
  BOOST_CHECK_THROW((SelectedImages{stack, {-1}}), InvalidArgument);
}

BOOST_AUTO_TEST_CASE(images_whose_axes_run_the_other_way) {
  Stack const stack = std::make_shared<ImagesInMemory<std::uint16_t>>(pyronn::Extents<3>{4, 3, 5},
                                                                      numbers<std::uint16_t>());
  for (bool const columns : {false, true}) {
    for (bool const rows : {false, true}) {
      pyronn::ReversedImages const mirrored{stack, {columns, rows}};
      auto const whole = read<float>(mirrored, mirrored.whole());
      auto const part = read<std::uint16_t>(mirrored, {2, 3, 1, 2});
      for (int i = 0; i < 5; ++i) {
        for (int v = 0; v < 3; ++v) {
          for (int u = 0; u < 4; ++u) {
            int const expected = number(i, rows ? 2 - v : v, columns ? 3 - u : u);
            BOOST_REQUIRE(whole[static_cast<std::size_t>(12 * i + 4 * v + u)] ==
                          static_cast<float>(expected));
            if (i < 2 || v < 1) continue;
            BOOST_REQUIRE(part[static_cast<std::size_t>(8 * (i - 2) + 4 * (v - 1) + u)] ==
                          expected);
          }
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(of_npy_files) {
  test::TemporaryFolder const folder;
  auto const path = folder / "images.npy";
  auto const values = numbers<std::uint16_t>();
  pyronn::write_npy(path, values.data(), {5, 3, 4});
  check_parts<std::uint16_t>(*pyronn::npy_images(path), all);
  BOOST_TEST(pyronn::npy_images(path)->in_memory<std::uint16_t>()(1, 1, 1) == 111);
  BOOST_CHECK_EXCEPTION(pyronn::RowsAsImages{pyronn::npy_images(path)}, InvalidArgument,
                        says("RowsAsImages: 5 images, where a sinogram is one"));
  pyronn::write_npy(path, values.data(), {3, 4});
  check_parts<float>(*pyronn::npy_images(path), {0});
  pyronn::RowsAsImages const sinogram{pyronn::npy_images(path)};
  BOOST_TEST((sinogram.extents() == pyronn::Extents<3>{4, 1, 3}));
  BOOST_TEST(read<float>(sinogram, {1, 2, 0, 1})[5] == static_cast<float>(number(0, 2, 1)));
  BOOST_TEST(sinogram.in_memory<std::uint16_t>()(3, 0, 2) == number(0, 2, 3));
  pyronn::write_npy(path, values.data(), {1, 1, 3, 4});
  BOOST_CHECK_EXCEPTION(static_cast<void>(pyronn::npy_images(path)), FileError,
                        says("not (images, rows, columns)"));
  pyronn::write_npy(path, values.data(), {0, 3, 4});
  BOOST_CHECK_THROW(static_cast<void>(pyronn::npy_images(path)), FileError);
}

/// Its elements are those of the other order; the header is patched in place.
BOOST_AUTO_TEST_CASE(of_npy_files_in_fortran_order) {
  test::TemporaryFolder const folder;
  auto const path = folder / "images.npy";
  std::vector<float> stored;
  for (int u = 0; u < 4; ++u) {
    for (int v = 0; v < 3; ++v) {
      for (int i = 0; i < 5; ++i) stored.push_back(static_cast<float>(number(i, v, u)));
    }
  }
  pyronn::write_npy(path, stored.data(), {5, 3, 4});
  std::string text = test::read_bytes(path);
  text.replace(text.find("False"), 5, "True ");
  test::write_bytes(path, text);
  check_parts<float>(*pyronn::npy_images(path), all);
  BOOST_TEST((pyronn::npy_images(path)->type() == NumberType::float32));
  // The same bytes as whole numbers of 32 bits: no number is rounded.
  text.replace(text.find("<f4"), 3, "<i4");
  std::int32_t const large = 16777217;
  std::memcpy(&text[text.size() - 60 * 4], &large, 4);
  test::write_bytes(path, text);
  auto const stack = pyronn::npy_images(path);
  BOOST_TEST((stack->type() == NumberType::int32));
  BOOST_TEST(read<double>(*stack, {0, 1, 0, 1})[0] == 16777217);
}

BOOST_AUTO_TEST_CASE(several_threads_read_at_a_time) {
  test::TemporaryFolder const folder;
  auto const path = folder / "images.npy";
  auto const values = numbers<std::int32_t>();
  test::write_bytes(path, bytes_of_numbers<std::int32_t>(false, 0));
  RawImages const stack{path, {{4, 3}, NumberType::int32}, 5, 16};
  std::vector<int> wrong(4);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < wrong.size(); ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 400; ++i) {
        auto const found = read<double>(stack, {i % 5, 1, i % 3, 1});
        wrong[t] += found[2] == number(i % 5, i % 3, 2) ? 0 : 1;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (int const count : wrong) BOOST_TEST(count == 0);
}

BOOST_AUTO_TEST_CASE(files_that_are_none) {
  test::TemporaryFolder const folder;
  RawImage const image{{1, 1}, NumberType::uint8};
  BOOST_CHECK_EXCEPTION((RawImages{folder / "absent", image, 1, 0}), FileError,
                        says("No such file or directory"));
  BOOST_CHECK_EXCEPTION((RawImages{folder / "", image, 1, 0}), FileError, says("is a folder"));
  BOOST_CHECK_EXCEPTION((RawImages{"/dev/zero", image, 1, 0}), FileError,
                        says("is a pipe or a device"));
  test::write_bytes(folder / "empty", "");
  BOOST_CHECK_EXCEPTION((RawImages{folder / "empty", image, 1, 0}), FileError,
                        says("holds 0 bytes"));
}

BOOST_AUTO_TEST_SUITE_END()
