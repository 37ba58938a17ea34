// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "iterative_program.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

#include "bad_input.hpp"
#include "npy_volume.hpp"
#include "number_text.hpp"
#include "rank_work.hpp"

namespace example {
namespace {

/// Throws BadInput for a voxel that is no number, or infinite.
void check_finite(std::filesystem::path const& path, std::vector<float> const& mask,
                  pyronn::Extents<3> size) {
  auto const found =
      std::find_if(mask.begin(), mask.end(), [](float voxel) { return !std::isfinite(voxel); });
  if (found == mask.end()) return;
  std::int64_t const at = found - mask.begin();
  std::int64_t const slice = std::int64_t{size[0]} * size[1];
  throw BadInput("--mask: " + path.string() + " holds " +
                 (std::isnan(*found) ? "NaN" : "infinity") + ", first at [slice " +
                 std::to_string(at / slice) + ", row " + std::to_string(at % slice / size[0]) +
                 ", column " + std::to_string(at % size[0]) +
                 "]; a voxel that is sought has any other number than 0");
}

/// 1 where a volume is not 0.
std::vector<float> read_mask(std::filesystem::path const& path, pyronn::Grid const& grid) {
  auto const slices = npy_volume("--mask", path, grid);
  std::vector<float> mask(static_cast<std::size_t>(grid.size.count()));
  as_input("--mask", [&] { slices->read({0, grid.size[2], 0, grid.size[1]}, mask.data()); });
  check_finite(path, mask, grid.size);
  for (float& voxel : mask) voxel = voxel == 0 ? 0.0F : 1.0F;
  if (std::find(mask.begin(), mask.end(), 1.0F) == mask.end()) {
    throw BadInput("--mask: " + path.string() + " is 0 everywhere");
  }
  return mask;
}

constexpr double mib = 1 << 20;

std::string text_of_mib(std::size_t bytes) {
  return std::to_string(std::llround(std::ceil(static_cast<double>(bytes) / mib))) + "M";
}

/// What an iterative reconstruction takes.
class IterationMemory {
 public:
  IterationMemory(BandTask const& task, BandPlan const& plan, Iteration const& iteration,
                  std::size_t solver)
      : task_{task} {
    auto const size = [](auto... factors) { return (static_cast<std::size_t>(factors) * ...); };
    auto const columns = task.scan.detector_size()[0];
    auto const pixels = size(plan.most_rows(), plan.views_at_a_time);
    auto const volume = size(task.grid.size[0], task.grid.size[1], task.kept_slices, 4);
    lines_ = size(plan.most_rows(), task.kept_views, columns, sizeof(float));
    raw_ = pixels * size(columns, task.raw_bytes);
    making_ = pixels * size(task.columns, sizeof(float));
    weights_ = iteration.facts.method == Method::pwls ? lines_ : 0;
    volume_ = volume;
    mask_ = iteration.mask.empty() ? 0 : volume;
    start_ = iteration.from_fbp ? volume : 0;
    solver_ = solver;
  }

  [[nodiscard]] std::size_t lines() const { return lines_; }
  [[nodiscard]] std::size_t solver() const { return solver_; }

  void count(BandPlan& plan) const {
    std::size_t const host = task_.program_bytes + mask_ + start_;
    if (task_.is_on_device) {
      plan.host_bytes = host + volume_ + 2 * raw_;
      plan.device_bytes =
          lines_ + volume_ + std::max(raw_ + making_, mask_ + weights_ + std::max(start_, solver_));
    } else {
      plan.host_bytes = host + lines_ + volume_ + std::max(2 * raw_ + making_, weights_ + solver_);
      plan.device_bytes = 0;
    }
  }

 private:
  BandTask const& task_;
  std::size_t lines_;
  std::size_t raw_;
  std::size_t making_;
  std::size_t weights_;
  std::size_t volume_;
  std::size_t mask_;
  std::size_t start_;
  std::size_t solver_;
};

class VolumeInMemory final : public pyronn::VolumeWriter {
 public:
  VolumeInMemory(pyronn::Grid const& grid, std::vector<float>& voxels)
      : VolumeWriter{grid}, voxels_{voxels} {}

 private:
  void write(pyronn::VolumeView<float const> slices) override {
    std::int64_t const before = slices_written() * slices.slice_count();
    std::copy_n(slices.data, slices.count(), voxels_.begin() + before);
  }
  void finish() override {}

