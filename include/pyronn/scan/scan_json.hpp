// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Scans that are described in JSON, with images in .npy files. Needs nlohmann_json (Debian:
/// nlohmann-json3-dev; link nlohmann_json::nlohmann_json). examples/reconstruct/README.md has the
/// fields.
#include <array>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <pyronn/core/error.hpp>
#include <pyronn/core/grid.hpp>
#include <pyronn/interop/detail/json_reader.hpp>
#include <pyronn/interop/detail/text_file.hpp>
#include <pyronn/scan/detail/json_geometry.hpp>
#include <pyronn/scan/detail/json_text.hpp>
#include <pyronn/scan/npy_images.hpp>
#include <pyronn/scan/rows_as_images.hpp>
#include <pyronn/scan/scan.hpp>

namespace pyronn {

namespace detail {

/// Reads a description, whose fields it checks one by one.
class JsonScanReader {
 public:
  JsonScanReader(nlohmann::json const& json, std::filesystem::path folder, OpenImages const& open)
      : json_{json}, description_{json}, folder_{std::move(folder)}, open_{open} {}

  [[nodiscard]] Scan read() const {
    JsonReader::Names const optional{"comment",  "beam",          "circular",        "vectors",
                                     "matrices", "volume",        "projections_are", "dark",
                                     "flat",     "intensity_full"};
    static_cast<void>(description_.object({"detector", "projections"}, optional));
    bool const has_rows =
        description_["detector"].object({"columns"}, {"rows", "pixel_mm"}).has("rows");
    bool const is_plane = JsonGeometryReader::is_plane(description_, has_rows);
    std::optional<Grid> grid;
    if (description_.has("volume")) {
      grid = is_plane ? read_grid<2>(description_["volume"]) : read_grid<3>(description_["volume"]);
    }
    Vec3d const seen = grid ? grid->center() : Vec3d{};
    JsonGeometryReader const geometry{description_, folder_, seen};
    Scan scan{geometry.read()};
    scan.circle = geometry.circle();
    scan.grid = grid;
    read_images(scan);
    find_files(json_, scan.files);
    return scan;
  }

 private:
  template <std::size_t N>
  static Grid read_grid(JsonReader const& volume) {
    JsonReader const& known = volume.object({"size", "voxel_mm"}, {"center_mm"});
    auto const size = known["size"].list_of<N>(&JsonReader::count);
    auto const voxel = known["voxel_mm"].list_of<N>(&JsonReader::positive);
    std::array<double, N> center{};
    if (known.has("center_mm")) center = known["center_mm"].list_of<N>(&JsonReader::finite);
    try {
      if constexpr (N == 2) {
        return Grid::flat({size[0], size[1]}, {voxel[0], voxel[1]}, {center[0], center[1]});
      } else {
        return Grid::centered({size[0], size[1], size[2]}, {voxel[0], voxel[1], voxel[2]},
                              {center[0], center[1], center[2]});
      }
    } catch (InvalidArgument const& error) {
      throw InvalidArgument(message("volume: ", error.what()));
    }
  }

  void read_images(Scan& scan) const {
    auto const detector = scan.detector_size();
    Extents<3> const all{detector[0], detector[1], scan.num_views()};
    auto views = images("projections");
    if (scan.is_plane() && views->extents()[2] == 1) {
      views = std::make_shared<RowsAsImages>(std::move(views));
    }
    check_size("projections", *views, all);
    scan.views = std::move(views);
    scan.measured = measured(is_integer(scan.views->type()));
    for (auto const& [name, calibration] :
         {std::pair{"dark", &scan.darks}, {"flat", &scan.flats}}) {
      if (!description_.has(name)) continue;
      auto const taken = images(name);
      int const count = taken->extents()[2];
      check_size(name, *taken, {detector[0], detector[1], count});
      *calibration = {taken, std::vector<double>(static_cast<std::size_t>(count))};
    }
    if (description_.has("intensity_full")) {
      if (scan.flats) description_["intensity_full"].refuse("contradicts 'flat'");
      scan.full_intensity = description_["intensity_full"].positive();
    }
  }

  /// The images of the file that a field names.
  [[nodiscard]] std::shared_ptr<ImageStack const> images(char const* name) const {
    try {
      return open_(folder_ / description_[name].text());
    } catch (FileError const& error) {
      throw InvalidArgument(message(name, ": ", error.what()));
    }
  }

  void check_size(char const* name, ImageStack const& images, Extents<3> wanted) const {
    if (images.extents() == wanted) return;
    auto const text = [](Extents<3> size) {
      return message(counted(size[2], "image"), " of ", counted(size[1], "row"), " and ",
                     counted(size[0], "column"));
    };
    description_[name].refuse("holds " + text(images.extents()) +
                              ", but the description asks for " + text(wanted));
  }

  /// As the description says, else by what stands with the projections.
  [[nodiscard]] Measured measured(bool has_integers) const {
    bool const has_flat = description_.has("flat") || description_.has("intensity_full");
    if (!description_.has("projections_are")) {
      if (has_flat) return Measured::intensities;
      if (!(description_.has("dark") || has_integers)) return Measured::line_integrals;
      description_["projections"].refuse(
          "holds intensities, it seems, but neither 'flat' nor 'intensity_full' is there");
    }
    JsonReader const kind = description_["projections_are"];
    auto const found =
        static_cast<Measured>(kind.choice({"line_integrals", "transmissions", "intensities"}));
    if (found == Measured::intensities) {
      if (!has_flat) kind.refuse("asks for 'flat' or 'intensity_full'");
      return found;
    }
    for (char const* other : {"dark", "flat", "intensity_full"}) {
      if (description_.has(other)) description_[other].refuse("contradicts projections_are");
    }
    return found;
  }

  /// The texts of a description that are names of files, or of folders of files. It is not nested
  /// deeply.
  void find_files(nlohmann::json const& json, std::vector<std::filesystem::path>& files) const {
    if (json.is_structured()) {
      for (nlohmann::json const& inner : json) find_files(inner, files);
    } else if (json.is_string()) {
      auto const path = folder_ / json.get<std::string>();
      std::error_code absent;
      if (!std::filesystem::exists(path, absent)) return;
      files.push_back(path);
      std::filesystem::directory_iterator entry{path, absent};
      for (; !absent && entry != std::filesystem::directory_iterator{}; entry.increment(absent)) {
        files.push_back(entry->path());
      }
    }
  }

  nlohmann::json const& json_;
  JsonReader description_;
  std::filesystem::path folder_;
  OpenImages const& open_;
};

}  // namespace detail

/// Reads a description and the headers of the files that it names, which are relative to it. Throws
/// FileError, whose message begins with the file's name and names the field, for whatever is
/// missing, misspelt, out of range or contradictory. `open` reads the images that fields name: .npy
/// files, unless another function knows more.
[[nodiscard]] inline Scan read_scan_json(std::filesystem::path const& path,
                                         OpenImages const& open = npy_images) {
  std::string const text = detail::read_text_file(path);
  try {
    auto const json = detail::parse_json(text);
    Scan scan = detail::JsonScanReader{json, path.parent_path(), open}.read();
    scan.files.push_back(path);
    scan.validate();
    return scan;
  } catch (InvalidArgument const& error) {
    detail::fail_file(path, error.what());
  }
}

}  // namespace pyronn
