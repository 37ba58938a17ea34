// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

/// The descriptions of scans that the example `reconstruct` reads, with the images that they name.
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include <pyronn/io/npy.hpp>
#include <pyronn/scan/scan_json.hpp>

#include "../../examples/reconstruct/calibration.cpp"
#include "../../examples/reconstruct/views_reader.cpp"
#include "../support/temporary_folder.hpp"
#include "fuzz.hpp"

namespace fuzz {
namespace {

/// The images that descriptions name, in a folder of their own.
std::shared_ptr<test::TemporaryFolder const> image_folder() {
  auto folder = std::make_shared<test::TemporaryFolder const>();
  std::vector<std::uint16_t> const values(24, 7);
  std::vector<float> const lines(24, 0.5F);
  pyronn::write_npy(*folder / "projections.npy", values.data(), {4, 2, 3});
  pyronn::write_npy(*folder / "lines.npy", lines.data(), {4, 2, 3});
  pyronn::write_npy(*folder / "rows.npy", lines.data(), {4, 3});
  pyronn::write_npy(*folder / "dark.npy", values.data(), {2, 3});
  std::vector<double> const source{600, 0, 0, 0, 600, 0, -600, 0, 0, 0, -600, 0};
  std::vector<double> const center{-600, 0, 0, 0, -600, 0, 600, 0, 0, 0, 600, 0};
  std::vector<double> const u{0, 2, 0, -2, 0, 0, 0, -2, 0, 2, 0, 0};
  std::vector<double> const v{0, 0, 2, 0, 0, 2, 0, 0, 2, 0, 0, 2};
  pyronn::write_npy(*folder / "source.npy", source.data(), {4, 3});
  pyronn::write_npy(*folder / "center.npy", center.data(), {4, 3});
  pyronn::write_npy(*folder / "u.npy", u.data(), {4, 3});
  pyronn::write_npy(*folder / "v.npy", v.data(), {4, 3});
  return folder;
}

/// Of all that the program reads.
std::size_t bytes_read(pyronn::Scan const& scan) {
  auto calibration =
      example::read_calibration(scan, example::FieldsOfTimes::interpolated, pyronn::CpuExecutor{1});
  calibration.bad_pixels.resize(static_cast<std::size_t>(scan.detector_size().count()));
  example::ViewsReader reader{scan, calibration, 1e-6, 1};
  std::vector<double> numbers(static_cast<std::size_t>(scan.views->extents().count()));
  reader.read(scan.views->whole(), numbers.data());
  return numbers.size() * static_cast<std::size_t>(pyronn::bytes_of(reader.type()));
}

char const* const circular = R"({"comment": "x", "circular": {"source_isocenter_mm": 600,
  "source_detector_mm": 1000, "angles": {"count": 4, "start_deg": 10, "range_deg": -360},
  "rotation": "clockwise", "detector_offset_mm": [0.5, 0]},
  "detector": {"columns": 3, "rows": 2, "pixel_mm": [2, 2]},
  "volume": {"size": [4, 4, 4], "voxel_mm": [1, 1, 1], "center_mm": [0, 0, 1]},
  "projections": "projections.npy", "dark": "dark.npy", "flat": "dark.npy"})";

char const* const listed = R"({"circular": {"source_isocenter_mm": 600, "source_detector_mm": 1000,
  "angles": {"list_deg": [0, 90, 180, 270]}},
  "detector": {"columns": 3, "rows": 2, "pixel_mm": [2, 2]},
  "volume": {"size": [4, 4, 4], "voxel_mm": [1, 1, 1]}, "projections": "projections.npy",
  "projections_are": "intensities", "intensity_full": 9})";

char const* const matrices = R"({"matrices": [[[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 600]],
  [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 600]], [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 600]],
  [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 600]]], "detector": {"columns": 3, "rows": 2},
  "volume": {"size": [4, 4, 4], "voxel_mm": [1, 1, 1]}, "projections": "lines.npy"})";

char const* const fan = R"({"beam": "fan", "circular": {"source_isocenter_mm": 600,
  "source_detector_mm": 1000, "angles": {"count": 4}, "detector_offset_mm": 0.5},
  "detector": {"columns": 3, "pixel_mm": 2}, "volume": {"size": [4, 4], "voxel_mm": [1, 1]},
  "projections": "rows.npy"})";

char const* const parallel = R"({"beam": "parallel", "vectors": [
  {"direction": [0, 1, 0], "detector_center_mm": [0, 0, 0], "u_step_mm": [1, 0, 0],
   "v_step_mm": [0, 0, 1]}], "detector": {"columns": 3, "rows": 2}, "projections": "dark.npy",
  "projections_are": "transmissions"})";

char const* const vectors = R"({"vectors": {"source_mm": "source.npy",
  "detector_center_mm": "center.npy", "u_step_mm": "u.npy", "v_step_mm": "v.npy"},
  "detector": {"columns": 3, "rows": 2}, "volume": {"size": [4, 4, 4], "voxel_mm": [1, 1, 1]},
  "projections": "lines.npy"})";

/// With the whole names of files.
std::string in_folder(std::string const& folder, std::string text) {
  std::size_t at = text.find(".npy");
  for (; at != std::string::npos; at = text.find(".npy", at + folder.size() + 4)) {
    text.insert(text.rfind('"', at) + 1, folder);
  }
  return text;
}

}  // namespace

Reader scan() {
  auto const images = image_folder();
  std::string const folder = (*images / "").string();
  return {"scan",
          {in_folder(folder, circular), in_folder(folder, listed), in_folder(folder, matrices),
           in_folder(folder, vectors), in_folder(folder, fan), in_folder(folder, parallel)},
          {"[",
           "]",
           "{",
           "}",
           ",",
           "null",
           in_folder(folder, "\"lines.npy\""),
           in_folder(folder, "\"dark.npy\""),
           in_folder(folder, "\"u.npy\""),
           "\".\"",
           "\"dark\": ",
           "\"flat\": ",
           "\"projections_are\": \"line_integrals\",",
           "\"beam\": \"parallel\",",
           "\"beam\": \"arc_fan\",",
           "\"count\": 1000000",
           "\"\\u0000\"",
           "\"\\u001b[2J\"",
           "[0, 0, 0]",
           "[[[[[[[[[",
           "\"list_deg\": [1],",
           "1e308"},
          [images](std::filesystem::path const& file) {
            return returns<pyronn::FileError>([&] {
              auto const description = pyronn::read_scan_json(file);
              static_cast<void>(returns<example::BadInput>(  // of images, as the program says
                  [&] { promises(bytes_read(description) > 0, "there are images"); }));
            });
          }};
}

}  // namespace fuzz
