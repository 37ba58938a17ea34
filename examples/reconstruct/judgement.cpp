// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "judgement.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include <pyronn/core/error.hpp>
#include <pyronn/recon/preprocess/count_tally.hpp>
#include <pyronn/recon/preprocess/odd_pixels.hpp>

#include "messages.hpp"
#include "number_text.hpp"

namespace example {
namespace {

/// Some views, spread over a scan.
struct Sample {
  std::vector<float> counts;
  pyronn::Extents<3> extents;  ///< columns, rows, views

  [[nodiscard]] pyronn::ProjectionView<float const> view() const {
    return {counts.data(), extents};
  }
};

Sample read_sample(pyronn::Scan const& scan) {
  auto const extents = scan.views->extents();
  std::int64_t const pixels = std::int64_t{extents[0]} * extents[1];
  constexpr std::int64_t most = std::int64_t{1} << 26;
  auto const fit = static_cast<int>(std::clamp<std::int64_t>(most / pixels, 1, extents[2]));
  Sample sample{{}, {extents[0], extents[1], fit}};
  sample.counts.resize(static_cast<std::size_t>(sample.extents.count()));
  for (int i = 0; i < fit; ++i) {
    auto const view = static_cast<int>(std::int64_t{i} * extents[2] / fit);
    scan.views->read({view, 1, 0, extents[1]}, sample.counts.data() + i * pixels);
  }
  return sample;
}

[[noreturn]] void refuse(pyronn::CountFault fault, pyronn::Scan const& scan) {
  using pyronn::CountFault;
  std::string const light = scan.flats ? "the flat field" : "the full intensity";
  switch (fault) {
    case CountFault::flat_below_dark:
      if (scan.full_intensity) {
        throw pyronn::InvalidArgument("the full intensity, " + number_text(*scan.full_intensity) +
                                      ", is below the dark field");
      }
      throw pyronn::InvalidArgument(
          "the flat field is below the dark field in most pixels; are they swapped?");
    case CountFault::too_bright:
      throw pyronn::InvalidArgument("most counts are more than twice as bright as " + light +
                                    "; was the shutter closed, or the exposure another?");
    case CountFault::hardly_any:
      throw pyronn::InvalidArgument("most counts are not above the dark field by a 10000th of " +
                                    light + "; was the shutter closed?");
    case CountFault::not_finite:
      throw pyronn::InvalidArgument("most counts are no finite numbers");
    case CountFault::bad_pixels:
      break;
  }
  throw pyronn::InvalidArgument("most pixels are bad: " + light +
                                " is not above the dark field, or they count nothing in any view");
}

}  // namespace

void judge(pyronn::Scan const& scan, PixelJudgement const& judgement,
           pyronn::CpuExecutor const& executor, Calibration& calibration) {
  auto const pixels = static_cast<std::size_t>(calibration.size.count());
  auto const dark = calibration.all_of(calibration.darks.fields.front().mean);
  auto const flat = calibration.all_of(calibration.flats.fields.front().mean);
  pyronn::ArrayView<float const, 2> deviation{};
  constexpr int enough_for_deviation = 5;
  if (calibration.flats.fields.front().images >= enough_for_deviation) {
    deviation = calibration.all_of(calibration.flats.fields.front().deviation);
  }
  calibration.bad_pixels.assign(pixels, 0);
  pyronn::ArrayView<std::uint8_t, 2> const mask{calibration.bad_pixels.data(), calibration.size};
  Sample const sample = read_sample(scan);
  std::vector<pyronn::PixelTally> counted(pixels);
  pyronn::ArrayView<pyronn::PixelTally, 2> const tallies{counted.data(), calibration.size};
  pyronn::tally_counts(executor, sample.view(), dark, flat, tallies, judgement.least_transmission,
                       judgement.options.gain);
  pyronn::find_bad_pixels(executor, dark, flat, deviation, mask, judgement.options);
  pyronn::mark_dead_pixels(executor, {counted.data(), calibration.size}, mask);
  pyronn::mark_odd_pixels(executor, {counted.data(), calibration.size}, mask);
  auto summary = pyronn::summary_of({counted.data(), calibration.size},
                                    {calibration.bad_pixels.data(), calibration.size});
  summary.flat_below_dark = pyronn::count_flat_below_dark(dark, flat);
  if (auto const fault = pyronn::fault_of(summary)) refuse(*fault, scan);
}

std::string text_of_bad_pixels(std::vector<std::uint8_t> const& mask) {
  namespace defect = pyronn::pixel_defect;
  std::pair<std::uint8_t, char const*> const defects[] = {
      {defect::not_finite, "with fields that are no numbers"},
      {defect::no_light, "with a flat field not above the dark field"},
      {defect::dead, "that count nothing in any view"},
      {defect::saturated, "saturated"},
      {defect::odd_gain, "with an odd gain"},
      {defect::odd_dark, "with an odd dark field"},
      {defect::noisy, "noisy"},
      {defect::stuck, "stuck"}};
  auto const count = [&](std::uint8_t some) {
    return std::count_if(mask.begin(), mask.end(),
                         [some](std::uint8_t pixel) { return (pixel & some) != 0; });
  };
  auto const all = count(0xff);
  if (all == 0) return "";
  std::string text = std::to_string(all) + " bad pixels";
  char const* separator = ": ";
  for (auto const& [bit, words] : defects) {
    auto const some = count(bit);
    if (some == 0) continue;
    text += separator + std::to_string(some) + " " + words;
    separator = ", ";
  }
  return text;
}

Calibration calibrate(Options const& options, pyronn::Scan const& scan) {
  std::string const name = options.scan.string();
  auto const use =
      options.fields == "averaged" ? FieldsOfTimes::averaged : FieldsOfTimes::interpolated;
  pyronn::CpuExecutor const executor{options.threads};
  auto calibration = as_input(name, [&] { return read_calibration(scan, use, executor); });
  if (calibration.is_empty()) return calibration;
  PixelJudgement judgement{options.least_transmission(), {}};
  judgement.options.gain = options.repair.value_or(judgement.options.gain);
  as_input(name, [&] { judge(scan, judgement, executor, calibration); });
  std::string const bad = text_of_bad_pixels(calibration.bad_pixels);
  if (!bad.empty()) warn(bad + (options.repair ? "; interpolated" : "; see --repair"));
  return calibration;
}

}  // namespace example
