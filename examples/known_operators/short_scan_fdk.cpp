// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

/// FDK of a short cone-beam scan as a network of known operators, as short_scan_fdk.py has it. At
/// full size: --size 256 --steps 20 --device cuda
#include <cmath>
#include <cstdio>
#include <vector>

#include <pyronn/core/math.hpp>

#include "data.hpp"
#include "experiment.hpp"

namespace {

using torch::Tensor;

/// A C-arm's scan of 200 degrees of a volume of 64 mm: at full size 256^3 voxels, 248 views of 450
/// x 450 pixels of 0.33 mm, 600 mm from source to axis and 1000 mm to the detector.
struct ShortScan {
  explicit ShortScan(int size)
      : voxel{64.0 / size},
        projections{248 * size / 256, 450 * size / 256, 450 * size / 256},
        volume{size, size, size},
        vectors{experiment::cone_scan(static_cast<int>(projections[0]), 200 * pyronn::pi / 180,
                                      148.5 / static_cast<double>(projections[1]), 600, 1000)} {}

  double voxel;
  std::vector<std::int64_t> projections;
  std::vector<std::int64_t> volume;
  Tensor vectors;  // stays on the host
};

/// Factors of the weights and of the filter are parameters.
class Fdk : public torch::nn::Module {
 public:
  explicit Fdk(ShortScan const& scan) : scan_{scan} {
    auto const known = [&](char const* name) {
      return experiment::fbp_array(name, scan.vectors, scan.projections);
    };
    weights_ = register_buffer("weights", known("cone_fbp_weights"));
    response_ = register_buffer("response", known("cone_fbp_response"));
    weights_factor_ = register_parameter("weights_factor", torch::ones_like(weights_));
    response_factor_ = register_parameter("response_factor", torch::ones_like(response_));
  }

  [[nodiscard]] Tensor forward(Tensor const& projections) const {
    Tensor const filtered = experiment::filter(projections * (weights_ * weights_factor_),
                                               response_ * response_factor_);
    return experiment::call("cone_weighted_adjoint", filtered, scan_.vectors, scan_.volume,
                            {scan_.voxel, scan_.voxel, scan_.voxel});
  }

 private:
  ShortScan scan_;
  Tensor weights_;
  Tensor response_;
  Tensor weights_factor_;
  Tensor response_factor_;
};

/// Prints the errors of the untrained network and what training made of its loss. Bounds are for
/// full size; edges make errors that grow with the root of a voxel's side.
int check(Tensor const& truth, Tensor const& found, std::vector<double> const& losses) {
  std::int64_t const size = truth.size(0);
  Tensor const axis = (torch::arange(size) + 0.5) / size * 2 - 1;
  Tensor const z = axis.view({size, 1, 1});
  Tensor const y = axis.view({size, 1});
  Tensor const ball = (axis - 0.35).square() + (y - 0.52).square() + z.square() < 0.01;
  double const brain = found.masked_select(ball).mean().item<double>();
  Tensor const seen = (axis.square() + y.square() < 1).expand_as(truth);
  double const error =
      ((found - truth).masked_select(seen).norm() / truth.masked_select(seen).norm())
          .item<double>();
  double const coarseness = 256.0 / static_cast<double>(size);
  std::printf("brain %.5f, should be 0.2\nloss", brain);
  for (double const loss : losses) std::printf(" %.4e", loss);
  std::printf("\n");
  experiment::Checks checks;
  checks.at_most("its relative error", std::abs(brain / 0.2 - 1), 0.004 * coarseness);
  checks.at_most("relative error of the volume", error, 0.115 * std::sqrt(coarseness));
  checks.at_most("loss after training, beside before", losses.back() / losses.front(), 0.95);
  return checks.exit_status();
}

int reconstruct(experiment::Options const& options) {
  int const size = options.size;
  ShortScan const scan{size};
  Tensor truth = torch::empty(scan.volume);
  known_head_3d(size, truth.mutable_data_ptr<float>());
  truth = truth.to(options.device);
  Fdk network{scan};
  network.to(options.device);
  Tensor const lines = experiment::call("cone", truth, scan.vectors, scan.projections,
                                        {scan.voxel, scan.voxel, scan.voxel});

  torch::optim::Adam optimizer{network.parameters(), torch::optim::AdamOptions(2e-3)};
  std::vector<double> losses;
  Tensor untrained;
  Tensor trained;
  for (int step = 0; step <= options.steps; ++step) {
    optimizer.zero_grad();
    Tensor const volume = network.forward(lines);
    Tensor const loss = (volume - truth).square().mean();
    loss.backward();
    if (step == 0) untrained = volume.detach();
    trained = volume.detach();
    losses.push_back(loss.item<double>());
    optimizer.step();
  }
  experiment::write_images(options.output / "short_scan_fdk.png",
                           {truth[size / 2], untrained[size / 2], trained[size / 2]}, 0, 0.5);
  experiment::write_curve(options.output / "short_scan_fdk_loss.png", losses);
  return check(truth.cpu(), untrained.cpu(), losses);
}

}  // namespace

int main(int argc, char** argv) { return experiment::run(argc, argv, {48, 5}, reconstruct); }
