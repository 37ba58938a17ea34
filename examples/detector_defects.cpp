// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

/// What detectors do to a scan, and what is left of it: dead pixels, zingers, rings, and a beam
/// that drifts. Each is simulated on counts with noise and corrected.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include <pyronn/core/grid.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/geometry/fan_beam.hpp>
#include <pyronn/interp/software_interp.hpp>
#include <pyronn/phantom/phantom.hpp>
#include <pyronn/phantom/shepp_logan.hpp>
#include <pyronn/recon/fbp/fbp.hpp>
#include <pyronn/recon/preprocess/bad_pixels.hpp>
#include <pyronn/recon/preprocess/drifting_fields.hpp>
#include <pyronn/recon/preprocess/missing_samples.hpp>
#include <pyronn/recon/preprocess/stripes.hpp>
#include <pyronn/recon/preprocess/zingers.hpp>
#include <pyronn/simulate/detector_defects.hpp>
#include <pyronn/simulate/intensities.hpp>
#include <pyronn/simulate/noise.hpp>
#include <pyronn/simulate/zingers.hpp>

#include "support/executor.hpp"
#include "support/picture.hpp"
#include "support/program.hpp"

namespace {

using example::executor;
using example::to_host;
using Values = std::vector<float>;

constexpr double scale = 0.01;  ///< of the head [1/mm], which then absorbs five sixths at most
constexpr float light = 2e4F;   ///< photons a pixel

/// A head aside of the axis, and its scan by a fan.
class Experiment {
 public:
  explicit Experiment(example::Settings settings)
      : settings_{std::move(settings)},
        grid_{pyronn::Grid::flat({settings_.size, settings_.size},
                                 {160.0 / settings_.size, 160.0 / settings_.size})},
        geometry_{
            pyronn::FanBeam::circular({400, 600, pyronn::equal_angles(settings_.scaled(720))},
                                      {settings_.scaled(512), 260.0 / settings_.scaled(512)})},
        size_{geometry_.detector_size()[0], 1, geometry_.num_views()},
        detector_{size_[0], 1},
        exact_{example::buffer(size_)} {
    pyronn::Phantom head = pyronn::shepp_logan_2d(70, scale, pyronn::SheppLoganContrast::original);
    for (pyronn::Body& body : head) body.center = body.center + pyronn::Vec3d{6, -5, 0};
    pyronn::project(executor(), head, geometry_,
                    pyronn::ArrayView<float, 2>{exact_.data(), {size_[0], size_[2]}});
    clean_ = image(lines_of(counts()));
  }

  [[nodiscard]] pyronn::Extents<3> size() const { return size_; }
  [[nodiscard]] pyronn::Extents<2> detector() const { return detector_; }

  /// Counts with noise, of light that may differ from pixel to pixel and view to view.
  template <class Light>
  [[nodiscard]] example::Buffer counts(Light const& light_of) const {
    Values lines = to_host(exact_);
    for (std::size_t n = 0; n < lines.size(); ++n) {
      lines[n] = light_of(n) * std::exp(-lines[n]);
    }
    example::Buffer counts = on_executor(lines);
    pyronn::add_poisson_noise(executor(), counts.view(size_), 5);
    return counts;
  }
  [[nodiscard]] example::Buffer counts() const {
    return counts([](std::size_t) { return light; });
  }

  static example::Buffer on_executor(Values const& values) {
    example::Buffer buffer{executor(), values.size()};
    example::copy(values.data(), buffer.data(), values.size());
    return buffer;
  }

  /// Of an ideal detector.
  [[nodiscard]] example::Buffer lines_of(example::Buffer counts) const {
    auto const view = counts.view(size_);
    pyronn::line_integrals(executor(), view, static_cast<double>(light), view);
    return counts;
  }

  [[nodiscard]] Values image(example::Buffer const& lines) const {
    pyronn::Fbp<pyronn::FanBeam, pyronn::SoftwareInterp> const fbp{geometry_, grid_};
    pyronn::ArrayView<float, 2> const views{lines.data(), {size_[0], size_[2]}};
    example::Buffer result = example::buffer(grid_.size);
    pyronn::Workspace workspace{executor(), fbp.workspace_bytes(executor(), views)};
    fbp(executor(), views, pyronn::ImageView<float>{result.data(), {grid_.size[0], grid_.size[1]}},
        workspace);
    return to_host(result);
  }

  /// Prints how far the errors fall and writes the picture: before, after, and what is left over,
  /// five times as strong. True if they fall enough.
  [[nodiscard]] bool check(char const* name, example::Buffer const& defective,
                           example::Buffer const& corrected) const {
    Values const before = image(defective);
    Values const after = image(corrected);
    double const error = distance(before);
    double const left = distance(after);
    std::printf("%-12s error %.2e/mm, corrected %.2e/mm: %.1f times less\n", name, error, left,
                error / left);
    write(name, before, after);
    return 5 * left < error;
  }

 private:
  /// The root mean square difference to the image without a defect [1/mm], inside of the circle.
  [[nodiscard]] double distance(Values const& found) const {
    double sum = 0;
    int const side = settings_.size;
    for (int y = 0; y < side; ++y) {
      for (int x = 0; x < side; ++x) {
        if (std::hypot(x - 0.5 * (side - 1), y - 0.5 * (side - 1)) > 0.48 * side) continue;
        auto const n = static_cast<std::size_t>(y) * static_cast<std::size_t>(side) +
                       static_cast<std::size_t>(x);
        double const difference = static_cast<double>(found[n]) - static_cast<double>(clean_[n]);
        sum += difference * difference;
      }
    }
    return std::sqrt(sum / (0.72 * side * side));
  }

