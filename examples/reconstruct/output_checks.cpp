// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "output_checks.hpp"

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include <pyronn/core/error.hpp>

#include "../support/process.hpp"
#include "axis.hpp"
#include "bad_input.hpp"

namespace example {

void check_inputs_survive(Options const& options, pyronn::Scan const& scan) {
  auto inputs = scan.files;
  inputs.push_back(options.truth);
  inputs.push_back(options.method.mask);
  std::vector<std::filesystem::path> outputs{options.output};
  for (auto const& [option, path] : options.pictures()) outputs.push_back(*path);
  for (auto const& output : outputs) {
    std::error_code absent;  // of a name that is none, too
    if (!std::filesystem::exists(output, absent)) continue;
    for (auto const& input : inputs) {
      if (std::filesystem::equivalent(input, output, absent)) {
        throw BadInput(output.string() + ": is read and cannot be an output");
      }
    }
  }
}

void check_pictures(Options const& options, pyronn::Scan const& scan) {
  if (!options.axis_png.empty() && !wants_axis(options, scan)) {
    throw BadInput("--axis-png: nothing is searched for; say --center auto, or --roll auto");
  }
  if (!options.sinogram_png.empty() && !scan.circle) {
    throw BadInput("--sinogram-png: " + options.scan.string() + " describes no circle");
  }
}

void check_outputs(Options const& options, std::int64_t voxels) {
  auto const check = [](char const* name, std::filesystem::path const& path, std::int64_t bytes) {
    try {
      check_output(path, bytes);
    } catch (pyronn::FileError const& error) {
      throw BadInput(std::string{name} + ": " + error.what());
    }
  };
  check("--output", options.output, voxels * static_cast<std::int64_t>(sizeof(float)));
  for (auto const& [option, path] : options.pictures()) {
    if (!path->empty()) check(option.c_str(), *path, 0);
  }
}

void print_missing_space(Options const& options, std::int64_t voxels) {
  try {
    check_outputs(options, voxels);
  } catch (BadInput const& error) {
    std::printf("%s\n", error.what());
  }
}

}  // namespace example
