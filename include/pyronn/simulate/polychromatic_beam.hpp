// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// PolychromaticBeam: beam hardening.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/config.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/exec/kernel.hpp>
#include <pyronn/simulate/detail/checks.hpp>

namespace pyronn {

namespace detail {

/// Computes the line integrals of PolychromaticBeam; an item is a pixel. The tables are passed in
/// the launch's argument.
struct PolychromaticSum {
  using Block = BlockShape<128, 1, 1>;
  static constexpr int most_bins = 128;
  static constexpr int most_materials = 8;

  int bins;
  int materials;
  double total;
  double weights[most_bins];
  double attenuation[most_bins][most_materials];
  float const* path_lengths[most_materials];
  ProjectionView<float> line_integrals;

  PYRONN_HOST_DEVICE double exponent(int bin, std::int64_t pixel) const {
    double sum = 0.0;
    for (int material = 0; material < materials; ++material) {
      sum += attenuation[bin][material] * static_cast<double>(path_lengths[material][pixel]);
    }
    return sum;
  }

  /// The smallest exponent is taken out of the sum, which therefore never vanishes. Without an
  /// object the sum has the same bits as `total`, and the result is exactly 0.
  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> item) const {
    Extents<3> const& size = line_integrals.extents;
    std::int64_t const row = std::int64_t{item[2]} * size[1] + item[1];
    std::int64_t const pixel = row * size[0] + item[0];
    double least = exponent(0, pixel);
    for (int bin = 1; bin < bins; ++bin) least = pyronn::min(least, exponent(bin, pixel));
    double sum = 0.0;
    for (int bin = 0; bin < bins; ++bin) {
      sum += weights[bin] * std::exp(least - exponent(bin, pixel));
    }
    line_integrals.data[pixel] = static_cast<float>(least - std::log(sum / total));
  }
};

}  // namespace detail

/// One energy of a beam, and how strongly materials attenuate it.
struct EnergyBin {
  double weight;  ///< contribution to the detector's signal without an object, in any unit
  std::vector<double> attenuation;  ///< of each material [1/mm]
};

/// The law of Beer and Lambert summed over the energies of a beam: line integrals -log(sum w
/// exp(-sum mu L) / sum w) from the path length L of a ray in each material. It models beam
/// hardening, as low energies are attenuated more. With one material, line integrals at a reference
/// energy can take the place of path lengths; `attenuation` is then relative to the attenuation at
/// that energy.
class PolychromaticBeam {
 public:
  /// The largest number of energies that have a weight.
  static constexpr int most_bins = detail::PolychromaticSum::most_bins;
  /// The largest number of materials.
  static constexpr int most_materials = detail::PolychromaticSum::most_materials;

  /// Throws InvalidArgument unless 1 to 128 bins have a weight above 0, and all are of the same 1
  /// to 8 materials, with numbers that are finite and not negative. Bins of weight 0 are left out.
  explicit PolychromaticBeam(std::vector<EnergyBin> const& bins) : kernel_{} {
    auto const weighty = std::count_if(bins.begin(), bins.end(),
                                       [](EnergyBin const& bin) { return bin.weight != 0.0; });
    detail::expects(!bins.empty() && weighty <= most_bins, "PolychromaticBeam: ", weighty,
                    " energy bins with a weight; must be 1 to ", most_bins);
    std::size_t const materials = bins[0].attenuation.size();
    detail::expects(materials >= 1 && materials <= most_materials, "PolychromaticBeam: ", materials,
                    " materials; must be 1 to ", most_materials);
    kernel_.materials = static_cast<int>(materials);
    for (EnergyBin const& bin : bins) add(bin, materials);
    detail::expects(kernel_.total > 0.0 && std::isfinite(kernel_.total),
                    "PolychromaticBeam: the sum of weights ", kernel_.total,
                    " must be positive and finite");
  }

  /// The number of arrays of path lengths that a call takes.
  [[nodiscard]] int num_materials() const { return kernel_.materials; }

  /// Computes line integrals (u, v, view) from one array of path lengths [mm] for each material, of
  /// the same extents. The output may be one of the inputs. The call does not synchronise. It
  /// throws InvalidArgument unless there are num_materials arrays, and for extents that differ.
  template <class Executor>
  void operator()(Executor const& executor,
                  std::vector<ProjectionView<float const>> const& path_lengths,
                  ProjectionView<float> line_integrals) const {
    detail::expects(path_lengths.size() == static_cast<std::size_t>(kernel_.materials),
                    "PolychromaticBeam: ", path_lengths.size(), " arrays of path lengths for ",
                    kernel_.materials, " materials");
    detail::PolychromaticSum kernel = kernel_;
    for (int material = 0; material < kernel.materials; ++material) {
      auto const& lengths = path_lengths[static_cast<std::size_t>(material)];
      detail::check_same("PolychromaticBeam", line_integrals.extents, lengths.extents);
      detail::check_views(executor, "PolychromaticBeam: path lengths", lengths);
      kernel.path_lengths[material] = lengths.data;
    }
    detail::check_views(executor, "PolychromaticBeam: output", line_integrals);
    kernel.line_integrals = line_integrals;
    executor.for_each(line_integrals.extents, kernel);
  }

 private:
  /// Adds a bin. One without weight is left out, as its exponent could be the smallest one, which
  /// is taken out of the sum.
  void add(EnergyBin const& bin, std::size_t materials) {
    detail::expects(bin.attenuation.size() == materials, "PolychromaticBeam: a bin has ",
                    bin.attenuation.size(), " materials, the first bin ", materials);
    detail::check_not_negative("PolychromaticBeam", "weight", bin.weight, "any unit");
    for (double const value : bin.attenuation) {
      detail::check_not_negative("PolychromaticBeam", "attenuation", value, "1/mm");
    }
    if (bin.weight == 0.0) return;
    for (std::size_t material = 0; material < materials; ++material) {
      kernel_.attenuation[kernel_.bins][material] = bin.attenuation[material];
    }
    kernel_.weights[kernel_.bins++] = bin.weight;
    kernel_.total += bin.weight;
  }

  detail::PolychromaticSum kernel_;
};

}  // namespace pyronn
