// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What iterations begin with, beside its lines.
#include <algorithm>
#include <cmath>
#include <cstddef>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/exec/buffer.hpp>
#include <pyronn/exec/quotient.hpp>
#include <pyronn/exec/vector_operations.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/recon/solver/detail/scalar_steps.hpp>

#include "number_text.hpp"

namespace example {

/// The lines of an image, in memory of their own.
template <class Executor, class Map>
class LinesOfImage {
 public:
  LinesOfImage(Executor const& executor, Map const& map, std::size_t workspace_limit)
      : executor_{executor},
        map_{map},
        workspace_{executor, workspace_bytes(executor, map, workspace_limit)},
        lines_{executor, static_cast<std::size_t>(map.range().count())},
        sums_{executor, 2} {}

  /// What it will allocate [bytes].
  static std::size_t bytes(Executor const& executor, Map const& map, std::size_t workspace_limit) {
    return workspace_bytes(executor, map, workspace_limit) +
           static_cast<std::size_t>(map.range().count()) * sizeof(float) + 2 * sizeof(double);
  }

  /// Scales an image so that the sum of its lines is that of the data.
  void scale_to(pyronn::ProjectionView<float const> data, pyronn::VolumeView<float> image) {
    auto const lines = project(image);
    pyronn::sum(executor_, data, sums_.data(), workspace_);
    double const all = pyronn::detail::numbers_on_host<1>(executor_, sums_.data())[0];
    if (!(all > 0)) {
      throw pyronn::InvalidArgument("the line integrals add up to " + number_text(all) +
                                    ", and mlem and osem need some above 0");
    }
    pyronn::sum(executor_, lines, sums_.data() + 1, workspace_);
    pyronn::Quotient const factor{sums_.data(), sums_.data() + 1};
    pyronn::axpby(executor_, 0, image, factor, image);
  }

  /// How far its lines are from the data. Waits.
  [[nodiscard]] double residual(pyronn::ProjectionView<float const> data,
                                pyronn::VolumeView<float const> image) {
    auto const lines = project(image);
    pyronn::xpby(executor_, data, -1, lines);
    pyronn::norm(executor_, lines, sums_.data(), workspace_);
    return pyronn::detail::numbers_on_host<1>(executor_, sums_.data())[0];
  }

 private:
  static std::size_t workspace_bytes(Executor const& executor, Map const& map,
                                     std::size_t workspace_limit) {
    return std::max(map.workspace_bytes(executor, workspace_limit),
                    pyronn::reduction_workspace_bytes(executor, map.range().count()));
  }

  pyronn::ProjectionView<float> project(pyronn::VolumeView<float const> image) {
    pyronn::ProjectionView<float> const lines = lines_.view(map_.range());
    map_.apply(executor_, image, lines, workspace_);
    return lines;
  }

  Executor executor_;
  Map map_;
  pyronn::Workspace<Executor> workspace_;
  pyronn::Buffer<float, Executor> lines_;
  pyronn::Buffer<double, Executor> sums_;
};

}  // namespace example
