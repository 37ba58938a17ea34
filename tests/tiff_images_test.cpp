// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

/// TIFF files as libtiff writes them, read back as images of a scan.
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>
#include <tiffio.h>

#include <pyronn/scan/image_files.hpp>
#include <pyronn/scan/tiff_images.hpp>

#include "support/temporary_folder.hpp"
#include "support/tiff_writer.hpp"

using pyronn::FileError;
using pyronn::tiff_images;
using test::says;
using namespace test::tiff;

namespace {

struct Files {
  test::TemporaryFolder folder;

  std::filesystem::path write(std::string const& name, Writing const& how, int first = 0) const {
    auto const path = folder / name;
    TIFF* const tiff = TIFFOpen(path.c_str(), how.mode.c_str());
    BOOST_REQUIRE(tiff != nullptr);
    for (int image = 0; image < how.images; ++image) write_image(tiff, how, first + image);
    TIFFClose(tiff);
    return path;
  }
};

/// Whole images, and bands of rows of some of them.
void check(pyronn::ImageStack const& stack, int images) {
  BOOST_TEST_REQUIRE((stack.extents() == pyronn::Extents<3>{columns, rows, images}));
  for (pyronn::ImagePart const& part : {stack.whole(), pyronn::ImagePart{images - 1, 1, 5, 13},
                                        pyronn::ImagePart{0, images, 28, 1}}) {
    std::vector<double> out(static_cast<std::size_t>(part.images * part.rows * columns), -1);
    stack.read(part, out.data());
    std::size_t at = 0;
    for (int i = part.first_image; i < part.first_image + part.images; ++i) {
      for (int v = part.first_row; v < part.first_row + part.rows; ++v) {
        for (int u = 0; u < columns; ++u) BOOST_REQUIRE(out[at++] == number(i, v, u));
      }
    }
  }
}

void refuses(std::filesystem::path const& path, std::string const& reason) {
  BOOST_CHECK_EXCEPTION(static_cast<void>(tiff_images(path)), FileError,
                        says(path.string() + ": " + reason));
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(tiff_images_of, Files)

BOOST_AUTO_TEST_CASE(every_number_type_order_and_container) {
  for (char const* mode : {"w", "wl", "wb", "w8", "w8b"}) {
    for (int const bits : {8, 16, 32, 64}) {
      for (int const format : {SAMPLEFORMAT_UINT, SAMPLEFORMAT_INT, SAMPLEFORMAT_IEEEFP}) {
        if (format == SAMPLEFORMAT_IEEEFP && bits == 8) continue;
        Writing how;
        how.mode = mode;
        how.bits = bits;
        how.format = format;
        if (format == SAMPLEFORMAT_INT && bits == 8) continue;  // numbers here are up to 250
        check(*tiff_images(write("a.tif", how)), 3);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(tiles_and_compression_with_predictors) {
  for (bool const is_tiled : {false, true}) {
    for (int const compression :
         {COMPRESSION_LZW, COMPRESSION_ADOBE_DEFLATE, COMPRESSION_PACKBITS}) {
      for (int const bits : {16, 32}) {
        bool const has_predictor = compression != COMPRESSION_PACKBITS;
        Writing how;
        how.is_tiled = is_tiled;
        how.bits = bits;
        how.format = bits == 32 ? SAMPLEFORMAT_IEEEFP : SAMPLEFORMAT_UINT;
        how.set = [&](TIFF* tiff, int) {
          TIFFSetField(tiff, TIFFTAG_COMPRESSION, compression);
          if (has_predictor) TIFFSetField(tiff, TIFFTAG_PREDICTOR, bits == 32 ? 3 : 2);
        };
        check(*tiff_images(write("b.tif", how)), 3);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(every_orientation) {
  for (int orientation = 1; orientation <= 8; ++orientation) {
    for (int const bits : {8, 16, 32}) {
      Writing how;
      how.orientation = orientation;
      how.bits = bits;
      check(*tiff_images(write("c.tif", how)), 3);
    }
  }
}

BOOST_AUTO_TEST_CASE(white_that_is_0) {
  for (int const bits : {8, 16}) {
    Writing how;
    how.bits = bits;
    how.set = [](TIFF* tiff, int) {
      TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISWHITE);
    };
    auto const stack = tiff_images(write("d.tif", how));
    std::vector<float> out(columns * rows);
    stack->read({1, 1, 0, rows}, out.data());
    float const brightest = bits == 8 ? 255 : 65535;
    BOOST_TEST(out[3 * columns + 2] == brightest - static_cast<float>(number(1, 3, 2)));
  }
  Writing how;
  how.bits = 32;
  how.format = SAMPLEFORMAT_IEEEFP;
  how.set = [](TIFF* tiff, int) {
    TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISWHITE);
  };
  refuses(write("d.tif", how), "says that 0 is white of float32");
}

/// A file that does not say how grey values are meant has 0 as black.
BOOST_AUTO_TEST_CASE(grey_values_without_an_interpretation) {
  Writing how;
  how.set = [](TIFF* tiff, int) { TIFFUnsetField(tiff, TIFFTAG_PHOTOMETRIC); };
  check(*tiff_images(write("d.tif", how)), 3);
}

BOOST_AUTO_TEST_CASE(smaller_copies_are_no_views) {
  Writing how;
  how.images = 4;
  how.set = [](TIFF* tiff, int image) {
    if (image > 2) TIFFSetField(tiff, TIFFTAG_SUBFILETYPE, FILETYPE_REDUCEDIMAGE);
  };
  check(*tiff_images(write("e.tif", how)), 3);
  how.set = [](TIFF* tiff, int) { TIFFSetField(tiff, TIFFTAG_SUBFILETYPE, FILETYPE_REDUCEDIMAGE); };
  refuses(write("e.tif", how), "holds smaller copies of images alone");
}

/// ImageJ and tifffile write such files above 4 GiB.
BOOST_AUTO_TEST_CASE(one_directory_for_all_images) {
  auto const path = folder / "f.tif";
  for (bool const is_big_endian : {false, true}) {
    for (char const* const text : {"ImageJ=1.53t\nimages=3\nslices=3\nunit=micron\n",
                                   "{\"shape\": [3, 29, 37]}", "{\"shape\": [3, 1, 29, 37]}"}) {
      test::write_bytes(path, one_directory(is_big_endian, text, 3));
      check(*tiff_images(path), 3);
      BOOST_TEST((tiff_images(path)->in_memory<std::uint16_t>().data != nullptr) == !is_big_endian);
    }
  }
  test::write_bytes(path, one_directory(false, "ImageJ=1.53t\nimages=4\n", 3));
  refuses(path, "holds ");
  for (char const* const text : {"ImageJ=1.53t\nimages=99999999999\n", "{\"shape\": [3, 29, 36]}",
                                 "{\"shape\": [", "{\"shape\": [,]}", "{\"shape\": [3, x, 37]}",
                                 "images=3", "{\"shape\": [99999, 99999, 29, 37]}"}) {
    test::write_bytes(path, one_directory(false, text, 3));
    check(*tiff_images(path), 1);
  }
}

/// libtiff takes a long strip for many short ones.
BOOST_AUTO_TEST_CASE(one_directory_for_all_of_larger_images) {
  constexpr int width = 300;
  constexpr int height = 200;
  auto const path = folder / "f.tif";
  test::write_bytes(path, one_directory(true, "ImageJ=1.53t\nimages=3\n", 3, width, height));
  auto const stack = tiff_images(path);
  BOOST_TEST_REQUIRE((stack->extents() == pyronn::Extents<3>{width, height, 3}));
  std::vector<float> out(width * height);
  for (int i = 0; i < 3; ++i) {
    stack->read({i, 1, 0, height}, out.data());
    for (int n = 0; n < width * height; ++n) {
      BOOST_REQUIRE(out[static_cast<std::size_t>(n)] ==
                    static_cast<float>(number(i, n / width, n % width)));
    }
  }
}

BOOST_AUTO_TEST_CASE(several_files_with_one_directory_for_all_images) {
  test::write_bytes(folder / "f1.tif", one_directory(false, "ImageJ=1.53t\nimages=3\n", 3));
  auto const second = folder / "f2.tif";
  test::write_bytes(second, one_directory(false, "ImageJ=1.53t\nimages=3\n", 3));
  BOOST_CHECK_EXCEPTION(static_cast<void>(tiff_images({folder / "f1.tif", second})), FileError,
                        says("has one directory for 3 images; name such a file alone"));
}

BOOST_AUTO_TEST_CASE(what_is_no_view_is_refused) {
  Writing how;
  how.set = [](TIFF* tiff, int) { TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_CFA); };
  refuses(write("g.tif", how), "holds no grey values, but what TIFF calls");
  how.set = [](TIFF*, int) {};
  how.format = SAMPLEFORMAT_COMPLEXIEEEFP;
  how.bits = 64;
  refuses(write("g.tif", how), "has numbers of 64 bits of sample format 6");
  test::write_bytes(folder / "h.tif", "no TIFF");
  refuses(folder / "h.tif", "is no TIFF file that can be read (libtiff: ");
  refuses(folder / "absent.tif", "is no TIFF file that can be read (libtiff: ");
  std::string const whole = test::read_bytes(write("i.tif", {}));
  test::write_bytes(folder / "i.tif", whole.substr(0, whole.size() / 2));
  refuses(folder / "i.tif", "has images that cannot be read behind some that can (libtiff: ");
}

BOOST_AUTO_TEST_CASE(files_of_a_folder_in_the_order_of_their_numbers) {
  Writing one;
  one.images = 1;
  std::filesystem::create_directory(folder / "scan");
  for (int i = 8; i < 12; ++i) write("scan/view_" + std::to_string(i) + ".tif", one, i - 8);
  check(*tiff_images(folder / "scan"), 4);
  write("scan/view_13.TIFF", one, 4);
  refuses(folder / "scan",
          "holds no image between \"view_11.tif\" and \"view_13.TIFF\"; a view is missing");
  std::filesystem::rename(folder / "scan/view_13.TIFF", folder / "scan/view_12.TIFF");
  check(*tiff_images(folder / "scan"), 5);
  test::write_bytes(folder / "scan/.view_13.tif", "hidden");
  test::write_bytes(folder / "scan/notes.txt", "of the operator");
  check(*tiff_images(folder / "scan"), 5);
  write("scan/flat_1.tif", one);
  refuses(folder / "scan", "holds images of two series, \"flat_1.tif\" and \"view_8.tif\"");
  std::filesystem::create_directory(folder / "empty");
  refuses(folder / "empty", "holds no file that ends in .tif");
}

BOOST_AUTO_TEST_CASE(images_of_other_sizes_and_types_are_refused) {
  Writing how;
  how.images = 1;
  auto const first = write("j1.tif", how);
  how.orientation = 6;
  auto const turned = write("j2.tif", how);
  check(*tiff_images({first}), 1);
  static_cast<void>(tiff_images({first, turned}));  // of the same size, as it is to be seen
  how.orientation = 1;
  how.bits = 8;
  auto const bytes = write("j3.tif", how);
  BOOST_CHECK_EXCEPTION(static_cast<void>(tiff_images({first, bytes})), FileError,
                        says(bytes.string() + ": holds as image 1 one of (37, 29) uint8, where "
                                              "image 0 is of (37, 29) uint16"));
}

BOOST_AUTO_TEST_CASE(distances_of_pixels) {
  auto const size = [this](int unit, double x, double y, char const* text) {
    Writing how;
    how.images = 1;
    how.set = [&](TIFF* tiff, int) {
      TIFFSetField(tiff, TIFFTAG_RESOLUTIONUNIT, unit);
      TIFFSetField(tiff, TIFFTAG_XRESOLUTION, x);
      TIFFSetField(tiff, TIFFTAG_YRESOLUTION, y);
      TIFFSetField(tiff, TIFFTAG_IMAGEDESCRIPTION, text);
    };
    return pyronn::tiff_pixel_size(write("k.tif", how));
  };
  BOOST_TEST_REQUIRE(size(RESUNIT_INCH, 254, 508, "").has_value());
  BOOST_TEST((*size(RESUNIT_INCH, 254, 508, ""))[0] == 0.1, boost::test_tools::tolerance(1e-6));
  BOOST_TEST((*size(RESUNIT_INCH, 254, 508, ""))[1] == 0.05, boost::test_tools::tolerance(1e-6));
  BOOST_TEST((*size(RESUNIT_CENTIMETER, 20, 20, ""))[0] == 0.5);
  BOOST_TEST(!size(RESUNIT_NONE, 20, 20, ""));
  char const* const imagej = "ImageJ=1.53t\nunit=micron\n";
  BOOST_TEST((*size(RESUNIT_NONE, 0.1, 0.1, imagej))[0] == 0.01,
             boost::test_tools::tolerance(1e-6));
  BOOST_TEST(!size(RESUNIT_NONE, 1, 1, "ImageJ=1.53t\nunit=furlong\n"));
}

BOOST_AUTO_TEST_CASE(a_prefix_leaves_other_series_out) {
  Writing how;
  how.images = 1;
  for (char const* name : {"View_10.TIF", "view_9.tif", "view_1_old.tif", "a1.tif"}) {
    write(name, how);
  }
  std::filesystem::path const inside = folder / "";
  auto const names = [&](std::string const& prefix) {
    std::string all;
    for (auto const& file : pyronn::image_files(inside, {".tif"}, prefix)) {
      all += file.filename().string() + ' ';
    }
    return all;
  };
  BOOST_CHECK_EXCEPTION(static_cast<void>(names("view_")), FileError, says("two series"));
  std::filesystem::rename(folder / "View_10.TIF", folder / "view_10.TIF");
  BOOST_TEST(names("VIEW_") == "view_9.tif view_10.TIF ");
  BOOST_TEST(names("a") == "a1.tif ");
  BOOST_CHECK_EXCEPTION(static_cast<void>(names("b")), FileError, says("two series"));
  BOOST_CHECK_EXCEPTION(static_cast<void>(names("")), FileError, says("two series"));
}

BOOST_AUTO_TEST_SUITE_END()
