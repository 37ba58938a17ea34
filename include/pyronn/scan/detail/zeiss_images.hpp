// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Views and reference images of a Zeiss file.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <pyronn/scan/detail/zeiss_streams.hpp>
#include <pyronn/scan/raw_images.hpp>
#include <pyronn/scan/scaled_images.hpp>
#include <pyronn/scan/scan.hpp>

namespace pyronn::detail {

/// `count` images; `name_of_image` has the name of each, from 0 on. No sector of a file is part of
/// two images, so that a file holds all that are read.
template <class NameOfImage>
std::shared_ptr<ImageStack const> zeiss_images(ZeissStreams const& streams, RawImage const& image,
                                               int count, NameOfImage const& name_of_image) {
  if (count > streams.file()->size() / image.bytes()) {
    streams.fail(name_of_image(0), ": ", count, " images of ", image.size, " ", name_of(image.type),
                 " do not fit into a file of ", streams.file()->size(), " bytes");
  }
  std::vector<FileRuns> runs;
  runs.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    auto found = streams.image(name_of_image(i), image.bytes());
    if (!found) streams.fail(name_of_image(i), ": is missing, image ", i + 1, " of ", count);
    runs.push_back(std::move(*found));
  }
  return std::make_shared<RunImages>(streams.file(), image, std::move(runs));
}

/// Exposures of `count` images [s], from the first of these streams that has them; empty where none
/// does.
inline std::vector<double> zeiss_exposures(ZeissStreams const& streams, int count,
                                           std::initializer_list<std::string> names) {
  auto const total = static_cast<std::size_t>(count);
  for (std::string const& name : names) {
    auto exposures = streams.list(name, count);
    if (exposures.size() == 1) exposures.resize(total, exposures.front());
    bool const is_known =
        exposures.size() == total &&
        std::all_of(exposures.begin(), exposures.end(), [](double time) { return time > 0; });
    if (is_known) return exposures;
  }
  return {};
}

/// Images without an object.
struct ZeissFlats {
  std::shared_ptr<ImageStack const> images;  ///< null: there are none
  std::vector<double> exposures{};           ///< of each [s]; empty: unknown
  std::string group{};                       ///< where they stand in the file
};

/// The type of reference images. Files without a code have as many bytes as one of two types.
inline NumberType zeiss_flat_type(ZeissStreams const& streams, std::string const& group,
                                  std::string const& first, Extents<2> size, ScanFacts& facts) {
  for (std::string const& name : {group + "/DataType", group + "/ImageInfo/DataType"}) {
    auto const code = streams.integer(name);
    if (!code) continue;
    auto const type = zeiss_number_type(*code);
    if (!type) streams.fail(name, ": is ", *code, ", where 2 to 11 are numbers");
    return *type;
  }
  std::int64_t const bytes = streams.size(first).value_or(0);
  for (NumberType const type : {NumberType::uint16, NumberType::float32}) {
    if (bytes != size.count() * bytes_of(type)) continue;
    facts.note<std::string>("type of flats", name_of(type), ScanFact::Origin::assumed,
                            group + "/DataType is missing, and they have as many bytes");
    return type;
  }
  streams.fail(group + "/DataType", ": is missing, and ", bytes, " bytes of ", first,
               " are neither uint16 nor float32");
}

/// One image in older files, several in newer ones.
inline ZeissFlats read_zeiss_flats(ZeissStreams const& streams, Extents<2> size, ScanFacts& facts) {
  bool const is_one = streams.has("ReferenceData/Image");
  std::string const group = is_one ? "ReferenceData" : "MultiReferenceData";
  auto const name = [&](int i) {
    return is_one ? group + "/Image" : message(group, "/Image", i + 1);
  };
  int count = 0;
  while (streams.has(name(count)) && (count == 0 || !is_one)) ++count;
  if (count == 0) return {};
  int const columns = streams.integer(group + "/ImageInfo/ImageWidth").value_or(size[0]);
  int const rows = streams.integer(group + "/ImageInfo/ImageHeight").value_or(size[1]);
  if (columns != size[0] || rows != size[1]) {
    streams.fail(group + "/ImageInfo", ": has images of ", Extents<2>{columns, rows},
                 ", where views are of ", size);
  }
  NumberType const type = zeiss_flat_type(streams, group, name(0), size, facts);
  auto const exposures =
      zeiss_exposures(streams, count,
                      {group + "/ImageInfo/ExpTimes", group + "/ImageInfo/ExpTime",
                       group + "/ExpTimes", group + "/ExpTime"});
  return {zeiss_images(streams, RawImage{size, type}, count, name), exposures, group};
}

/// Images times what makes their exposures a common one; the same images where they have it.
inline std::shared_ptr<ImageStack const> with_exposure(std::shared_ptr<ImageStack const> images,
                                                       std::vector<double> const& exposures,
                                                       double common) {
  constexpr double negligible = 1e-6;
  std::vector<double> factors;
  bool is_needed = false;
  for (double const exposure : exposures) {
    factors.push_back(common / exposure);
    is_needed = is_needed || std::abs(factors.back() - 1) > negligible;
  }
  if (!is_needed) return images;
  return std::make_shared<ScaledImages>(std::move(images), std::move(factors));
}

/// Views and flats as if all had been exposed as long as the first view.
inline void equalize_exposures(ZeissStreams const& streams, Scan& scan, ZeissFlats const& flats,
                               ScanFacts& facts) {
  auto const exposures = zeiss_exposures(streams, scan.views->extents()[2],
                                         {"ImageInfo/ExpTimes", "ImageInfo/ExpTime"});
  if (exposures.empty() || flats.exposures.empty()) {
    facts.note<std::string>("exposure of flats", "that of views", ScanFact::Origin::assumed,
                            "ExpTimes of " +
                                std::string{exposures.empty() ? "ImageInfo" : flats.group} +
                                " are missing");
    return;
  }
  double const common = exposures.front();
  scan.views = with_exposure(scan.views, exposures, common);
  scan.flats.images = with_exposure(scan.flats.images, flats.exposures, common);
  facts.note("exposure [s]", common, ScanFact::Origin::file,
             "ImageInfo/ExpTimes; images of other exposures are scaled to it");
}

}  // namespace pyronn::detail
