// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <pyronn/core/grid.hpp>
#include <pyronn/recon/fbp/options.hpp>
#include <pyronn/scan/scan.hpp>
#include <pyronn/scan/scan_facts.hpp>

#include "../support/picture.hpp"
#include "corrections.hpp"
#include "memory_limits.hpp"
#include "method_options.hpp"

namespace example {

/// What the command line says.
struct Options {
  // scan
  std::filesystem::path scan;
  std::filesystem::path projections;
  std::string entry;
  std::string center = "file";
  std::string roll = "file";
  std::string rotation = "file";
  std::vector<double> pixel_mm;
  std::optional<double> source_isocenter_mm;
  std::optional<double> source_detector_mm;
  std::optional<double> full_intensity;
  // volume
  std::vector<int> size;
  std::vector<double> voxel_mm;
  std::vector<double> middle_mm;
  std::vector<double> region_mm;
  std::vector<int> region_voxels;
  // corrections
  std::optional<double> least_light;
  std::optional<double> repair;
  std::optional<double> zingers;
  std::optional<double> rings;
  std::string fields;
  std::vector<std::string> hardening;
  std::optional<int> extension;
  std::optional<double> water;
  MethodOptions method{};
  // filter
  std::string window = "ram_lak";
  std::string redundancy = "automatic";
  std::string interpolation = "software";
  // output
  std::filesystem::path output = "volume.mha";
  std::filesystem::path png;
  std::filesystem::path sinogram_png;
  std::filesystem::path axis_png;
  std::vector<double> grey;
  std::filesystem::path truth;
  double max_error = std::numeric_limits<double>::infinity();
  bool is_plan = false;
  bool is_quiet = false;
  bool is_verbose = false;
  // machine
  std::string executor = "auto";
  std::string devices;  ///< empty: one
  int threads = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  int programs_on_machine = 1;  ///< that share its memory
  std::string host_memory;
  std::string device_memory;
  std::string workspace = "256M";

  /// Below it line integrals are cut.
  [[nodiscard]] double least_transmission() const { return least_light.value_or(1e-6); }

  [[nodiscard]] pyronn::FbpOptions fbp_options() const;

  /// What the command line knows of a scan better than its file. Throws BadInput.
  [[nodiscard]] pyronn::GivenOfScan given() const;

  /// Where --center names a column. Throws BadInput.
  [[nodiscard]] std::optional<double> axis_column() const;

  /// Where --roll names an angle [rad]. Throws BadInput.
  [[nodiscard]] std::optional<double> roll_angle() const;

  /// With a device that has so much free. Throws BadInput.
  [[nodiscard]] MemoryLimits memory_limits(std::size_t device_free_bytes) const;

  /// Of this scan. Throws BadInput.
  [[nodiscard]] Corrections corrections(pyronn::Scan const& of) const;

  [[nodiscard]] std::optional<GreyWindow> grey_window() const;

  /// All pictures that may be written, with the options that name them.
  [[nodiscard]] std::vector<std::pair<std::string, std::filesystem::path const*>> pictures() const;
};

}  // namespace example
