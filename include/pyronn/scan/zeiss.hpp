// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Scans in files of Zeiss (Xradia) microscopes, .txrm and .xrm.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <pyronn/scan/detail/zeiss_geometry.hpp>
#include <pyronn/scan/detail/zeiss_images.hpp>
#include <pyronn/scan/detail/zeiss_streams.hpp>
#include <pyronn/scan/scan.hpp>

namespace pyronn {

namespace detail {

/// Makes a scan of a file.
class ZeissReader {
 public:
  ZeissReader(std::filesystem::path const& path, GivenOfScan const& given)
      : streams_{path}, given_{given} {}

  [[nodiscard]] Scan read() {
    refuse_others();
    RawImage const image = read_image();
    int const count = read_count(image);
    auto views = zeiss_images(streams_, image, count, [](int view) {
      return message("ImageData", view / 100 + 1, "/Image", view + 1);
    });
    ZeissGeometry geometry{streams_, given_, facts_};
    CircularScan circle = geometry.read_circle(image.size, count);
    circle.shifts = geometry.read_shifts(image.size, count);
    Scan scan{circle.geometry()};
    scan.circle = std::move(circle);
    scan.views = std::move(views);
    scan.measured = Measured::intensities;
    read_flats(scan, image.size);
    note_leftovers(count);
    scan.facts = facts_.list();
    scan.files = {streams_.file()->path()};
    return scan;
  }

 private:
  using Origin = ScanFact::Origin;

  /// The same container holds reconstructed slices, and mosaics of one view.
  void refuse_others() const {
    std::string const mode = "ImageInfo/AcquisitionMode";
    if (int const code = streams_.integer(mode).value_or(0); code != 0) {
      streams_.fail(mode, ": is ", code, ", where 0 is a scan; is it a reconstruction?");
    }
    auto const number = [this](char const* name) {  // as these files spell it
      return std::int64_t{streams_.integer(std::string{"ImageInfo/Mosiac"} + name).value_or(0)};
    };
    if (number("Mode") == 1 || number("Columns") * number("Rows") > 1) {
      streams_.fail("ImageInfo/MosiacMode", ": it is a mosaic, whose views are not put together");
    }
  }

  [[nodiscard]] int required(std::string const& name) const {
    auto const value = streams_.integer(name);
    if (!value) streams_.fail(name, ": is missing; is it a scan of a Zeiss microscope?");
    return *value;
  }

  [[nodiscard]] RawImage read_image() const {
    auto const pixels = [this](std::string const& name) {
      int const count = required(name);
      constexpr int most = 1 << 20;
      if (count < 1 || count > most) streams_.fail(name, ": is ", count, ", which no panel has");
      return count;
    };
    Extents<2> const size{pixels("ImageInfo/ImageWidth"), pixels("ImageInfo/ImageHeight")};
    Detector::validate_size(size);
    int const code = required("ImageInfo/DataType");
    auto const type = zeiss_number_type(code);
    if (!type) streams_.fail("ImageInfo/DataType", ": is ", code, ", where 2 to 11 are numbers");
    return {size, *type};
  }

  /// A scan that was stopped has fewer views than were meant.
  int read_count(RawImage const& image) {
    std::string const name = "ImageInfo/NoOfImages";
    auto const taken = streams_.integer("ImageInfo/ImagesTaken");
    int const meant = required(name);
    int const count = taken ? std::min(*taken, meant) : meant;
    if (count < 1) streams_.fail(name, ": there are ", count, " views");
    if (taken && *taken != meant) {
      facts_.note("views", count, Origin::file,
                  message("ImageInfo/ImagesTaken is ", *taken, ", NoOfImages ", meant));
    }
    if (count > streams_.file()->size() / image.bytes()) {
      streams_.fail(name, ": ", count, " views of ", image.size, " ", name_of(image.type),
                    " do not fit into a file of ", streams_.file()->size(), " bytes");
    }
    return count;
  }

  void read_flats(Scan& scan, Extents<2> size) {
    if (given_.full_intensity) {
      scan.full_intensity =
          facts_.note("full intensity", *given_.full_intensity, Origin::given, "");
      return;
    }
    auto const flats = read_zeiss_flats(streams_, size, facts_);
    if (flats.images == nullptr) {
      streams_.fail("ReferenceData/Image",
                    ": is missing, and MultiReferenceData/Image1: counts want a reference; give "
                    "the full intensity, which counts have without an object");
    }
    int const count = flats.images->extents()[2];
    scan.flats = {flats.images, std::vector<double>(static_cast<std::size_t>(count))};
    facts_.note("flats", count, Origin::file, flats.group);
    facts_.note<std::string>("time of flats", "before the views", Origin::assumed,
                             "no file says it");
    facts_.note<std::string>("darks", "none", Origin::assumed, "no file has any");
    equalize_exposures(streams_, scan, flats, facts_);
  }

  /// What is there and is not used.
  void note_leftovers(int count) {
    double const pixel = streams_.number("ImageInfo/PixelSize").value_or(0);
    for (std::string const name : {"XPosition", "YPosition", "ZPosition"}) {
      auto const positions = streams_.list("ImageInfo/" + name, count);
      if (positions.empty()) continue;
      auto const [low, high] = std::minmax_element(positions.begin(), positions.end());
      if (*high - *low <= pixel) continue;
      facts_.note(name + " changes by [um]", *high - *low, Origin::assumed,
                  "not applied: stages move for other reasons, too");
    }
  }

  ZeissStreams streams_;
  GivenOfScan given_;
  ScanFacts facts_;
};

}  // namespace detail

/// Reads a scan of a Zeiss microscope: views are read when they are asked for, without a copy where
/// they lie one behind the other. Flats are the reference images, of either layout, scaled where
/// exposures differ. Where the file moves views, panels stand elsewhere (`circle.shifts`).
/// Lengths are in mm; z is along the rows from first to last. Throws FileError for whatever is
/// missing or contradictory, with its name in the file, and for files without a reference unless
/// the full intensity is given; `facts` lists what was assumed.
[[nodiscard]] inline Scan read_zeiss(std::filesystem::path const& path,
                                     GivenOfScan const& given = {}) {
  try {
    Scan scan = detail::ZeissReader{path, given}.read();
    scan.validate();
    return scan;
  } catch (InvalidArgument const& error) {
    detail::fail_file(path, error.what());
  }
}

}  // namespace pyronn
