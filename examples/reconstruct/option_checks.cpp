// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "option_checks.hpp"

#include <algorithm>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <pyronn/scan/detail/panel_checks.hpp>

#include "bad_input.hpp"
#include "device_choice.hpp"
#include "number_text.hpp"
#include "volume_files.hpp"

namespace example {
namespace {

void check_folder(std::string const& option, std::filesystem::path const& path) {
  auto const folder = path.has_parent_path() ? path.parent_path() : ".";
  std::string const named = option + ": " + path.string();
  std::error_code absent;
  if (!std::filesystem::is_directory(folder, absent)) {
    throw BadInput(named + " is in a folder that does not exist");
  }
  if (std::filesystem::is_directory(path, absent)) throw BadInput(named + " is a folder");
}

/// Refuses names that could not be written.
void check_names(Options const& options) {
  check_volume_name(options.output);
  check_folder("--output", options.output);
  std::vector<std::filesystem::path> names{options.output};
  for (auto const& [option, path] : options.pictures()) {
    if (path->empty()) continue;
    if (std::find(names.begin(), names.end(), *path) != names.end()) {
      throw BadInput(option + ": " + path->string() + " is another output, too");
    }
    names.push_back(*path);
    if (path->extension() != ".png") {
      throw BadInput(option + ": " + path->string() + " must end in .png");
    }
    check_folder(option, *path);
  }
}

/// Of options that mean something beside others only.
void check_company(CLI::App const& app, Options const& options) {
  auto const want = [&](char const* option, bool is_there, char const* other) {
    if (app.count(option) == 0 || is_there) return;
    throw BadInput(std::string{option} + ": is of no use without " + other);
  };
  want("--max-error", !options.truth.empty(), "--truth");
  want("--grey", !options.png.empty(), "--png");
  bool const is_cpu = options.executor == "cpu";
  for (char const* const option : {"--device-memory", "--devices"}) {
    want(option, !is_cpu, "a GPU; --executor is cpu");
  }
  if (options.water && !options.truth.empty()) {
    throw BadInput("--truth: is compared with attenuation [1/mm]; leave --hounsfield out");
  }
}

void check_distances(Options const& options) {
  constexpr double longest = 1e10;  // beamlines have their source far away
  for (auto const& [option, distance] :
       {std::pair{"--source-isocenter", options.source_isocenter_mm},
        {"--source-detector", options.source_detector_mm}}) {
    if (!distance || *distance <= longest) continue;
    throw BadInput(std::string{option} + ": " + number_text(*distance) +
                   " mm is longer than any scanner");
  }
  if (!options.source_isocenter_mm || !options.source_detector_mm) return;
  if (*options.source_detector_mm >= *options.source_isocenter_mm) return;
  throw BadInput("--source-detector: " + number_text(*options.source_detector_mm) +
                 " mm is less than --source-isocenter, " +
                 number_text(*options.source_isocenter_mm) + " mm; are they swapped?");
}

void check_pixel(Options const& options) {
  if (options.pixel_mm.empty()) return;
  std::string const fault =
      pyronn::detail::fault_of_pixel({options.pixel_mm.front(), options.pixel_mm.back()});
  if (!fault.empty()) throw BadInput("--pixel: " + fault);
}

}  // namespace

void check_options(CLI::App const& app, Options const& options) {
  if (!options.grey.empty() && !(options.grey[0] < options.grey[1])) {
    throw BadInput("--grey: " + number_text(options.grey[0]) + " must be less than " +
                   number_text(options.grey[1]));
  }
  check_company(app, options);
  check_distances(options);
  check_pixel(options);
  if (options.voxel_mm.size() == 2) throw BadInput("--voxel: wants one size or three");
  static_cast<void>(options.given());
  static_cast<void>(options.memory_limits(0));
  if (app.count("--devices") > 0) static_cast<void>(device_numbers(options.devices));
  check_names(options);
  check_method_options(app, options);
}

}  // namespace example
