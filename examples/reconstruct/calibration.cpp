// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "calibration.hpp"

#include <algorithm>

#include <pyronn/recon/preprocess/mean_field.hpp>

namespace example {
namespace {

/// Consecutive images that were taken at one time.
struct Group {
  int first;
  int count;
  double time;
};

std::vector<Group> groups_of(pyronn::CalibrationImages const& calibration, FieldsOfTimes use) {
  std::vector<Group> groups;
  int const count = calibration.images->extents()[2];
  if (use == FieldsOfTimes::averaged) return {{0, count, 0}};
  for (int image = 0; image < count; ++image) {
    double const time = calibration.times[static_cast<std::size_t>(image)];
    if (groups.empty() || time > groups.back().time) groups.push_back({image, 0, time});
    ++groups.back().count;
  }
  return groups;
}

/// The mean of a group, and its deviation where there is room for one; some rows after others.
void average(pyronn::ImageStack const& images, Group const& group,
             pyronn::CpuExecutor const& executor, float* mean, float* deviation) {
  auto const size = images.extents();
  constexpr std::int64_t most = std::int64_t{1} << 24;
  std::int64_t const row = std::int64_t{size[0]} * group.count;
  int const band = static_cast<int>(std::clamp<std::int64_t>(most / row, 1, size[1]));
  std::vector<float> counts(static_cast<std::size_t>(row * band));
  for (int first = 0; first < size[1]; first += band) {
    int const rows = std::min(band, size[1] - first);
    images.read({group.first, group.count, first, rows}, counts.data());
    std::int64_t const pixel = std::int64_t{first} * size[0];
    pyronn::ArrayView<float, 2> spread{};
    if (deviation != nullptr) spread = {deviation + pixel, {size[0], rows}};
    pyronn::mean_field(
        executor, pyronn::ArrayView<float const, 3>{counts.data(), {size[0], rows, group.count}},
        pyronn::ArrayView<float, 2>{mean + pixel, {size[0], rows}}, spread);
  }
}

/// Or where there are none `otherwise`, in all pixels.
Fields fields_of(pyronn::CalibrationImages const& calibration, std::size_t pixels, double otherwise,
                 FieldsOfTimes use, pyronn::CpuExecutor const& executor) {
  if (!calibration) return {{std::vector<float>(pixels, static_cast<float>(otherwise))}, {0}, {}};
  Fields fields;
  constexpr int enough_for_deviation = 5;
  for (Group const& group : groups_of(calibration, use)) {
    bool const is_first = fields.means.empty();
    fields.means.emplace_back(pixels);
    fields.times.push_back(group.time);
    if (is_first && group.count >= enough_for_deviation) fields.deviation.resize(pixels);
    float* const deviation =
        is_first && !fields.deviation.empty() ? fields.deviation.data() : nullptr;
    average(*calibration.images, group, executor, fields.means.back().data(), deviation);
  }
  return fields;
}

}  // namespace

Calibration read_calibration(pyronn::Scan const& scan, FieldsOfTimes use,
                             pyronn::CpuExecutor const& executor) {
  Calibration calibration{scan.detector_size()};
  if (scan.measured == pyronn::Measured::line_integrals) return calibration;
  auto const pixels = static_cast<std::size_t>(calibration.size.count());
  calibration.darks = fields_of(scan.darks, pixels, 0, use, executor);
  calibration.flats = fields_of(scan.flats, pixels, scan.full_intensity.value_or(1), use, executor);
  return calibration;
}

}  // namespace example
