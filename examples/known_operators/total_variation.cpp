// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

/// Iterative reconstruction of few views with Adam, as total_variation.py does it. At full size:
/// --size 256 --device cuda
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

/// The image and the losses with this weight of the total variation; ends where the loss grows by
/// 3 % in a step.
Tensor reconstruct(Tensor const& sinogram, Tensor const& scan,
                   std::vector<std::int64_t> const& shape, int steps, double weight,
                   std::vector<double>& losses) {
  Tensor image = torch::zeros(shape, sinogram.options()).requires_grad_();
  torch::optim::Adam optimizer{{image}, torch::optim::AdamOptions(1e-2)};
  for (int step = 0; step < steps; ++step) {
    optimizer.zero_grad();
    Tensor const lines = experiment::call("parallel", image, scan, sinogram.sizes().vec(), {1, 1});
    Tensor const loss = (lines - sinogram).square().mean() + weight * total_variation(image);
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
  experiment::succeed(known_head_2d(size, truth.mutable_data_ptr<float>()));
  truth = truth.to(options.device);
  Tensor const sinogram = experiment::call("parallel", truth, scan, {views, columns}, {1, 1});

  std::vector<double> losses;
  Tensor const filtered = fbp(sinogram, scan, {size, size});
  Tensor const image = reconstruct(sinogram, scan, {size, size}, options.steps, 1e-4, losses);
  std::vector<double> losses_without;
  Tensor const without =
      reconstruct(sinogram, scan, {size, size}, options.steps, 0, losses_without);
  experiment::write_images(options.output / "total_variation.png", {truth, filtered, image}, 0,
                           0.5);
  experiment::write_curve(options.output / "total_variation_loss.png", losses);

  std::printf("loss %.3f -> %.5f in %zu steps\n", losses.front(), losses.back(), losses.size());
  auto const error = [&](Tensor const& x) {
    return ((x - truth).norm() / truth.norm()).item<double>();
  };
  std::printf("relative error: FBP %.4f, without the term %.4f, with it %.4f\n", error(filtered),
              error(without), error(image));
  experiment::Checks checks;
  // Found are 0.51 to 0.78 from 64 to 256 pixels, and 1 where the term has no effect.
  checks.at_most("error beside that without the term", error(image) / error(without), 0.85);
  // Found are 0.051 to 0.072; without the term 0.087 to 0.112.
  checks.at_most("error", error(image), 0.08);
  return checks.exit_status();
}

}  // namespace

int main(int argc, char** argv) { return experiment::run(argc, argv, {96, 1500}, compare); }
