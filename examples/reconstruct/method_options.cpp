// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "method_options.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "arguments.hpp"
#include "bad_input.hpp"
#include "options.hpp"

namespace example {

std::vector<MethodFacts> const& all_methods() {
  static std::vector<MethodFacts> const methods{
      {Method::fbp, "fbp", 0, false, false, false, false},
      {Method::sirt, "sirt", 100, false, false, true, false},
      {Method::sart, "sart", 10, false, false, true, false},
      {Method::os_sart, "os-sart", 10, true, false, true, false},
      {Method::cgls, "cgls", 20, false, false, false, false},
      {Method::lsqr, "lsqr", 20, false, false, false, false},
      {Method::mlem, "mlem", 100, false, false, true, true},
      {Method::osem, "osem", 10, true, false, true, true},
      {Method::pwls, "pwls", 20, true, true, true, false, false, false},
      {Method::tv, "tv", 100, false, true, true, false, true},
      {Method::pdhg, "pdhg", 100, false, true, true, false, false, false},
      {Method::admm_tv, "admm-tv", 20, false, true, true, false, false, false},
      {Method::asd_pocs, "asd-pocs", 20, true, false, true, false, false, false}};
  return methods;
}

MethodFacts const& facts_of_method(std::string const& name) {
  auto const& methods = all_methods();
  auto const found = std::find_if(methods.begin(), methods.end(),
                                  [&](MethodFacts const& facts) { return name == facts.name; });
  if (found == methods.end()) throw BadInput("--method: " + name + " is none");
  return *found;
}

namespace {

std::vector<std::string> method_names() {
  std::vector<std::string> names;
  for (MethodFacts const& facts : all_methods()) names.emplace_back(facts.name);
  return names;
}

}  // namespace

void add_method_options(CLI::App& app, MethodOptions& options) {
  std::string const group =
      "Iterations (10 sart os-sart osem, 20 cgls lsqr pwls admm-tv asd-pocs, 100 sirt mlem tv "
      "pdhg)";
  app.add_option("--method", options.name, "fbp, or one of these; tv: FISTA, total variation")
      ->check(CLI::IsMember(method_names()))
      ->group(group);
  app.add_option("--iterations", options.iterations, "Else as many as stand above")
      ->check(in({1, 1000000, false, true}))
      ->group(group);
  app.add_option("--subsets", options.subsets, "Of views, in os-sart osem pwls asd-pocs; else 10")
      ->check(in(positive_whole))
      ->group(group);
  auto* const strength = app.add_option("--strength", options.strength,
                                        "Of penalties: tv (or chosen) pdhg admm-tv pwls; its edges")
                             ->check(in(positive))
                             ->group(group);
  beside(strength, app.add_option("--delta", options.delta))->check(in(positive));
  app.add_option("--mask", options.mask, "Volume (.npy): voxels of 0 keep their start")
      ->group(group);
  app.add_flag("--nonnegative", options.is_nonnegative, "No voxel below 0; not cgls, lsqr")
      ->group(group);
  app.add_option("--initial", options.initial, "Start: zero (in mlem, osem one number), or fbp")
      ->check(CLI::IsMember({"zero", "fbp"}))
      ->group(group);
  app.add_option("--convergence-png", options.convergence_png, "Residual against iterations")
      ->group(group);
}

namespace {

/// Of this method, whose options are looked at one by one.
class OptionChecks {
 public:
  OptionChecks(CLI::App const& app, MethodOptions const& options) : app_{app}, options_{options} {}

  void allow(char const* option, bool is_allowed, std::string const& why) const {
    if (is_allowed || app_.count(option) == 0) return;
    throw BadInput(std::string{option} + ": --method " + options_.name + " " + why);
  }

 private:
  CLI::App const& app_;
  MethodOptions const& options_;
};

}  // namespace

void check_method_options(CLI::App const& app, Options const& all) {
  MethodOptions const& options = all.method;
  MethodFacts const& facts = options.facts();
  OptionChecks const checks{app, options};
  bool const iterates = options.is_iterative();
  char const* const of_iterations[] = {"--iterations", "--mask", "--initial", "--convergence-png"};
  for (char const* const option : of_iterations) checks.allow(option, iterates, "does not iterate");
  checks.allow("--subsets", facts.has_subsets, "takes no subsets of a number that is chosen");
  checks.allow("--strength", facts.needs_strength, "has no penalty");
  checks.allow("--delta", facts.method == Method::pwls, "has no such penalty");
  checks.allow("--nonnegative", facts.has_bounds, "keeps no bounds");
  for (char const* const option : {"--window", "--redundancy"}) {
    checks.allow(option, options.wants_fbp(), "does not filter");
  }
  checks.allow("--extend", !iterates, "needs no more columns than were measured");
  bool const is_textured = all.interpolation == "texture";
  checks.allow("--interpolation", !iterates || !is_textured,
               "takes software alone, as texture has no exact transpose");
  bool const starts_at_zero = app.count("--initial") > 0 && options.initial == "zero";
  checks.allow("--initial", !facts.multiplies || !starts_at_zero,
               "multiplies its start, so that zero would stay; leave it out for an even one");
  if (facts.needs_strength && !facts.may_choose_strength && !options.strength) {
    throw BadInput("--strength: --method " + options.name +
                   " needs one; try 0.001 x volume of a voxel [mm^3] x views");
  }
}

}  // namespace example
