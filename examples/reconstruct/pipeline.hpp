// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The reconstruction itself, the same wherever it runs.
///
///   struct MyPlace {                             // an executor, and the ways there and back
///     static constexpr int views_per_share;      // enough to keep it busy
///     Executor executor;
///     void synchronise();                        // returns when all work is done
///     template <class T> struct Input {          // room for `count` elements where it works
///       Input(MyPlace&, std::int64_t count);
///       ArrayView<T const, Rank> load(ArrayView<T const, Rank> host);
///     };
///     struct Output {                            // the volume where it works
///       Output(MyPlace&, VolumeView<float> host);
///       VolumeView<float> view();
///       void finish();                           // brings it to the host
///     };
///   };
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <type_traits>
#include <variant>

#include <pyronn/core/array_view.hpp>
#include <pyronn/exec/buffer.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/interp/software_interp.hpp>
#include <pyronn/interp/texture_interp.hpp>
#include <pyronn/operators/part.hpp>
#include <pyronn/recon/fbp/fbp.hpp>
#include <pyronn/recon/preprocess/line_integrals.hpp>

#include "backend.hpp"
#include "stopwatch.hpp"

namespace example {

/// Hands out the views [first, first + count) as line integrals where the work is done.
using LineIntegralSource = std::function<pyronn::ProjectionView<float const>(int first, int count)>;

/// Brings images to their place share by share and takes the logarithm there.
template <class Place, class T>
class Preprocessing {
  using Executor = decltype(Place::executor);

 public:
  Preprocessing(Place& place, Images<T> const& images, pyronn::Extents<3> scan, int share,
                double least_transmission)
      : place_{place},
        least_transmission_{least_transmission},
        raw_{images.projections.data(), scan},
        detector_{scan[0], scan[1]},
        input_{place, raw_.slice_count() * share},
        dark_{place, static_cast<std::int64_t>(images.dark.size())},
        flat_{place, static_cast<std::int64_t>(images.flat.size())} {
    if (!images.are_intensities()) return;
    dark_view_ = dark_.load(pyronn::ArrayView<T const, 2>{images.dark.data(), detector_});
    flat_view_ = flat_.load(pyronn::ArrayView<T const, 2>{images.flat.data(), detector_});
    lines_.emplace(place.executor, static_cast<std::size_t>(raw_.slice_count() * share));
  }

  pyronn::ProjectionView<float const> load(int first, int count) {
    auto const raw = input_.load(raw_.slices(first, count));
    if constexpr (std::is_same_v<T, float>) {
      if (!lines_) return raw;
    }
    auto const lines = lines_->view(raw.extents);
    pyronn::line_integrals(place_.executor, raw, dark_view_, flat_view_, lines,
                           least_transmission_);
    return lines;
  }

 private:
  Place& place_;
  double least_transmission_;
  pyronn::ProjectionView<T const> raw_;
  pyronn::Extents<2> detector_;
  typename Place::template Input<T> input_;
  typename Place::template Input<T> dark_;
  typename Place::template Input<T> flat_;
  pyronn::ArrayView<T const, 2> dark_view_;
  pyronn::ArrayView<T const, 2> flat_view_;
  std::optional<pyronn::Buffer<float, Executor>> lines_;
};

/// Tells the plan of one share, and of the last where that has fewer views.
template <class Fdk, class Executor>
void tell_plans(Fdk const& fdk, Executor const& executor, Job const& job, int share,
                std::size_t workspace_bytes) {
  if (!job.planned) return;
  auto const detector = job.scan.geometry.detector_size();
  int const num_views = job.scan.geometry.num_views();
  int const last = num_views % share;
  auto const tell = [&](int first, int count) {
    pyronn::ProjectionView<float const> const views{nullptr, {detector[0], detector[1], count}};
    job.planned(count, fdk.plan(executor, views, workspace_bytes,
                                {pyronn::ViewSelection::range(first, count)}));
  };
  tell(0, share);
  if (last > 0) tell(num_views - last, last);
}

/// Backprojects share after share.
template <class Interp, class Place>
void reconstruct_shares(Place& place, Job const& job, int share, std::size_t workspace_limit,
                        LineIntegralSource const& line_integrals, pyronn::VolumeView<float> volume,
                        Cost& cost) {
  using Executor = decltype(Place::executor);
  pyronn::Fdk<pyronn::ConeBeam, Interp> const fdk{job.scan.geometry, job.scan.grid, job.options};
  auto const detector = job.scan.geometry.detector_size();
  pyronn::ProjectionView<float const> const one_share{nullptr, {detector[0], detector[1], share}};
  cost.workspace_bytes = fdk.workspace_bytes(place.executor, one_share, workspace_limit);
  pyronn::Workspace<Executor> workspace{place.executor, cost.workspace_bytes};
  tell_plans(fdk, place.executor, job, share, cost.workspace_bytes);
  int const num_views = job.scan.geometry.num_views();
  for (int first = 0; first < num_views; first += share) {
    int const count = std::min(share, num_views - first);
    Stopwatch watch;
    auto const lines = line_integrals(first, count);
    place.synchronise();
    cost.preprocess_seconds += watch.restart();
    auto const output = first == 0 ? pyronn::Output::overwrite : pyronn::Output::add;
    fdk(place.executor, lines, volume, workspace,
        {pyronn::ViewSelection::range(first, count), {}, output});
    place.synchronise();
    cost.reconstruct_seconds += watch.restart();
    job.progress(static_cast<double>(first + count) / num_views);
  }
}

/// How many views go in one share: half of what the limit allows, the other half is for filtering.
inline int share_of_views(Job const& job, int wanted) {
  auto const detector = job.scan.geometry.detector_size();
  auto const view_bytes = static_cast<std::size_t>(detector.count()) * 2 * sizeof(float);
  auto const fit = std::max<std::size_t>(1, job.workspace_limit / 2 / view_bytes);
  return static_cast<int>(
      std::min<std::size_t>({fit, static_cast<std::size_t>(wanted),
                             static_cast<std::size_t>(job.scan.geometry.num_views())}));
}

template <class Place>
Cost reconstruct_at(Place& place, Job const& job, pyronn::VolumeView<float> host_volume) {
  Cost cost;
  Stopwatch watch;
  int const share = share_of_views(job, Place::views_per_share);
  auto const detector = job.scan.geometry.detector_size();
  pyronn::Extents<3> const extents{detector[0], detector[1], job.scan.geometry.num_views()};
  typename Place::Output volume{place, host_volume};
  std::visit(
      [&](auto const& images) {
        Preprocessing preprocessing{place, images, extents, share, job.least_transmission};
        auto const load = [&](int first, int count) { return preprocessing.load(first, count); };
        std::size_t const limit = job.workspace_limit / 2;
        cost.preprocess_seconds += watch.restart();
        if (job.is_textured) {
          reconstruct_shares<pyronn::TextureInterp>(place, job, share, limit, load, volume.view(),
                                                    cost);
        } else {
          reconstruct_shares<pyronn::SoftwareInterp>(place, job, share, limit, load, volume.view(),
                                                     cost);
        }
      },
      job.images);
  static_cast<void>(watch.restart());
  volume.finish();
  cost.copy_seconds = watch.restart();
  return cost;
}

}  // namespace example
