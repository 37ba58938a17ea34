// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "command_line.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include <pyronn/recon/fbp/option_names.hpp>

#include "arguments.hpp"
#include "bad_input.hpp"
#include "option_checks.hpp"
#include "volume_files.hpp"

namespace example {
namespace {

/// Of the names of options in help.
constexpr int name_width = 42;

void add_scan_options(CLI::App& app, Options& options) {
  std::string const group = "Scan";
  app.add_option("scan", options.scan, "A scanner's file, or a description in JSON")->required();
  auto* const projections = app.add_option("--projections", options.projections,
                                           "Images of a geometry; which of the scans in a file");
  projections->group(group);
  beside(projections, app.add_option("--entry", options.entry));
  app.add_option("--center", options.center,
                 "Axis column; auto: found; file: the file's, else found")
      ->group(group);
  app.add_option("--roll", options.roll, "Turn of the panel about its normal [degrees], or auto")
      ->group(group);
  app.add_option("--rotation", options.rotation, "file, clockwise or counter_clockwise, from +z")
      ->check(CLI::IsMember({"file", "clockwise", "counter_clockwise"}))
      ->group(group);
  app.add_option("--pixel", options.pixel_mm, "Distance of pixels, or of columns and rows [mm]")
      ->expected(1, 2)
      ->check(in(positive))
      ->group(group);
  auto* const isocenter = app.add_option("--source-isocenter", options.source_isocenter_mm,
                                         "Source to axis, to detector [mm]");
  isocenter->check(in(positive))->group(group);
  beside(isocenter, app.add_option("--source-detector", options.source_detector_mm))
      ->check(in(positive));
  app.add_option("--full-intensity", options.full_intensity, "Counts where there is no object")
      ->check(in(positive))
      ->group(group);
}

void add_volume_options(CLI::App& app, Options& options) {
  std::string const group = "Volume (else what the scan sees)";
  auto* const size =
      app.add_option("--size", options.size, "Voxels in x, y, z; their size, one or three [mm]");
  size->expected(3)->check(in(positive_whole))->group(group);
  beside(size, app.add_option("--voxel", options.voxel_mm))->expected(1, 3)->check(in(positive));
  app.add_option("--middle", options.middle_mm, "Middle x, y, z [mm]")
      ->expected(3)
      ->check(in(any_number))
      ->group(group);
  auto* const region = app.add_option("--region", options.region_voxels,
                                      "Part: from and to in x, y, z, voxels from 0, or [mm]");
  region->expected(6)->check(in(whole_number))->group(group);
  beside(region, app.add_option("--region-mm", options.region_mm))
      ->expected(6)
      ->check(in(any_number))
      ->excludes(region);
}

void add_correction_options(CLI::App& app, Options& options) {
  std::string const group = "Corrections";
  auto const with_default = [&](char const* name, std::optional<double>& value, char const* help) {
    return app.add_option(name, value, help)->expected(0, 1)->group(group);
  };
  with_default("--repair", options.repair, "Interpolate bad pixels: gain off by [0.5] of others'")
      ->default_str("0.5")
      ->check(in({1e-3, 1e6}));
  with_default("--zingers", options.zingers, "Replace single bright samples, by [0.1] too bright")
      ->default_str("0.1")
      ->check(in({1e-3, 1e6}));
  with_default("--rings", options.rings, "Take stripes away, a part of [1] of them")
      ->default_str("1")
      ->check(in({0.0, 1.0}));
  app.add_option("--fields", options.fields, "Darks and flats of several times: or averaged")
      ->check(CLI::IsMember({"interpolated", "averaged"}))
      ->group(group);
  app.add_option("--hardening", options.hardening, "Polynomial a0 a1 ... of lines, or file")
      ->expected(1, 5)
      ->group(group);
  app.add_option("--extend", options.extension,
                 "Object wider than the panel: columns more a side; 0: half")
      ->check(in({0, 1 << 20, false, true}))
      ->group(group);
  app.add_option("--hounsfield", options.water, "Volume in HU, by water's attenuation [1/mm]")
      ->check(in({1e-6, 1e6}))
      ->group(group);
  app.add_option("--least-transmission", options.least_light,
                 "Part of the light below which lines are cut")
      ->check(in({1e-30, 0.1}))
      ->group(group);
}

void add_filter_options(CLI::App& app, Options& options) {
  std::string const group = "Filtered backprojection";
  app.add_option("--window", options.window, "ram_lak shepp_logan cosine hamming hann ramp")
      ->check(CLI::IsMember(pyronn::filter_window_names()))
      ->group(group);
  app.add_option("--redundancy", options.redundancy, "automatic uniform parker riess wang")
      ->check(CLI::IsMember(pyronn::redundancy_names()))
      ->group(group);
  app.add_option("--interpolation", options.interpolation,
                 "software; texture: a GPU's own, with weights of 8 bits")
      ->check(CLI::IsMember({"texture", "software"}))
      ->group(group);
}

void add_output_options(CLI::App& app, Options& options) {
  std::string const group = "Output";
  app.add_option("-o,--output", options.output, "Volume: " + volume_extensions())->group(group);
  auto* const png = app.add_option("--png", options.png,
                                   "Slices; middle row's lines; the search for axis or roll");
  png->group(group);
  beside(png, app.add_option("--sinogram-png", options.sinogram_png));
  beside(png, app.add_option("--axis-png", options.axis_png));
  app.add_option("--grey", options.grey, "Black and white of the slices [1/mm or HU]")
      ->expected(2)
      ->check(in(any_number))
      ->group(group);
  auto* const truth = app.add_option("--truth", options.truth,
                                     "Volume (.npy) to compare with; status 1 if off by more");
  truth->group(group);
  beside(truth, app.add_option("--max-error", options.max_error))->check(in(positive));
  app.add_flag("--plan", options.is_plan, "Print geometry, assumptions, memory and time; stop")
      ->group(group);
  auto* const quiet =
      app.add_flag("-q,--quiet", options.is_quiet, "No progress, no table; the steps of the work");
  quiet->group(group);
  beside(quiet, app.add_flag("-v,--verbose", options.is_verbose))->excludes(quiet);
}

void add_machine_options(CLI::App& app, Options& options) {
  std::string const group = "Machine";
  auto* const executor = app.add_option(
      "--executor", options.executor, "auto (a GPU if there is one), cpu, cuda; GPUs: all, or 0,1");
  executor->check(CLI::IsMember({"auto", "cpu", "cuda"}))->group(group);
  beside(executor, app.add_option("--devices", options.devices));
  beside(executor, app.add_option("--threads", options.threads))->check(in({1, 4096, false, true}));
  auto* const host = app.add_option("--host-memory", options.host_memory,
                                    "At most, as 8G; else half of it; what is free");
  host->group(group);
  beside(host, app.add_option("--device-memory", options.device_memory));
  app.add_option("--workspace", options.workspace, "Of these, for views under way in a call")
      ->group(group);
}

class ShortFormatter final : public CLI::Formatter {
  [[nodiscard]] std::string make_group(std::string group, bool is_positional,
                                       std::vector<CLI::Option const*> options) const override {
    if (group == shown_beside) return "";
    return CLI::Formatter::make_group(std::move(group), is_positional, std::move(options));
  }
};

/// Help of one line an option, and few words.
void make_short(CLI::App& app) {
  auto const formatter = std::make_shared<ShortFormatter>();
  formatter->column_width(name_width);
  formatter->label("REQUIRED", "");
  for (char const* const label : {"TEXT", "FLOAT", "INT"}) formatter->label(label, "");
  app.formatter(formatter);
  for (CLI::Option* const option : app.get_options()) {
    if (option->get_option_text().empty()) option->option_text(" ");
  }
}

/// On one screen: without empty lines.
void print_help(CLI::App const& app) {
  std::string text = app.help();
  for (std::size_t at = 0; (at = text.find("\n\n", at)) != std::string::npos;) {
    std::size_t const end = text.find_first_not_of('\n', at);
    text.replace(at, std::min(end, text.size()) - at, "\n");
    ++at;
  }
  for (std::size_t at = 0; (at = text.find(" , ", at)) != std::string::npos;) {
    text.erase(at, 1);
    std::size_t const line = text.rfind('\n', at) + 1;
    text.insert(line + name_width - 1, " ");
  }
  std::string const title = "Positionals:\n";  // of the one under the usage
  if (auto const at = text.find(title); at != std::string::npos) text.erase(at, title.size());
  std::fputs(text.c_str(), stdout);
}

}  // namespace

std::optional<Options> parse_options(int argc, char** argv) {
  Options options;
  CLI::App app{
      "Reconstructs a scan, by filtered backprojection or iterations: parallel rays, fans and "
      "cones.",
      "reconstruct"};
  app.footer(
      "Exit status: 0 done; 2 the input cannot be worked with, one line says why; 1 anything else");
  add_scan_options(app, options);
  add_volume_options(app, options);
  add_correction_options(app, options);
  add_filter_options(app, options);
  add_method_options(app, options.method);
  add_output_options(app, options);
  add_machine_options(app, options);
  app.set_help_flag("-h,--help", "Print this and stop")->group("Machine");
  make_short(app);
  try {
    auto words = files_first(app, {argv + std::min(argc, 1), argv + argc});
    std::reverse(words.begin(), words.end());  // as CLI11 wants them
    app.parse(std::move(words));
  } catch (CLI::CallForHelp const&) {
    print_help(app);
    return std::nullopt;
  } catch (CLI::ParseError const& error) {
    if (error.get_exit_code() != 0) throw BadInput(error.what());
    app.exit(error);
    return std::nullopt;
  }
  check_options(app, options);
  return options;
}

}  // namespace example
