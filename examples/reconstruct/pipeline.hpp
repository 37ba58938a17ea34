// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The reconstruction itself, the same wherever it runs: band after band of slices, and for each
/// some views after others, while the next views are read and the last band is written.
///
///   struct MyPlace {                             // an executor, and the ways there and back
///     Executor executor;
///     void synchronise();                        // returns when all work is done
///     struct HostMemory {                        // of the host, for copies
///       explicit HostMemory(std::size_t bytes);
///       void* data();
///     };
///     struct Input {                             // room for so many bytes where it works
///       Input(MyPlace&, std::size_t bytes);
///       ArrayView<T const, Rank> load(ArrayView<T const, Rank> host);
///     };
///     struct Output {                            // room for `count` voxels where it works
///       Output(MyPlace&, std::size_t count);
///       VolumeView<float> view(VolumeView<float> host);
///       void finish(VolumeView<float> host);     // brings them to the host
///     };
///   };
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <variant>
#include <vector>

#include <pyronn/core/array_view.hpp>
#include <pyronn/exec/buffer.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/interp/software_interp.hpp>
#include <pyronn/interp/texture_interp.hpp>
#include <pyronn/operators/part.hpp>
#include <pyronn/recon/fbp/fbp.hpp>
#include <pyronn/recon/postprocess/hounsfield.hpp>

#include "backend.hpp"
#include "line_integrals.hpp"
#include "read_ahead.hpp"
#include "slab_writer.hpp"
#include "stopwatch.hpp"
#include "view_ranges.hpp"

namespace example {

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

/// One reconstruction at one place, with what is kept from band to band.
template <class Place, class Geometry, class Interp>
class Reconstruction {
  using Executor = decltype(Place::executor);
  using HostMemory = typename Place::HostMemory;

 public:
  Reconstruction(Place& place, Geometry const& geometry, Job const& job, Cost& cost)
      : place_{place},
        geometry_{geometry},
        job_{job},
        cost_{cost},
        ranges_{view_ranges(job)},
        lines_{place, job},
        reading_{job.reader, parts_to_read(job), lines_.raw_bytes()},
        writing_{job.sink, slab_voxels() * sizeof(float), job.bands.bands.size() > 1},
        volume_{place, slab_voxels()},
        workspace_{place.executor, workspace_bytes()} {}

  void operator()() {
    auto const& bands = job_.bands.bands;
    for (Band const& band : bands) {
      reconstruct(band, &band == &bands.front() || band.rows.count != bands.front().rows.count);
    }
    writing_.wait();
    cost_.read_seconds = reading_.seconds();
    cost_.write_seconds = writing_.seconds();
  }

 private:
  using Fbp = pyronn::Fbp<Geometry, Interp>;

  [[nodiscard]] std::size_t slab_voxels() const {
    auto const slice =
        static_cast<std::size_t>(job_.grid.size[0]) * static_cast<std::size_t>(job_.grid.size[1]);
    return slice * static_cast<std::size_t>(job_.bands.most_slices());
  }

  [[nodiscard]] Fbp fbp_of(Band const& band) const {
    return {geometry_of(geometry_, band, job_.corrections), job_.grid, job_.options};
  }

  /// Enough for the band with the most rows.
  [[nodiscard]] std::size_t workspace_bytes() const {
    auto const& bands = job_.bands.bands;
    auto const largest =
        std::max_element(bands.begin(), bands.end(),
                         [](Band const& a, Band const& b) { return a.rows.count < b.rows.count; });
    return fbp_of(*largest).workspace_bytes(place_.executor, some_views(*largest, ranges_.front()),
                                            job_.bands.workspace_limit);
  }

  [[nodiscard]] auto some_views(Band const& band, ViewRange const& views) const {
    int const columns = job_.corrections.columns(geometry_.detector_size()[0]);
    return views_of<Geometry>({nullptr, {columns, band.rows.count, views.count}});
  }

  [[nodiscard]] pyronn::Part part(Band const& band, ViewRange const& views) const {
    pyronn::Part part{pyronn::ViewSelection::range(views.first, views.count),
                      {},
                      views.first == 0 ? pyronn::Output::overwrite : pyronn::Output::add};
    if (!pyronn::is_plane_geometry_v<Geometry>) part.slab = band.slab;
    return part;
  }

  /// Tells the plan of the first views, and of the last where those are fewer.
  void tell_plans(Fbp const& fbp, Band const& band) const {
    if (!job_.planned) return;
    auto const tell = [&](ViewRange const& views) {
      job_.planned(views.count, fbp.plan(place_.executor, some_views(band, views),
                                         workspace_.bytes(), part(band, views)));
    };
    tell(ranges_.front());
    if (ranges_.back().count != ranges_.front().count) tell(ranges_.back());
  }

  void reconstruct(Band const& band, bool is_another_kind) {
    Fbp const fbp = fbp_of(band);
    if (is_another_kind) tell_plans(fbp, band);
    auto const host = writing_.room({job_.grid.size[0], job_.grid.size[1], band.slab.num_slices});
    auto const slices = volume_.view(host);
    auto const volume = volume_of<Geometry>(slices);
    lines_.begin(band);
    for (ViewRange const& views : ranges_) {
      void const* const raw = reading_.next();
      Stopwatch watch;
      auto const lines = lines_.load(raw, views.first, views.count);
      place_.synchronise();
      cost_.preprocess_seconds += watch.restart();
      fbp(place_.executor, views_of<Geometry>(lines), volume, workspace_, part(band, views));
      place_.synchronise();
      cost_.reconstruct_seconds += watch.restart();
      tell_progress(band, views);
    }
    Stopwatch watch;
    if (job_.corrections.water) {
      pyronn::to_hounsfield(place_.executor, slices, *job_.corrections.water);
    }
    volume_.finish(host);
    cost_.copy_seconds += watch.restart();
    writing_.write();
  }

  void tell_progress(Band const& band, ViewRange const& views) const {
    double const slices = band.slab.num_slices;
    double const of_band = static_cast<double>(views.first + views.count) / job_.scan.num_views();
    job_.progress((band.slab.first_slice + of_band * slices) / job_.grid.size[2]);
  }

  Place& place_;
  Geometry const& geometry_;
  Job const& job_;
  Cost& cost_;
  std::vector<ViewRange> ranges_;
  LineIntegrals<Place> lines_;
  ReadAhead<HostMemory> reading_;
  SlabWriter<HostMemory> writing_;
  typename Place::Output volume_;
  pyronn::Workspace<Executor> workspace_;
};

template <class Place>
Cost reconstruct_at(Place& place, Job const& job) {
  Cost cost;
  Stopwatch watch;
  std::visit(
      [&](auto const& geometry) {
        using Geometry = std::decay_t<decltype(geometry)>;
        if (job.is_textured) {
          Reconstruction<Place, Geometry, pyronn::TextureInterp>{place, geometry, job, cost}();
        } else {
          Reconstruction<Place, Geometry, pyronn::SoftwareInterp>{place, geometry, job, cost}();
        }
      },
      job.scan.geometry);
  cost.wall_seconds = watch.restart();
  return cost;
}

}  // namespace example
