// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "scan.hpp"

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <pyronn/core/error.hpp>
#include <pyronn/interop/detail/text_file.hpp>
#include <pyronn/io/npy_header.hpp>

#include "scan_geometry.hpp"

namespace example {
namespace {

pyronn::Grid read_grid(Field const& volume) {
  Field const& known = volume.object({"size", "voxel_mm", "center_mm"});
  auto const size = known["size"].list<3>(&Field::count);
  auto const voxel = known["voxel_mm"].list<3>(&Field::positive);
  std::array<double, 3> center{};
  if (known.has("center_mm")) center = known["center_mm"].list<3>(&Field::number);
  try {
    return pyronn::Grid::centered({size[0], size[1], size[2]}, {voxel[0], voxel[1], voxel[2]},
                                  {center[0], center[1], center[2]});
  } catch (pyronn::InvalidArgument const& error) {
    throw BadInput(std::string{"volume: "} + error.what());
  }
}

/// The image file that a field names, checked to have the shape that the description asks for.
class ImageReader {
 public:
  ImageReader(std::filesystem::path const& folder, Field const& field)
      : field_{field}, path_{folder / field.text()}, header_{read_header()} {}

  std::filesystem::path check(std::vector<std::int64_t> const& shape, char const* meaning) const {
    if (header_.shape != shape) {
      field_.refuse("has the shape " + pyronn::detail::npy_shape_text(header_.shape) +
                    ", but the description asks for " + meaning + " = " +
                    pyronn::detail::npy_shape_text(shape));
    }
    return path_;
  }

  [[nodiscard]] bool is_integer() const {
    return header_.type != pyronn::NpyType::float16 && header_.type != pyronn::NpyType::float32 &&
           header_.type != pyronn::NpyType::float64;
  }

 private:
  pyronn::NpyHeader read_header() const {
    try {
      return pyronn::read_npy_header(path_);
    } catch (pyronn::FileError const& error) {
      throw BadInput(field_.name() + ": " + error.what());
    }
  }

  Field field_;
  std::filesystem::path path_;
  pyronn::NpyHeader header_;
};

/// Whether the projections are intensities: as the description says, else by what stands with them.
bool read_kind(Field const& description, bool has_integers) {
  bool const has_flat = description.has("flat") || description.has("intensity_full");
  if (!description.has("projections_are")) {
    if (has_flat || !(description.has("dark") || has_integers)) return has_flat;
    description["projections"].refuse(
        "holds intensities, it seems, but neither 'flat' nor 'intensity_full' is there");
  }
  Field const kind = description["projections_are"];
  if (kind.text() == "intensities") {
    if (!has_flat) kind.refuse("asks for 'flat' or 'intensity_full'");
    return true;
  }
  if (kind.text() != "line_integrals") {
    kind.refuse("must be \"intensities\" or \"line_integrals\"");
  }
  for (char const* other : {"dark", "flat", "intensity_full"}) {
    if (description.has(other)) description[other].refuse("contradicts projections_are");
  }
  return false;
}

/// The texts of a description that end as file names do. It is not nested deeply.
void find_files(Json const& json, std::filesystem::path const& folder,
                std::vector<std::filesystem::path>& files) {
  if (json.is_structured()) {
    for (Json const& inner : json) find_files(inner, folder, files);
  } else if (json.is_string()) {
    std::filesystem::path const name = json.get<std::string>();
    if (name.extension() == ".npy") files.push_back(folder / name);
  }
}

Scan build_scan(Field const& description, std::filesystem::path const& folder) {
  static_cast<void>(
      description.object({"comment", "circular", "vectors", "matrices", "detector", "volume",
                          "projections", "projections_are", "dark", "flat", "intensity_full"}));
  Field const detector = description["detector"].object({"columns", "rows", "pixel_mm"});
  int const columns = detector["columns"].count();
  int const rows = detector["rows"].count();
  pyronn::Grid const grid = read_grid(description["volume"]);
  auto const geometry = GeometryReader{folder, {columns, rows}, grid.center()}.read(description);
  ImageReader const images{folder, description["projections"]};
  Scan scan{GeometryReader::find(description),
            geometry,
            grid,
            images.check({geometry.num_views(), rows, columns}, "(views, rows, columns)"),
            std::nullopt,
            std::nullopt,
            std::nullopt,
            read_kind(description, images.is_integer()),
            {}};
  auto const calibration = [&](char const* name) -> std::optional<std::filesystem::path> {
    if (!description.has(name)) return std::nullopt;
    return ImageReader{folder, description[name]}.check({rows, columns}, "(rows, columns)");
  };
  scan.dark = calibration("dark");
  scan.flat = calibration("flat");
  if (description.has("intensity_full")) {
    if (scan.flat) description["intensity_full"].refuse("contradicts 'flat'");
    scan.intensity_full = description["intensity_full"].positive();
  }
  return scan;
}

}  // namespace

Scan read_scan(std::filesystem::path const& description) {
  std::string text;
  try {
    text = pyronn::detail::read_text_file(description);
  } catch (pyronn::FileError const& error) {
    throw BadInput(error.what());
  }
  try {
    Json const json = parse_json(text);
    Scan scan = build_scan(Field{json, ""}, description.parent_path());
    find_files(json, description.parent_path(), scan.files);
    return scan;
  } catch (BadInput const& error) {
    throw BadInput(description.string() + ": " + error.what());
  }
}

}  // namespace example
