// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What the C++ programs share: options, operators, pictures and checks.
#include <filesystem>
#include <string>
#include <vector>

#include <torch/torch.h>

namespace experiment {

/// --size N --steps N --device cpu|cuda --output FOLDER
struct Options {
  int size;   ///< pixels along each side
  int steps;  ///< of the optimiser
  torch::Device device{torch::kCPU};
  std::filesystem::path output{"."};
};

/// Throws std::invalid_argument for others, for fewer pixels than `options` has, from which on
/// bounds hold, and for steps below 1.
Options read_options(int argc, char** argv, Options options);

/// Runs a program and returns its exit status; what is thrown is printed.
int run(int argc, char** argv, Options const& defaults, int (*program)(Options const&));

/// Direction, detector centre and u step of 1 mm of parallel rays: (views, 3, 2).
torch::Tensor parallel_scan(int views, double span);
/// Source, detector centre, u and v step of a circle in the plane z = 0: (views, 4, 3).
torch::Tensor cone_scan(int views, double span, double pixel, double source_distance,
                        double detector_distance);

/// torch.ops.known.NAME(input, scan, output_shape, spacing)
torch::Tensor call(char const* name, torch::Tensor const& input, torch::Tensor const& scan,
                   std::vector<std::int64_t> const& output_shape,
                   std::vector<double> const& spacing);
torch::Tensor filter(torch::Tensor const& rows, torch::Tensor const& response);
/// torch.ops.known.NAME(scan, projections) of weights and Ram-Lak responses.
torch::Tensor fbp_array(char const* name, torch::Tensor const& scan,
                        std::vector<std::int64_t> const& projections);

/// Throws std::invalid_argument with the sentence that a function of data.hpp returned, if any.
void succeed(char const* sentence);

/// Images (y, x) side by side in a PNG file; grey values are from black to white.
void write_images(std::filesystem::path const& path, std::vector<torch::Tensor> const& images,
                  double black, double white);
/// Positive numbers over their index, on a logarithmic axis.
void write_curve(std::filesystem::path const& path, std::vector<double> const& values);

/// Numbers and their bounds.
class Checks {
 public:
  /// Prints whether it is, which NaN is not.
  void at_most(char const* what, double value, double bound);
  [[nodiscard]] int exit_status() const { return failed_ ? 1 : 0; }

 private:
  bool failed_ = false;
};

}  // namespace experiment
