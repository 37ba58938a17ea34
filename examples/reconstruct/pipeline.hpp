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

/// Views of three axes as the geometry has them: in the plane there are no rows.
template <class Geometry>
auto views_of(pyronn::ProjectionView<float const> views) {
  if constexpr (pyronn::is_plane_geometry_v<Geometry>) {
    return pyronn::ArrayView<float const, 2>{views.data, {views.extents[0], views.extents[2]}};
  } else {
    return views;
  }
}

template <class Geometry>
auto volume_of(pyronn::VolumeView<float> volume) {
  if constexpr (pyronn::is_plane_geometry_v<Geometry>) {
    return pyronn::ArrayView<float, 2>{volume.data, {volume.extents[0], volume.extents[1]}};
  } else {
    return volume;
  }
}

/// Tells the plan of one share, and of the last where that has fewer views.
template <class Geometry, class Interp, class Executor>
void tell_plans(pyronn::Fbp<Geometry, Interp> const& fbp, Executor const& executor, Job const& job,
                int share, std::size_t workspace_bytes) {
  if (!job.planned) return;
  auto const detector = job.scan.detector_size();
  int const num_views = job.scan.num_views();
  int const last = num_views % share;
  auto const tell = [&](int first, int count) {
    auto const views = views_of<Geometry>({nullptr, {detector[0], detector[1], count}});
    job.planned(count, fbp.plan(executor, views, workspace_bytes,
                                {pyronn::ViewSelection::range(first, count)}));
  };
  tell(0, share);
  if (last > 0) tell(num_views - last, last);
}

/// Backprojects share after share.
template <class Interp, class Place, class Geometry>
void reconstruct_shares(Place& place, Geometry const& geometry, Job const& job, int share,
                        LineIntegralSource const& line_integrals, pyronn::VolumeView<float> volume,
                        Cost& cost) {
  using Executor = decltype(Place::executor);
  pyronn::Fbp<Geometry, Interp> const fbp{geometry, job.grid, job.options};
  auto const detector = geometry.detector_size();
  auto const one_share = views_of<Geometry>({nullptr, {detector[0], detector[1], share}});
  cost.workspace_bytes = fbp.workspace_bytes(place.executor, one_share, job.workspace_limit / 2);
  pyronn::Workspace<Executor> workspace{place.executor, cost.workspace_bytes};
  tell_plans(fbp, place.executor, job, share, cost.workspace_bytes);
  int const num_views = geometry.num_views();
  for (int first = 0; first < num_views; first += share) {
    int const count = std::min(share, num_views - first);
    Stopwatch watch;
    auto const lines = line_integrals(first, count);
    place.synchronise();
    cost.preprocess_seconds += watch.restart();
    auto const output = first == 0 ? pyronn::Output::overwrite : pyronn::Output::add;
    fbp(place.executor, views_of<Geometry>(lines), volume_of<Geometry>(volume), workspace,
        {pyronn::ViewSelection::range(first, count), {}, output});
    place.synchronise();
    cost.reconstruct_seconds += watch.restart();
    job.progress(static_cast<double>(first + count) / num_views);
  }
}

/// How many views go in one share: half of what the limit allows, the other half is for filtering.
inline int share_of_views(Job const& job, int wanted) {
  auto const view_bytes =
      static_cast<std::size_t>(job.scan.detector_size().count()) * 2 * sizeof(float);
  auto const fit = std::max<std::size_t>(1, job.workspace_limit / 2 / view_bytes);
  return static_cast<int>(std::min<std::size_t>(
      {fit, static_cast<std::size_t>(wanted), static_cast<std::size_t>(job.scan.num_views())}));
}

template <class Place>
Cost reconstruct_at(Place& place, Job const& job, pyronn::VolumeView<float> host_volume) {
  Cost cost;
  Stopwatch watch;
  int const share = share_of_views(job, Place::views_per_share);
  auto const detector = job.scan.detector_size();
  pyronn::Extents<3> const extents{detector[0], detector[1], job.scan.num_views()};
  typename Place::Output volume{place, host_volume};
  auto const shares = [&](LineIntegralSource const& load) {
    std::visit(
        [&](auto const& geometry) {
          if (job.is_textured) {
            reconstruct_shares<pyronn::TextureInterp>(place, geometry, job, share, load,
                                                      volume.view(), cost);
          } else {
            reconstruct_shares<pyronn::SoftwareInterp>(place, geometry, job, share, load,
                                                       volume.view(), cost);
          }
        },
        job.scan.geometry);
  };
  std::visit(
      [&](auto const& images) {
        Preprocessing preprocessing{place, images, extents, share, job.least_transmission};
        cost.preprocess_seconds += watch.restart();
        shares([&](int first, int count) { return preprocessing.load(first, count); });
      },
      job.images);
  static_cast<void>(watch.restart());
  volume.finish();
  cost.copy_seconds = watch.restart();
  return cost;
}

}  // namespace example
