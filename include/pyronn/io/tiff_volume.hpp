// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Volumes as TIFF files of many pages. Needs libtiff 4.5 or later (Debian: libtiff-dev; link
/// TIFF::TIFF).
#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <locale>
#include <memory>
#include <sstream>
#include <string>

#include <tiffio.h>

#include <pyronn/core/grid.hpp>
#include <pyronn/io/atomic_file.hpp>
#include <pyronn/io/detail/file_error.hpp>
#include <pyronn/io/detail/tiff_errors.hpp>
#include <pyronn/io/volume_writer.hpp>

namespace pyronn {
namespace detail {

/// Writes one page a slice.
class TiffVolumeWriter final : public VolumeWriter {
 public:
  TiffVolumeWriter(std::filesystem::path const& path, Grid const& grid)
      : VolumeWriter{grid}, path_{path}, file_{path} {
    TiffErrors const errors{error_};
    errno = 0;
    tiff_ =
        TIFFOpenExt(file_.temporary_path().c_str(), is_big(grid) ? "w8" : "w", errors.options());
    if (tiff_ == nullptr) fail();
  }
  ~TiffVolumeWriter() override {
    if (tiff_ != nullptr) TIFFClose(tiff_);
  }
  TiffVolumeWriter(TiffVolumeWriter const&) = delete;
  TiffVolumeWriter& operator=(TiffVolumeWriter const&) = delete;

 private:
  /// Positions of classic files have 32 bits. A page's own tags take less than a KiB and its strips
  /// 8 bytes each.
  static bool is_big(Grid const& grid) {
    double const pages = grid.size[2];
    double const bytes = 4.0 * static_cast<double>(grid.size.count()) + 4096 * pages;
    return bytes > static_cast<double>(std::numeric_limits<std::uint32_t>::max());
  }

  /// The library does not say why the system refused: that a disk is full, say.
  [[noreturn]] void fail() const {
    std::string const reason = errno == 0 ? "" : ": " + last_system_error();
    fail_file(path_, "cannot be written", reason,
              " (libtiff: ", error_.empty() ? "no reason" : error_, ")");
  }

  void write(VolumeView<float const> slices) override {
    std::int64_t const slice = slices.slice_count();
    errno = 0;
    for (int z = 0; z < slices.extents[2]; ++z) {
      set_tags(slices_written() + z);
      write_page(slices.data + z * slice);
    }
  }

  template <class... Values>
  void set(std::uint32_t tag, Values... values) {
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-vararg): it is libtiff's
    if (TIFFSetField(tiff_, tag, values...) != 1) fail();
  }

  /// Distances in mm as ImageJ has them: pixels a unit, and the unit in the description.
  void set_tags(int page) {
    auto const size = grid().size;
    set(TIFFTAG_IMAGEWIDTH, static_cast<std::uint32_t>(size[0]));
    set(TIFFTAG_IMAGELENGTH, static_cast<std::uint32_t>(size[1]));
    set(TIFFTAG_BITSPERSAMPLE, 32);
    set(TIFFTAG_SAMPLEFORMAT, SAMPLEFORMAT_IEEEFP);
    set(TIFFTAG_SAMPLESPERPIXEL, 1);
    set(TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
    set(TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
    set(TIFFTAG_ROWSPERSTRIP, static_cast<std::uint32_t>(rows_of_strip()));
    set(TIFFTAG_RESOLUTIONUNIT, RESUNIT_NONE);
    set(TIFFTAG_XRESOLUTION, 1 / grid().spacing[0]);
    set(TIFFTAG_YRESOLUTION, 1 / grid().spacing[1]);
    if (page == 0) set(TIFFTAG_IMAGEDESCRIPTION, description().c_str());
  }

  [[nodiscard]] std::string description() const {
    std::ostringstream text;
    text.exceptions(std::ios::badbit);
    text.imbue(std::locale::classic());
    text.precision(std::numeric_limits<double>::max_digits10);
    text << "ImageJ=1.54\nimages=" << grid().size[2] << "\nslices=" << grid().size[2]
         << "\nunit=mm\nspacing=" << grid().spacing[2]
         << "\nxorigin=" << -grid().origin[0] / grid().spacing[0]
         << "\nyorigin=" << -grid().origin[1] / grid().spacing[1]
         << "\nzorigin=" << -grid().origin[2] / grid().spacing[2] << '\n';
    return text.str();
  }

  /// About a MiB, but a row at least.
  [[nodiscard]] int rows_of_strip() const {
    std::int64_t const row_bytes = std::int64_t{4} * grid().size[0];
    auto const rows = std::max<std::int64_t>(1, (std::int64_t{1} << 20) / row_bytes);
    return static_cast<int>(std::min<std::int64_t>(rows, grid().size[1]));
  }

  void write_page(float const* numbers) {
    auto const size = grid().size;
    int const rows = rows_of_strip();
    for (int first = 0, strip = 0; first < size[1]; first += rows, ++strip) {
      auto const count = std::int64_t{std::min(rows, size[1] - first)} * size[0];
      // libtiff turns bytes round in the buffer where it has to, which it has not here.
      // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast)
      auto* const from = const_cast<float*>(numbers + std::int64_t{first} * size[0]);
      if (TIFFWriteRawStrip(tiff_, static_cast<std::uint32_t>(strip), from,
                            static_cast<tmsize_t>(4 * count)) < 0) {
        fail();
      }
    }
    if (TIFFWriteDirectory(tiff_) != 1) fail();
  }

  void finish() override {
    error_.clear();
    errno = 0;
    TIFFClose(tiff_);
    tiff_ = nullptr;
    if (!error_.empty()) fail();
    file_.commit();
  }

  std::filesystem::path path_;
  AtomicFile file_;
  std::string error_;
  TIFF* tiff_ = nullptr;
};

}  // namespace detail

/// Opens a TIFF file for a volume of float: a page a slice, without compression, with the voxels'
/// distances as ImageJ reads them; a BigTIFF where 4 GiB are too little. Throws InvalidArgument for
/// a grid that is not valid, and FileError where AtomicFile does and where libtiff fails.
[[nodiscard]] inline std::unique_ptr<VolumeWriter> tiff_volume_writer(
    std::filesystem::path const& path, Grid const& grid) {
  grid.validate();
  return std::make_unique<detail::TiffVolumeWriter>(path, grid);
}

}  // namespace pyronn
