// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <filesystem>
#include <limits>
#include <locale>
#include <optional>
#include <sstream>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include <CLI/CLI.hpp>

#include <pyronn/recon/fbp/options.hpp>
#include <pyronn/scan/scan_facts.hpp>

#include "bad_input.hpp"
#include "slices_png.hpp"

namespace example {

/// What the command line says.
struct Options {
  std::filesystem::path scan;
  std::filesystem::path projections;
  std::filesystem::path output = "volume.mha";
  std::filesystem::path png;
  std::filesystem::path truth;
  std::string executor = "auto";
  std::string interpolation = "auto";
  std::string window = "ram_lak";
  std::string redundancy = "automatic";
  std::vector<double> grey;
  std::string center = "file";
  int threads = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  int workspace_mib = 256;
  double least_transmission = 1e-6;
  bool is_repairing = false;
  double max_error = std::numeric_limits<double>::infinity();
  bool is_quiet = false;
  bool is_verbose = false;

  [[nodiscard]] pyronn::FbpOptions fbp_options() const {
    return {static_cast<pyronn::FilterWindow>(place_of(window, window_names())),
            static_cast<pyronn::Redundancy>(place_of(redundancy, redundancy_names()))};
  }

  [[nodiscard]] pyronn::GivenOfScan given() const {
    pyronn::GivenOfScan given;
    given.axis_column = axis_column();
    return given;
  }

  /// Where --center names a column.
  [[nodiscard]] std::optional<double> axis_column() const {
    if (center == "file" || center == "auto") return std::nullopt;
    std::istringstream text{center};
    text.imbue(std::locale::classic());
    double column = 0;
    if (!(text >> column) || !(text >> std::ws).eof()) {
      throw BadInput("--center: " + center + " must be file, auto or a column");
    }
    return column;
  }

  [[nodiscard]] std::size_t workspace_bytes() const {
    return static_cast<std::size_t>(workspace_mib) << 20;
  }

  [[nodiscard]] std::optional<GreyWindow> grey_window() const {
    if (grey.empty()) return std::nullopt;
    return GreyWindow{grey[0], grey[1]};
  }

  /// In the order of pyronn::FilterWindow.
  static std::vector<std::string> const& window_names() {
    static std::vector<std::string> const names{"ram_lak", "shepp_logan", "cosine",
                                                "hamming", "hann",        "ramp"};
    return names;
  }

  /// In the order of pyronn::Redundancy.
  static std::vector<std::string> const& redundancy_names() {
    static std::vector<std::string> const names{"automatic", "uniform", "parker", "riess", "wang"};
    return names;
  }

 private:
  static std::ptrdiff_t place_of(std::string const& name, std::vector<std::string> const& names) {
    return std::find(names.begin(), names.end(), name) - names.begin();
  }
};

/// Refuses names that could not be written.
inline void check_names(Options const& options) {
  std::string const extension = options.output.extension().string();
  if (extension != ".npy" && extension != ".mha") {
    throw BadInput("--output: " + options.output.string() + " must end in .npy or .mha");
  }
  if (!options.png.empty() && options.png.extension() != ".png") {
    throw BadInput("--png: " + options.png.string() + " must end in .png");
  }
  for (std::filesystem::path const* const name : {&options.output, &options.png}) {
    std::filesystem::path const& path = *name;
    std::string const named = (name == &options.png ? "--png: " : "--output: ") + path.string();
    auto const folder = path.has_parent_path() ? path.parent_path() : ".";
    std::error_code absent;
    if (!std::filesystem::is_directory(folder, absent)) {
      throw BadInput(named + " is in a folder that does not exist");
    }
    if (std::filesystem::is_directory(path, absent)) throw BadInput(named + " is a folder");
  }
}

inline void add_options(CLI::App& app, Options& options) {
  app.add_option("scan", options.scan,
                 "A description in JSON, or an HDF5 file: NXtomo, Data Exchange")
      ->required();
  app.add_option("--projections", options.projections,
                 "Images of a scan whose file describes the geometry alone");
  app.add_option("-o,--output", options.output,
                 "Volume to write: .mha for ITK-SNAP and 3D Slicer, or .npy")
      ->capture_default_str();
  app.add_option("--center", options.center,
                 "Column in which the rotation axis is seen, from 0; auto: found from the images; "
                 "file: the file's word, auto where it has none")
      ->capture_default_str();
  app.add_option("--png", options.png, "Picture of the three central slices to write");
  app.add_option("--grey", options.grey, "Black and white of the picture [1/mm], else automatic")
      ->expected(2);
  app.add_option("--executor", options.executor, "Where to compute; auto: on a GPU if there is one")
      ->check(CLI::IsMember({"auto", "cpu", "cuda"}))
      ->capture_default_str();
  app.add_option("--threads", options.threads, "Threads on the CPU")
      ->check(CLI::Range(1, 4096))
      ->capture_default_str();
  app.add_option("--interpolation", options.interpolation,
                 "texture: fast on a GPU, 8-bit weights; auto: texture there, software elsewhere")
      ->check(CLI::IsMember({"auto", "texture", "software"}))
      ->capture_default_str();
  app.add_option("--window", options.window, "Window of the ramp filter")
      ->check(CLI::IsMember(Options::window_names()))
      ->capture_default_str();
  app.add_option("--redundancy", options.redundancy,
                 "How rays count that see the same line: parker and riess for short scans, wang "
                 "for an offset detector")
      ->check(CLI::IsMember(Options::redundancy_names()))
      ->capture_default_str();
  app.add_flag("--repair", options.is_repairing,
               "Interpolate dead pixels, and counts that are no numbers, between their neighbours");
  app.add_option("--least-transmission", options.least_transmission,
                 "Fraction of the light below which a line integral is cut")
      ->check(CLI::Range(1e-30, 0.1))
      ->capture_default_str();
  app.add_option("--workspace-mib", options.workspace_mib, "Memory for views under way [MiB]")
      ->check(CLI::Range(1, 1 << 20))
      ->capture_default_str();
  app.add_option("--truth", options.truth, "Volume (.npy) to compare the result with");
  app.add_option("--max-error", options.max_error,
                 "Fail, with status 1, if the relative L2 error against the truth is larger")
      ->check(CLI::PositiveNumber);
  auto* const quiet =
      app.add_flag("-q,--quiet", options.is_quiet, "Neither progress bar nor table");
  app.add_flag("-v,--verbose", options.is_verbose, "Print the plan of the work, a line a step")
      ->excludes(quiet);
}

/// Nothing if all that was asked for is help. Throws BadInput.
inline std::optional<Options> parse_options(int argc, char** argv) {
  Options options;
  CLI::App app{"Reconstructs a scan by filtered backprojection: parallel rays, fans and cones."};
  app.footer(
      "Exit status: 0 done; 2 the input cannot be worked with, one line says why and nothing is\n"
      "written; 1 anything else.");
  add_options(app, options);
  try {
    app.parse(argc, argv);
  } catch (CLI::ParseError const& error) {
    if (error.get_exit_code() != 0) throw BadInput(error.what());
    app.exit(error);
    return std::nullopt;
  }
  if (!options.grey.empty() && !(options.grey[0] < options.grey[1])) {
    throw BadInput("--grey: " + std::to_string(options.grey[0]) + " must be less than " +
                   std::to_string(options.grey[1]));
  }
  if (app.count("--max-error") > 0 && options.truth.empty()) {
    throw BadInput("--max-error: needs --truth");
  }
  static_cast<void>(options.axis_column());
  check_names(options);
  return options;
}

}  // namespace example
