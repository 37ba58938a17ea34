// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

/// Learns the filter of filtered backprojection from discs, as ramp_filter.py does. At full size:
/// --size 256 --steps 300 --device cuda
#include <cmath>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include <pyronn/core/math.hpp>

#include "data.hpp"
#include "experiment.hpp"

namespace {

using torch::Tensor;

/// Filtered backprojection, of which the response is learned.
class Reconstruction : public torch::nn::Module {
 public:
  Reconstruction(int size, int columns, int views, Tensor const& response)
      : scan_{experiment::parallel_scan(views, pyronn::pi)},
        image_{size, size},
        sinogram_{views, columns} {
    weights_ =
        register_buffer("weights", experiment::fbp_array("parallel_fbp_weights", scan_, sinogram_));
    response_ = register_parameter("response", response.clone());
  }

  [[nodiscard]] Tensor project(Tensor const& images) const {
    return experiment::call("parallel", images, scan_, sinogram_, {1, 1});
  }

  [[nodiscard]] Tensor forward(Tensor const& sinograms) const {
    Tensor const filtered = experiment::filter(sinograms * weights_, response_);
    return experiment::call("parallel_weighted_adjoint", filtered, scan_, image_, {1, 1});
  }

  Tensor& response() { return response_; }
  [[nodiscard]] Tensor ram_lak() const {
    return experiment::fbp_array("parallel_fbp_response", scan_, sinogram_);
  }

