// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// DicomProjections: the images of DICOM files that hold one view each.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <utility>
#include <vector>

#include <pyronn/scan/detail/dicom_file.hpp>
#include <pyronn/scan/image_stack.hpp>

namespace pyronn::detail {

/// How one image lies in its file.
struct DicomImage {
  std::filesystem::path path;
  Extents<2> stored;   ///< its Columns and Rows
  bool is_transposed;  ///< a row of the file holds a column of the detector
  bool is_signed;
  double slope;
  double intercept;
};

/// Throws FileError unless a file has one image of one 16-bit number a pixel.
inline void check_dicom_pixels(DicomFile const& file) {
  constexpr DicomTag samples{0x0028, 0x0002, "SamplesPerPixel"};
  constexpr DicomTag frames{0x0028, 0x0008, "NumberOfFrames"};
  constexpr DicomTag bits{0x0028, 0x0100, "BitsAllocated"};
  constexpr DicomTag stored_bits{0x0028, 0x0101, "BitsStored"};
  auto const expect = [&file](DicomTag const& tag, DicomBytes kind, double value) {
    double const found = file.number(tag, kind).value_or(value);
    if (found != value) {
      file.fail(DicomFile::name_of(tag), ": is ", found, ", where projections have ", value);
    }
  };
  expect(samples, DicomBytes::uint16, 1);
  expect(frames, DicomBytes::text, 1);
  expect(bits, DicomBytes::uint16, 16);
  expect(stored_bits, DicomBytes::uint16, 16);
}

/// Reads what numbers of 16 bits become line integrals by. Throws FileError where none can be above
/// 0, or all are the same.
inline void read_dicom_scale(DicomFile const& file, DicomImage& image) {
  constexpr DicomTag sign{0x0028, 0x0103, "PixelRepresentation"};
  constexpr DicomTag slope{0x0028, 0x1053, "RescaleSlope"};
  constexpr DicomTag intercept{0x0028, 0x1052, "RescaleIntercept"};
  image.is_signed = file.number(sign, DicomBytes::uint16).value_or(0) != 0;
  image.slope = file.required(slope, DicomBytes::text);
  image.intercept = file.required(intercept, DicomBytes::text);
  auto const fail = [&](char const* why) {
    file.fail(DicomFile::name_of(slope), " and ", DicomFile::name_of(intercept), ": are ",
              image.slope, " and ", image.intercept, why);
  };
  constexpr int most = 65535;
  constexpr double longest = 1e6;  // of any line integral
  if (!(std::abs(image.slope) * most + std::abs(image.intercept) <= longest)) {
    fail(", which makes no line integrals");
  }
  if (image.slope == 0) fail(", with which all line integrals are the same");
  // The greatest line integral that there can be.
  double const end = image.slope > 0 ? (image.is_signed ? most / 2 : most)
                                     : (image.is_signed ? -(most / 2) - 1 : 0);
  if (!(image.slope * end + image.intercept > 0)) {
    fail(", with which no line integral is above 0");
  }
}

/// Throws FileError where an image is compressed, or is not as long as its size says.
inline void check_dicom_bytes(DicomFile const& file, Extents<2> stored) {
  constexpr DicomTag pixels{0x7FE0, 0x0010, "PixelData"};
  DcmXfer const syntax = file.transfer_syntax();
  if (syntax.isEncapsulated()) {
    file.fail("is compressed (", syntax.getXferName(), "); rewrite it with dcmdjpeg or gdcmconv");
  }
  DcmElement* const element = file.find(pixels);
  if (element == nullptr) file.fail(DicomFile::name_of(pixels), ": is missing");
  std::int64_t const bytes = 2 * stored.count();
  std::error_code unknown;
  auto const file_bytes = std::filesystem::file_size(file.path(), unknown);
  bool const is_deflated = syntax.getXfer() == EXS_DeflatedLittleEndianExplicit;
  if (element->getLength() != bytes ||
      (!is_deflated && static_cast<std::uintmax_t>(bytes) > file_bytes)) {
    file.fail(DicomFile::name_of(pixels), ": has ", element->getLength(), " bytes, where ",
              stored[1], " x ", stored[0], " pixels have ", bytes);
  }
}

/// The image of a file, by whose rows or columns the detector's are. Throws FileError where it is
/// not one of the detector's size, of one 16-bit number a pixel, not compressed.
inline DicomImage dicom_image(DicomFile const& file, Extents<2> detector) {
  constexpr DicomTag rows{0x0028, 0x0010, "Rows"};
  constexpr DicomTag columns{0x0028, 0x0011, "Columns"};
  constexpr int most = 65535;
  DicomImage image{
      file.path(), {file.count(columns, most), file.count(rows, most)}, true, false, 0, 0};
  bool const is_direct = image.stored == detector;
  image.is_transposed = image.stored == Extents<2>{detector[1], detector[0]};
  if (!is_direct && !image.is_transposed) {
    file.fail("Rows and Columns are ", image.stored[1], " and ", image.stored[0],
              ", where the detector has ", detector[1], " rows and ", detector[0], " columns");
  }
  check_dicom_pixels(file);
  read_dicom_scale(file, image);
  check_dicom_bytes(file, image.stored);
  return image;
}

/// The line integrals of views, `[view][row][column]` of the detector: what is stored, times a
/// slope, plus an intercept. A call opens the files that it reads from.
class DicomProjections : public ImageStack {
 public:
  DicomProjections(Extents<2> detector, std::vector<DicomImage> images)
      : ImageStack{{detector[0], detector[1], static_cast<int>(images.size())},
                   NumberType::float32},
        images_{std::move(images)} {}

 private:
  void read_stored(ImagePart const& part, void* out) const override {
    auto* numbers = static_cast<float*>(out);
    for (int i = 0; i < part.images; ++i) {
      auto const& image =
          images_[static_cast<std::size_t>(part.first_image) + static_cast<std::size_t>(i)];
      if (part.rows == 0) continue;
      DicomFile const file{image.path};
      numbers = image.is_signed ? read_image<std::int16_t>(file, image, part, numbers)
                                : read_image<std::uint16_t>(file, image, part, numbers);
    }
  }

  template <class T>
  float* read_image(DicomFile const& file, DicomImage const& image, ImagePart const& part,
                    float* out) const {
    DcmElement* const element = file.find({0x7FE0, 0x0010, "PixelData"});
    Uint16* stored = nullptr;
    bool const is_whole = element != nullptr && element->getLength() == 2 * image.stored.count() &&
                          element->getUint16Array(stored).good() && stored != nullptr;
    if (!is_whole) file.fail("has another image than when it was opened, or it cannot be read");
    std::int64_t const width = image.stored[0];
    for (int v = part.first_row; v < part.first_row + part.rows; ++v) {
      for (int u = 0; u < extents()[0]; ++u) {
        std::int64_t const at = image.is_transposed ? u * width + v : v * width + u;
        *out++ = static_cast<float>(image.slope * static_cast<T>(stored[at]) + image.intercept);
      }
    }
    return out;
  }

  std::vector<DicomImage> images_;
};

}  // namespace pyronn::detail