  void write(char const* name, Values const& before, Values const& after) const {
    constexpr auto grey = static_cast<float>(scale);
    Values rest = after;
    for (std::size_t n = 0; n < rest.size(); ++n) rest[n] = grey + 5 * (after[n] - clean_[n]);
    std::vector<example::Picture> pictures;
    for (Values const& values : {before, after, rest}) {
      pictures.push_back({settings_.size, settings_.size, values});
    }
    auto path = settings_.png;
    path.replace_extension();
    path += std::string{"_"} + name + ".png";
    example::write_png(path, example::side_by_side(pictures, grey), {0.8 * scale, 1.2 * scale});
  }

  example::Settings settings_;
  pyronn::Grid grid_;
  pyronn::FanBeam geometry_;
  pyronn::Extents<3> size_;
  pyronn::Extents<2> detector_;
  example::Buffer exact_;
  Values clean_;
};

/// Pixels that count nothing in the views nor in the flat field, which tells so.
bool dead_pixels(Experiment const& experiment) {
  pyronn::DetectorDefects defects;
  defects.dead_pixels = 0.02;
  auto const counts = experiment.counts();
  pyronn::apply_detector_defects(executor(), defects, counts.view(experiment.size()), 3);
  auto const columns = static_cast<std::size_t>(experiment.detector()[0]);
  auto const dark = Experiment::on_executor(Values(columns, 0));
  auto const flat = Experiment::on_executor(Values(columns, light));
  pyronn::apply_detector_defects(executor(), defects,
                                 flat.view(pyronn::Extents<3>{experiment.detector()[0], 1, 1}), 3);
  example::Buffer const defective = experiment.lines_of(Experiment::on_executor(to_host(counts)));

  auto const corrected = Experiment::on_executor(to_host(defective));
  auto const lines = corrected.view(experiment.size());
  pyronn::Buffer<std::uint8_t, example::Executor> mask{executor(), columns};
  std::vector<std::uint8_t> const good(columns, 0);
  example::copy(good.data(), mask.data(), columns);
  pyronn::find_bad_pixels(executor(), dark.view(experiment.detector()),
                          flat.view(experiment.detector()), {}, mask.view(experiment.detector()));
  pyronn::mark_missing(executor(), mask.view(experiment.detector()), lines);
  pyronn::interpolate_missing(executor(), lines);
  return experiment.check("dead_pixels", defective, corrected);
}

/// Single hits of the detector.
bool zingers(Experiment const& experiment) {
  example::Buffer counts = experiment.counts();
  pyronn::add_zingers(executor(), {1e-3, static_cast<double>(light)},
                      counts.view(experiment.size()), 4);
  example::Buffer const defective = experiment.lines_of(std::move(counts));

  example::Buffer const corrected = example::buffer(experiment.size());
  pyronn::remove_zingers(executor(), defective.view(experiment.size()),
                         corrected.view(experiment.size()));
  return experiment.check("zingers", defective, corrected);
}

/// Gains that the flat field does not know.
bool rings(Experiment const& experiment) {
  pyronn::DetectorDefects defects;
  defects.pixel_gain_deviation = 0.02;
  example::Buffer counts = experiment.counts();
  pyronn::apply_detector_defects(executor(), defects, counts.view(experiment.size()), 6);
  example::Buffer const defective = experiment.lines_of(std::move(counts));

  auto const corrected = Experiment::on_executor(to_host(defective));
  pyronn::remove_stripes(executor(), corrected.view(experiment.size()));
  return experiment.check("rings", defective, corrected);
}

/// A beam whose profile changes during the scan, with a flat field before and one after it.
bool drift(Experiment const& experiment) {
  int const columns = experiment.detector()[0];
  int const views = experiment.size()[2];
  auto const light_at = [](int u, double part) {
    return static_cast<float>(
        static_cast<double>(light) *
        (1 + 0.02 * (1 - part) * std::sin(1.7 * u) + part * (0.02 * std::cos(1.1 * u) - 0.05)));
  };
  auto const flat_at = [&](double part) {
    Values flat;
    for (int u = 0; u < columns; ++u) flat.push_back(light_at(u, part));
    return Experiment::on_executor(flat);
  };
  auto const dark = Experiment::on_executor(Values(static_cast<std::size_t>(columns), 0));
  auto const before = flat_at(0);
  auto const after = flat_at(1);
  auto const counts = experiment.counts([&](std::size_t n) {
    auto const view = static_cast<double>(n / static_cast<std::size_t>(columns));
    return light_at(static_cast<int>(n % static_cast<std::size_t>(columns)), (view + 0.5) / views);
  });
  using Fields = pyronn::FieldsInTime<float>;
  auto const detector = experiment.detector();
  auto const lines_with = [&](Fields const& flats) {
    example::Buffer lines = example::buffer(experiment.size());
    pyronn::line_integrals(executor(), counts.view(experiment.size()),
                           Fields::constant(dark.view(detector)), flats, 0,
                           lines.view(experiment.size()));
    return lines;
  };
  auto const defective = lines_with(Fields::constant(before.view(detector)));
  auto const corrected =
      lines_with({{before.view(detector), after.view(detector)}, {0, static_cast<double>(views)}});
  return experiment.check("drift", defective, corrected);
}

bool correct(example::Settings const& settings) {
  Experiment const experiment{settings};
  bool is_good = dead_pixels(experiment);
  is_good = zingers(experiment) && is_good;
  is_good = rings(experiment) && is_good;
  return drift(experiment) && is_good;
}

}  // namespace

int main(int argc, char** argv) {
  return example::run({"detector_defects",
                       "Simulates and corrects dead pixels, zingers, rings and a beam that drifts.",
                       400, 128, correct},
                      argc, argv);
}