  std::vector<float>& voxels_;
};

}  // namespace

std::optional<Iteration> iteration_of(Options const& options, pyronn::Scan const& scan,
                                      pyronn::Grid const& grid) {
  MethodOptions const& said = options.method;
  if (!said.is_iterative()) return std::nullopt;
  MethodFacts const& facts = said.facts();
  constexpr int usual_subsets = 10;
  int const subsets = said.subsets.value_or(std::min(usual_subsets, scan.num_views()));
  if (subsets > scan.num_views()) {
    throw BadInput("--subsets: " + std::to_string(subsets) + " of " +
                   counted(scan.num_views(), "view") + "; there are at most as many as views");
  }
  Iteration iteration{facts,
                      said.iterations.value_or(facts.iterations),
                      subsets,
                      said.strength.value_or(0),
                      said.is_nonnegative,
                      said.initial == "fbp"};
  if (!said.mask.empty()) iteration.mask = read_mask(said.mask, grid);
  iteration.delta = said.delta.value_or(0);
  iteration.is_measured = !options.is_quiet || !said.convergence_png.empty();
  return iteration;
}

BandPlan plan_iterations(BandTask const& task, MemoryLimits const& limits, Iteration& iteration,
                         SolverBytes const& solver_bytes) {
  int const views = task.scan.num_views();
  std::size_t const place = task.is_on_device ? limits.device : limits.host;
  BandPlan plan{{band_of(task.scan, task.grid, {0, task.grid.size[2]})},
                task.all_views ? views : std::min(views, task.usual_views),
                std::min(limits.workspace, place / 4),
                0,
                0};
  auto const count = [&] {
    IterationMemory const memory{
        task, plan, iteration,
        solver_bytes({task.scan, task.grid, plan.bands.front(), iteration, plan.workspace_limit})};
    memory.count(plan);
    return memory;
  };
  auto const fits = [&] {
    return plan.host_bytes <= limits.host && plan.device_bytes <= limits.device;
  };
  count();
  if (fits()) return plan;
  iteration.column_sums_limit = 0;
  auto const least = count();
  if (fits()) {
    std::size_t const taken = task.is_on_device ? plan.device_bytes : plan.host_bytes;
    iteration.column_sums_limit = place - taken;
    count();
    return plan;
  }
  bool const is_host = plan.host_bytes > limits.host;
  throw BadInput(std::string{is_host ? "--host-memory: " : "--device-memory: "} +
                 iteration.facts.name + " works on all at once and takes " +
                 text_of_mib(is_host ? plan.host_bytes : plan.device_bytes) + ", " +
                 text_of_mib(least.lines()) + " of them for line integrals and " +
                 text_of_mib(least.solver()) +
                 " for the solver; less of the volume or larger voxels take less");
}

std::string text_of(Iteration const& iteration) {
  std::string text =
      std::string{iteration.facts.name} + ", " + counted(iteration.iterations, "iteration");
  if (iteration.facts.has_subsets) text += " of " + counted(iteration.subsets, "subset");
  if (iteration.chooses_strength()) text += " from what a search for the strength makes";
  text += iteration.from_fbp           ? " from filtered backprojection"
          : iteration.facts.multiplies ? " from an even image"
                                       : " from zeros";
  if (iteration.facts.needs_strength) {
    text += ", strength " + (iteration.strength > 0 ? number_text(iteration.strength)
                                                    : "by views that are held out");
  }
  if (iteration.facts.method == Method::pwls) {
    text += ", delta " +
            (iteration.delta > 0 ? number_text(iteration.delta) : "by the slopes of an image");
  }
  if (iteration.is_nonnegative || iteration.facts.multiplies) text += ", no voxel below 0";
  return iteration.mask.empty() ? text : text + ", within the mask";
}

std::string text_of_progress(Iteration const& iteration, int iterations, double residual) {
  std::string const text =
      "iteration " + std::to_string(iterations) + " of " + std::to_string(iteration.iterations);
  return std::isfinite(residual) ? text + ", residual " + rough_text(residual) : text;
}

std::unique_ptr<pyronn::VolumeWriter> volume_in_memory(pyronn::Grid const& grid,
                                                       std::vector<float>& voxels) {
  return std::make_unique<VolumeInMemory>(grid, voxels);
}

void make_positive(std::vector<float>& start, Ranks const& ranks) {
  constexpr float part = 0.01F;
  float const own = *std::max_element(start.begin(), start.end());
  float const most = largest_of_ranks(ranks, std::max(own, 0.0F));
  float const least = most > 0 ? part * most : 1.0F;
  for (float& voxel : start) voxel = std::max(voxel, least);
}

}  // namespace example
