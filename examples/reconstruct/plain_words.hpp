// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What the library says, in words of who uses the program.
#include <cctype>
#include <cstddef>
#include <string>
#include <utility>

namespace example {
namespace words {

/// Who says something, with a colon behind.
inline constexpr char const* speakers[] = {
    // clang-format off
    "AdmmTv", "ArcFanBeam", "ArcFanView", "AsdPocs", "Backprojector", "BadPixelOptions",
    "CalibrationFields", "CircularOrbit", "CircularScan", "ConeBeam", "ConeView", "Detector",
    "FanBeam", "FanView", "Fbp", "FistaTv", "Grid", "ImageStack", "ImagesInMemory",
    "LineCorrector", "LineDetector", "ParallelBeam2D", "ParallelBeam3D", "ParallelOrbit",
    "ParallelView", "ParallelView2D", "ParallelView3D", "Pdhg", "Projector", "Pwls", "RowFilter",
    "RowsAsImages", "ScaledImages", "Scan", "SelectedImages", "Sirt", "StripeFinder",
    "StripeOptions", "TvProx", "VolumeWriter", "Workspace", "ZingerOptions", "apply_polynomial",
    "calibration_fields", "detector_part", "edf_images", "elekta_images", "equal_angles",
    "extend_rows", "find_bad_pixels", "find_roll", "find_rotation_axis", "line_integrals",
    "mark_missing", "mean_field", "moved_views", "remove_zingers", "run_solver", "subset_order",
    "subtract_stripes", "tiff_images", "to_hounsfield", "tv_strength_elsewhere",
    "volume_of_scan", "volume_writer"
    // clang-format on
};

/// In this order.
inline constexpr std::pair<char const*, char const*> plain[] = {
    {"pyronn::", ""},
    {"rtk::Projection: ", ""},
    {"; Redundancy::uniform takes", "; --redundancy uniform takes"},
    {"Redundancy::parker and riess are", "--redundancy parker and riess are"},
    {"Redundancy::", "--redundancy "},
    {"out of it; the limit is 1 degree",
     "out of it; the limit is 1 degree; if the object lies within the side that sees less, "
     "--redundancy uniform takes more"},
    {"FilterWindow::", "--window "},
    {", as Grid::flat makes,", ","},
    {"with FbpOptions::redundancy", "with --redundancy"},
    {"; name the column, or the other rotation of a point source",
     "; name it with --center, or the other sense of a point source with --rotation"},
    {"; name the column", "; name it with --center"},
    {"; name a volume", "; name a volume with --size and --voxel"},
    {"give the full intensity, which", "give --full-intensity, which"},
    {"source_isocenter_distance", "source-isocenter distance"},
    {"source_detector_distance", "source-detector distance"},
    {"; are they degrees? Angles are in rad", " [rad]; are they in another unit?"}};

/// What is required of a file, and the option that gives it.
inline constexpr std::pair<char const*, char const*> options_of_facts[] = {
    {"pixel [mm]: is missing", "--pixel"},
    {"source-isocenter distance: is missing", "--source-isocenter"},
    {"source-detector distance: is missing", "--source-detector"},
    {"axis column: is missing", "--center"}};

inline bool is_of_name(char letter) {
  return std::isalnum(static_cast<unsigned char>(letter)) != 0 || letter == '_';
}

/// `from` at `at`, unless it is the end of a longer name.
inline bool is_whole(std::string const& message, std::size_t at, std::string const& from) {
  return at == 0 || !is_of_name(from.front()) || !is_of_name(message[at - 1]);
}

inline void replace(std::string& message, std::string const& from, std::string const& to) {
  for (std::size_t at = 0; (at = message.find(from, at)) != std::string::npos;) {
    if (!is_whole(message, at, from)) {
      ++at;
      continue;
    }
    message.replace(at, from.size(), to);
    at += to.size();
  }
}

}  // namespace words

/// What the library says, with options for what a caller in C++ gives, and without the names of
/// functions and classes.
[[nodiscard]] inline std::string plain_words(std::string message) {
  for (auto const& [from, to] : words::plain) words::replace(message, from, to);
  for (char const* const speaker : words::speakers) {
    for (char const* const part : {"::circular: ", "::from_vectors: ", "::from_matrices: ", ": "}) {
      words::replace(message, std::string{speaker} + part, "");
    }
  }
  for (auto const& [fact, option] : words::options_of_facts) {
    if (message.find(fact) == std::string::npos) continue;
    words::replace(message, ", and was not given either", std::string{"; give it with "} + option);
  }
  return message;
}

}  // namespace example
