// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

/// What a scan holds, for a comparison with what was written:
/// scan_dump [--projections FILE] [--center COLUMN] [--clockwise] [--from VIEW] SCAN FOLDER
///
/// Writes views.npy, darks.npy and flats.npy of double, [image][row][column]; geometry.json with
/// the rays of the pixels (0, 0), (1, 0) and (0, 1) of every view and, of a scan on a circle, its
/// parameters; and facts.txt. The status is 2, with a sentence, where the scan cannot be read.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

#include <nlohmann/json.hpp>

#include <pyronn/geometry/traits.hpp>
#include <pyronn/io/npy.hpp>
#include <pyronn/scan/scan.hpp>

#include "../../examples/reconstruct/bad_input.hpp"
#include "../../examples/reconstruct/scan_format.hpp"

namespace {

void dump_images(std::filesystem::path const& path, pyronn::ImageStack const& images,
                 int first = 0) {
  auto const extents = images.extents();
  int const count = extents[2] - first;
  std::vector<double> numbers(
      static_cast<std::size_t>(std::int64_t{extents[0]} * extents[1] * count));
  images.read({first, count, 0, extents[1]}, numbers.data());
  pyronn::write_npy(path, numbers.data(), {count, extents[1], extents[0]});
}

template <class Vector>
nlohmann::json json_of(Vector const& vector, int size) {
  auto json = nlohmann::json::array();
  for (int i = 0; i < size; ++i) json.push_back(static_cast<double>(vector[i]));
  return json;
}

template <class Geometry>
nlohmann::json json_of(Geometry const& geometry) {
  constexpr int dimension = pyronn::is_plane_geometry_v<Geometry> ? 2 : 3;
  auto views = nlohmann::json::array();
  for (int n = 0; n < geometry.num_views(); ++n) {
    auto const view = geometry.view(n);
    using Index = pyronn::detail::pixel_scalar_t<std::decay_t<decltype(view)>>;
    auto rays = nlohmann::json::array();
    for (auto const& [u, v] : {std::pair{0, 0}, {1, 0}, {0, 1}}) {
      auto const ray = view.ray(static_cast<Index>(u), static_cast<Index>(v));
      rays.push_back({{"origin", json_of(ray.origin, dimension)},
                      {"direction", json_of(ray.direction, dimension)}});
    }
    views.push_back(rays);
  }
  return views;
}

nlohmann::json json_of(pyronn::CircularScan const& circle) {
  nlohmann::json json{{"pixel", {circle.pixel[0], circle.pixel[1]}},
                      {"angles", circle.angles},
                      {"axis_column", circle.column_of_axis()},
                      {"central_row", circle.row_of_isocenter()},
                      {"roll", circle.roll},
                      {"clockwise", circle.rotation == pyronn::Rotation::clockwise}};
  if (!circle.is_parallel()) {
    json["source_isocenter"] = circle.source_isocenter;
    json["source_detector"] = circle.source_detector;
  }
  return json;
}

void dump(pyronn::Scan const& scan, std::filesystem::path const& folder, int first) {
  std::filesystem::create_directories(folder);
  char const* const kinds[] = {"parallel2d", "fan", "arc_fan", "parallel3d", "cone"};
  char const* const measured[] = {"line_integrals", "transmissions", "intensities"};
  nlohmann::json json{{"kind", kinds[scan.geometry.index()]},
                      {"measured", measured[static_cast<int>(scan.measured)]},
                      {"type", pyronn::name_of(scan.views->type())},
                      {"hardening", scan.hardening},
                      {"dark_times", scan.darks.times},
                      {"flat_times", scan.flats.times}};
  std::visit([&](auto const& geometry) { json["rays"] = json_of(geometry); }, scan.geometry);
  if (scan.circle) json["circle"] = json_of(*scan.circle);
  if (scan.full_intensity) json["full_intensity"] = *scan.full_intensity;
  for (auto const& file : scan.files) json["files"].push_back(file.string());
  std::ofstream{folder / "geometry.json"} << json.dump(1) << '\n';
  std::ofstream facts{folder / "facts.txt"};
  for (auto const& fact : scan.facts) facts << fact << '\n';
  dump_images(folder / "views.npy", *scan.views, first);
  if (scan.darks) dump_images(folder / "darks.npy", *scan.darks.images);
  if (scan.flats) dump_images(folder / "flats.npy", *scan.flats.images);
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> words(argv + 1, argv + argc);
  example::ScanSource source;
  int first = 0;  // views before it are left out
  while (words.size() > 2) {
    std::string const option = words.front();
    words.erase(words.begin());
    if (option == "--clockwise") {
      source.given.rotation = pyronn::Rotation::clockwise;
      continue;
    }
    if (option == "--projections") source.projections = words.front();
    if (option == "--from") first = std::stoi(words.front());
    if (option == "--center") source.given.axis_column = std::stod(words.front());
    words.erase(words.begin());
  }
  if (words.size() != 2) return 1;
  source.path = words[0];
  try {
    dump(example::read_scan(source), words[1], first);
  } catch (example::BadInput const& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 2;
  } catch (pyronn::FileError const& error) {  // of images
    std::fprintf(stderr, "%s\n", error.what());
    return 2;
  }
  return 0;
}