 private:
  Tensor scan_;  // stays on the host
  std::vector<std::int64_t> image_;
  std::vector<std::int64_t> sinogram_;
  Tensor weights_;
  Tensor response_;
};

/// The transform of an even filter that is given at the distances 0 to half its period.
Tensor transform(Tensor const& space) {
  Tensor const others = space.slice(0, 1, space.size(0) - 1).flip(0);
  return torch::real(torch::fft::rfft(torch::cat({space, others})));
}

/// What a product with |f| in the transform of a row that is not padded does to it, as a response
/// for padded rows: the filter in space is repeated with the period of a row.
Tensor unpadded_ramp(int columns, std::int64_t length) {
  Tensor const frequency = torch::arange(columns / 2 + 1, torch::kDouble) / columns;
  Tensor const period = torch::fft::irfft(torch::complex(frequency, 0 * frequency));
  Tensor const distance = torch::arange(length);
  Tensor const repeated = period.index({distance.remainder(columns)});
  return transform(repeated * (distance < columns)).to(torch::kFloat);
}

/// A filter at as many frequencies as a row has pixels: cut in space to half a row on each side, as
/// distances beyond what object and image span are in no datum.
Tensor unpadded_response(Tensor const& response, int columns) {
  Tensor const values = response.detach().to(torch::kCPU, torch::kDouble);
  Tensor const space = torch::fft::irfft(torch::complex(values, torch::zeros_like(values)));
  return transform(space.slice(0, 0, columns / 2 + 1));
}

/// How much lower the middle of a disc is than its outer part, as a part of that.
double cupping(Tensor const& image, double radius) {
  Tensor const axis = torch::arange(image.size(-1)) - (static_cast<double>(image.size(-1)) - 1) / 2;
  Tensor const distance = (axis.square() + axis.unsqueeze(1).square()).sqrt() / radius;
  Tensor const outer = image.masked_select((distance > 0.75) & (distance < 0.95)).mean();
  return (1 - image.masked_select(distance < 0.2).mean() / outer).item<double>();
}

/// Adam, of which the steps become smaller to the end; returns the losses.
std::vector<double> train(Reconstruction& network, Tensor const& sinograms, Tensor const& discs,
                          int steps) {
  constexpr double rate = 1e-4;
  torch::optim::Adam optimizer{{network.response()}, torch::optim::AdamOptions(rate)};
  std::vector<double> losses;
  for (int step = 0; step < steps; ++step) {
    static_cast<torch::optim::AdamOptions&>(optimizer.param_groups()[0].options())
        .lr(rate * 0.5 * (1 + std::cos(pyronn::pi * step / steps)));
    optimizer.zero_grad();
    Tensor const loss = (network.forward(sinograms) - discs).square().sum();
    loss.backward();
    optimizer.step();
    losses.push_back(loss.item<double>());
  }
  return losses;
}

Tensor read_discs(int size) {
  std::vector<double> radii;
  for (int radius = 9; radius < size / 2; radius += 2) radii.push_back(radius);
  auto const count = static_cast<int>(radii.size());
  Tensor discs = torch::empty({count, size, size});
  experiment::succeed(known_discs(size, count, radii.data(), discs.mutable_data_ptr<float>()));
  return discs;
}

/// What a filter makes of a large disc, and the squared error of rectangles, which it has not seen.
struct Result {
  Tensor disc;
  double rectangles;
};

Result test(Reconstruction& network, Tensor const& response, Tensor const& disc,
            Tensor const& rectangles) {
  torch::NoGradGuard const no_grad;
  network.response().copy_(response);
  Tensor const difference = network.forward(network.project(rectangles)) - rectangles;
  return {network.forward(network.project(disc))[0].cpu(),
          difference.square().sum().item<double>()};
}

int learn(experiment::Options const& options) {
  int const size = options.size;
  int const columns = 2 * (size * 400 / 512);
  int const views = 180 * size / 256;
  Tensor const begin = unpadded_ramp(columns, known_response_length(columns));
  Reconstruction network{size, columns, views, begin};
  Tensor const ram_lak = network.ram_lak();
  network.to(options.device);
  Tensor const discs = read_discs(size).to(options.device);
  auto const losses = train(network, network.project(discs).detach(), discs, options.steps);

  Tensor const learned = network.response().detach().clone();
  Tensor rectangles = torch::empty({150, size, size});
  experiment::succeed(known_rectangles(size, 150, 1, rectangles.mutable_data_ptr<float>()));
  rectangles = rectangles.to(options.device);
  Tensor const disc = discs.slice(0, -3, -2);  // 4 pixels smaller than the largest
  double const radius = 9.0 + 2 * static_cast<double>(discs.size(0) - 3);
  std::vector<Result> results;
  for (auto const& [name, response] : std::vector<std::pair<char const*, Tensor>>{
           {"begin", begin}, {"Ram-Lak", ram_lak}, {"learned", learned}}) {
    results.push_back(test(network, response, disc, rectangles));
    Result const& result = results.back();
    double const mean = result.disc.masked_select(disc[0].cpu() == 1).mean().item<double>();
    std::printf("%s: cupping %.2f %%, mean in the disc %.4f, rectangles %.1f\n", name,
                100 * cupping(result.disc, radius), mean, result.rectangles);
  }
  experiment::write_images(options.output / "ramp_filter.png",
                           {results[0].disc, results[1].disc, results[2].disc}, 0.8, 1.1);
  experiment::write_curve(options.output / "ramp_filter_loss.png", losses);

  std::printf("loss %.1f -> %.1f in %zu steps\n", losses.front(), losses.back(), losses.size());
  Tensor const difference = 100 * (unpadded_response(learned, columns).slice(0, 0, 10) /
                                       unpadded_response(ram_lak, columns).slice(0, 0, 10) -
                                   1);
  experiment::Checks checks;
  // Reasons of the bounds are in ramp_filter.py.
  checks.at_most("learned beside Ram-Lak in the ten lowest frequencies [%]",
                 difference.abs().max().item<double>(), 256.0 / size);
  checks.at_most("cupping [%]", std::abs(100 * cupping(results[2].disc, radius)), 0.5);
  checks.at_most("rectangles, beside Ram-Lak", results[2].rectangles / results[1].rectangles, 1);
  return checks.exit_status();
}

}  // namespace

int main(int argc, char** argv) { return experiment::run(argc, argv, {128, 100}, learn); }
