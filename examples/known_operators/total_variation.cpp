// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

/// Iterative reconstruction of few views with Adam, as total_variation.py does it. At full size:
/// --size 256 --steps 1500 --device cuda
#include <cmath>
#include <cstdio>
#include <vector>

#include <pyronn/core/math.hpp>

#include "data.hpp"
#include "experiment.hpp"

namespace {

using torch::Tensor;

Tensor fbp(Tensor const& sinogram, Tensor const& scan, std::vector<std::int64_t> const& image) {
  auto const shape = sinogram.sizes().vec();
  Tensor const weights = experiment::fbp_array("parallel_fbp_weights", scan, shape);
  Tensor const response = experiment::fbp_array("parallel_fbp_response", scan, shape);
  Tensor const filtered =
      experiment::filter(sinogram * weights.to(sinogram.device()), response.to(sinogram.device()));
  return experiment::call("parallel_weighted_adjoint", filtered, scan, image, {1, 1});
}

Tensor total_variation(Tensor const& image) {
  return image.diff(1, 0).abs().sum() + image.diff(1, 1).abs().sum();
}

/// The image and the losses; ends where the loss grows by 3 % in a step.
Tensor reconstruct(Tensor const& sinogram, Tensor const& scan,
                   std::vector<std::int64_t> const& shape, int steps, std::vector<double>& losses) {
  Tensor image = torch::zeros(shape, sinogram.options()).requires_grad_();
  torch::optim::Adam optimizer{{image}, torch::optim::AdamOptions(1e-2)};
  for (int step = 0; step < steps; ++step) {
    optimizer.zero_grad();
    Tensor const lines = experiment::call("parallel", image, scan, sinogram.sizes().vec(), {1, 1});
    Tensor const loss = (lines - sinogram).square().mean() + 1e-4 * total_variation(image);
    loss.backward();
    optimizer.step();
    torch::NoGradGuard const no_grad;
    image.clamp_min_(0);  // no attenuation is negative
    losses.push_back(loss.item<double>());
    if (step > 0 && losses.back() > 1.03 * *(losses.end() - 2)) break;
  }
  return image.detach();
}

int compare(experiment::Options const& options) {
  int const size = options.size;
  int const views = 30;
  int const columns = size * 375 / 256;
  Tensor const scan = experiment::parallel_scan(views, 200 * pyronn::pi / 180);
  Tensor truth = torch::empty({size, size});
  known_head_2d(size, truth.mutable_data_ptr<float>());
  truth = truth.to(options.device);
  Tensor const sinogram = experiment::call("parallel", truth, scan, {views, columns}, {1, 1});

  std::vector<double> losses;
  Tensor const filtered = fbp(sinogram, scan, {size, size});
  Tensor const image = reconstruct(sinogram, scan, {size, size}, options.steps, losses);
  experiment::write_images(options.output / "total_variation.png", {truth, filtered, image}, 0,
                           0.5);
  experiment::write_curve(options.output / "total_variation_loss.png", losses);

  std::printf("loss %.3f -> %.5f in %zu steps\n", losses.front(), losses.back(), losses.size());
  auto const error = [&](Tensor const& x) {
    return ((x - truth).norm() / truth.norm()).item<double>();
  };
  std::printf("relative error: FBP %.4f, total variation %.4f\n", error(filtered), error(image));
  experiment::Checks checks;
  checks.at_most("error beside FBP's", error(image) / error(filtered), 0.5);
  return checks.exit_status();
}

}  // namespace

int main(int argc, char** argv) { return experiment::run(argc, argv, {96, 600}, compare); }
