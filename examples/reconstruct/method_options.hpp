// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "method.hpp"

namespace CLI {
class App;
}

namespace example {

struct Options;

/// What the command line says of the method.
struct MethodOptions {
  std::string name = "fbp";
  std::optional<int> iterations;
  std::optional<int> subsets;
  std::optional<double> strength;
  std::optional<double> delta;
  std::filesystem::path mask;
  bool is_nonnegative = false;
  std::string initial = "zero";
  std::filesystem::path convergence_png;

  [[nodiscard]] MethodFacts const& facts() const { return facts_of_method(name); }
  [[nodiscard]] bool is_iterative() const { return facts().iterations > 0; }
  /// Whether filtered backprojection makes the volume, or the start of iterations.
  [[nodiscard]] bool wants_fbp() const { return !is_iterative() || initial == "fbp"; }
};

void add_method_options(CLI::App& app, MethodOptions& options);

/// Throws BadInput for options that the method does not have, and for those that it lacks.
void check_method_options(CLI::App const& app, Options const& options);

}  // namespace example
