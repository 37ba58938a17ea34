// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Iterative reconstruction, the same wherever it runs: all line integrals are made first, view
/// after view, and stay. What a place is: pipeline.hpp.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <type_traits>
#include <variant>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/config.hpp>
#include <pyronn/exec/buffer.hpp>
#include <pyronn/exec/kernel.hpp>
#include <pyronn/exec/vector_operations.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/interp/software_interp.hpp>
#include <pyronn/operators/algebra/system_matrix.hpp>
#include <pyronn/recon/postprocess/hounsfield.hpp>
#include <pyronn/recon/solver/edge_slope.hpp>
#include <pyronn/recon/solver/problem.hpp>
#include <pyronn/recon/solver/run_solver.hpp>
#include <pyronn/recon/solver/slices_beside.hpp>
#include <pyronn/simulate/intensities.hpp>

#include "backend.hpp"
#include "line_integrals.hpp"
#include "number_text.hpp"
#include "read_ahead.hpp"
#include "scan_map.hpp"
#include "slab_writer.hpp"
#include "solver_choice.hpp"
#include "start_image.hpp"
#include "stopwatch.hpp"
#include "strength_search.hpp"
#include "view_ranges.hpp"

namespace example {

/// Of the rows that the volume is seen in.
template <class Executor>
ScanMap<Executor> scan_map(pyronn::Scan const& scan, pyronn::Grid const& grid, Band const& band) {
  return std::visit(
      [&](auto const& geometry) {
        using Geometry = std::decay_t<decltype(geometry)>;
        return ScanMap<Executor>{pyronn::SystemMatrix<Geometry, pyronn::SoftwareInterp>{
            geometry_of(geometry, band, {}), grid}};
      },
      scan.geometry);
}

template <class Executor>
ScanMap<Executor> scan_map(Job const& job) {
  return scan_map<Executor>(job.scan, job.grid, job.bands.bands.front());
}

/// What will be allocated for a start, before the solver is.
template <class Executor, class Map>
std::size_t start_bytes(Executor const& executor, Map const& map, IterationTask const& of) {
  bool const has_lines = of.iteration.makes_even_start() || of.iteration.chooses_strength();
  return has_lines ? LinesOfImage<Executor, Map>::bytes(executor, map, of.workspace_limit) : 0;
}

/// What the method's solver will allocate, or what is made before it.
template <class Executor>
std::size_t solver_bytes_at(Executor const& executor, IterationTask const& of) {
  using Map = ScanMap<Executor>;
  SolverTask const task{of.iteration, of.grid, of.scan.is_plane(), of.workspace_limit};
  Map const map = scan_map<Executor>(of.scan, of.grid, of.band);
  std::size_t const solver = use_solver<Map, Executor>(task, [&](auto type, auto const& options) {
    return decltype(type)::Solver::memory_bytes(executor, map, options);
  });
  std::size_t bytes = std::max(solver, start_bytes(executor, map, of));
  if (of.iteration.chooses_strength()) {
    bytes = std::max(bytes, StrengthLevels<Executor>{executor, of}.bytes());
  }
  return bytes;
}

/// Line integrals below 0, which noise makes, become 0.
struct CutNegative {
  using Block = pyronn::BlockShape<128, 1, 1>;

  pyronn::ProjectionView<float> lines;

  PYRONN_HOST_DEVICE void operator()(pyronn::Vec<int, 3> item) const {
    float& line = lines(item[0], item[1], item[2]);
    line = line > 0 ? line : 0;
  }
};

/// One reconstruction at one place, by a map that may be of several ranks.
template <class Place, class Map>
class IterativeReconstruction {
  using Executor = decltype(Place::executor);
  using HostMemory = typename Place::HostMemory;
  using Lines = pyronn::ProjectionView<float>;

 public:
  IterativeReconstruction(Place& place, Job const& job, Map const& map, Cost& cost)
      : place_{place},
        job_{job},
        iteration_{*job.iteration},
        cost_{cost},
        map_{map},
        data_{place.executor, static_cast<std::size_t>(map_.range().count())},
        writing_{job.sink, voxels() * sizeof(float), false},
        volume_{place, voxels()} {}

  void operator()() {
    make_lines();
    auto const host = writing_.room(map_.domain());
    auto const image = volume_.view(host);
    Stopwatch watch;
    iterate(image);
    cost_.reconstruct_seconds = watch.restart();
    if (job_.corrections.water) {
      pyronn::to_hounsfield(place_.executor, image, *job_.corrections.water);
    }
    volume_.finish(host);
    cost_.copy_seconds = watch.restart();
    writing_.write();
    writing_.wait();
    cost_.write_seconds = writing_.seconds();
  }

 private:
  [[nodiscard]] Band const& band() const { return job_.bands.bands.front(); }
  [[nodiscard]] std::size_t voxels() const {
    return static_cast<std::size_t>(map_.domain().count());
  }
  [[nodiscard]] Lines data() const { return data_.view(map_.range()); }

  /// Views that are not read, where a part is tried, are 0.
  void make_lines() {
    LineIntegrals<Place> lines{place_, job_};
    ReadAhead<HostMemory> reading{job_.reader, parts_to_read(job_), lines.raw_bytes()};
    Lines const all = data();
    pyronn::fill(place_.executor, all, 0);
    lines.begin(band());
    for (ViewRange const& views : view_ranges(job_)) {
      void const* const raw = reading.next();
      Stopwatch watch;
      auto const some = lines.load(raw, views.first, views.count);
      keep_own(some, views.first);
      place_.synchronise();
      cost_.preprocess_seconds += watch.restart();
    }
    if (iteration_.facts.multiplies) place_.executor.for_each(all.extents, CutNegative{all});
    cost_.read_seconds = reading.seconds();
  }

  /// Of the views from `first` on.
  void keep_own(pyronn::ProjectionView<float const> const& some, int first) {
    int const own = pyronn::detail::first_own_view(map_);
    int const begin = std::max(first, own);
    int const end = std::min(first + some.extents[2], own + map_.range()[2]);
    if (begin >= end) return;
    pyronn::copy(place_.executor, some.slices(begin - first, end - begin),
                 data().slices(begin - own, end - begin));
  }

  /// What was made before, else zeros, or where they are multiplied the same number everywhere, of
  /// which voxels outside of the mask keep nothing.
  void make_start(pyronn::VolumeView<float> image, pyronn::VolumeView<float const> mask) {
    Executor const& executor = place_.executor;
    if (iteration_.start.empty()) {
      bool const multiplies = iteration_.facts.multiplies;
      pyronn::fill(executor, image, multiplies ? 1.0F : 0.0F);
      if (!multiplies) return;
      if (mask.data != nullptr) pyronn::multiply(executor, mask, image);
      LinesOfImage<Executor, Map>{executor, map_, job_.bands.workspace_limit}.scale_to(data(),
                                                                                       image);
      return;
    }
    typename Place::Input room{place_, voxels() * sizeof(float)};
    pyronn::VolumeView<float const> const start{iteration_.start.data(), image.extents};
    pyronn::copy(executor, room.load(start), image);
    place_.synchronise();
  }

  void iterate(pyronn::VolumeView<float> image) {
    Executor const& executor = place_.executor;
    pyronn::ReconstructionProblem<Map> problem{map_, data()};
    bool const is_masked = !iteration_.mask.empty();
    typename Place::Input mask{place_, is_masked ? voxels() * sizeof(float) : 0};
    if (is_masked) {
      pyronn::VolumeView<float const> const host{iteration_.mask.data(), image.extents};
      problem.mask = mask.load(host);
    }
    if (iteration_.is_nonnegative) problem.bounds.lower = 0;
    // Each ray counts by its light, to which its variance is inverse.
    bool const is_weighed = iteration_.facts.method == Method::pwls;
    std::size_t const rays = is_weighed ? data_.size() : 0;
    pyronn::Buffer<float, Executor> const weights{executor, rays};
    if (is_weighed) {
      Lines const light = weights.view(map_.range());
      pyronn::intensities(executor, {data().data, light.extents}, 1.0, light);
      problem.weights = {light.data, light.extents};
    }
    make_start(image, problem.mask);
    Iteration iteration = iteration_;
    if constexpr (!is_shared_out_v<Map>) {
      if (iteration.chooses_strength()) {
        if (iteration_.is_measured) {
          LinesOfImage<Executor, Map> lines{executor, map_, job_.bands.workspace_limit};
          cost_.start_residual = lines.residual(data(), image);
        }
        IterationTask const search{job_.scan, job_.grid, band(), iteration_,
                                   job_.bands.workspace_limit};
        iteration.strength = StrengthLevels<Executor>{executor, search}.choose(
            {problem.data, {}, image, problem.mask}, problem.bounds);
        cost_.chosen_strength = iteration.strength;
      }
    }
    if (iteration.chooses_delta()) {
      cost_.chosen_delta = choose_delta(problem, image);
      // Where nothing has a slope any will do.
      iteration.delta = cost_.chosen_delta > 0 ? cost_.chosen_delta : 1;
      make_start(image, problem.mask);
    }
    SolverTask const task{iteration, job_.grid, job_.scan.is_plane(), job_.bands.workspace_limit};
    use_solver<Map, Executor>(task, [&](auto type, auto const& options) {
      typename decltype(type)::Solver solver{executor, problem, options};
      solver.start(image);
      place_.synchronise();
      Stopwatch watch;
      run(solver);
      cost_.iterations_seconds = watch.restart();
    });
  }

  /// The slope of noise in the start, or where it is zeros in the image of one iteration from there
  /// without a penalty, which the image becomes.
  double choose_delta(pyronn::ReconstructionProblem<Map> const& problem,
                      pyronn::VolumeView<float> image) {
    Iteration iteration = iteration_;
    iteration.strength = 0;
    SolverTask const task{iteration, job_.grid, job_.scan.is_plane(), job_.bands.workspace_limit};
    if (iteration_.start.empty()) {
      use_solver<Map, Executor>(task, [&](auto type, auto const& options) {
        typename decltype(type)::Solver solver{place_.executor, problem, options};
        solver.start(image);
        solver.iterate();
      });
    }
    return pyronn::edge_slope(place_.executor, image, task.spacing());
  }

  template <class Solver>
  void run(Solver& solver) {
    if (iteration_.is_measured) {
      pyronn::StoppingRules rules;
      rules.iterations = iteration_.iterations;
      pyronn::run_solver(solver, rules, [&](int n, pyronn::SolverMeasures const& measures) {
        if (!std::isfinite(measures.residual)) {
          throw pyronn::InvalidArgument("the residual is not finite after " +
                                        counted(n, "iteration") +
                                        ", and no volume is written; take a smaller "
                                        "--strength or fewer --subsets");
        }
        cost_.residuals.push_back(measures.residual);
        if (cost_.start_residual == 0) cost_.start_residual = measures.residual;
        iteration_.progress(n, cost_.in_parts(measures.residual));
        return true;
      });
      return;
    }
    for (int n = 1; n <= iteration_.iterations; ++n) {
      solver.iterate();
      place_.synchronise();
      iteration_.progress(n, std::numeric_limits<double>::quiet_NaN());
    }
  }

  Place& place_;
  Job const& job_;
  Iteration const& iteration_;
  Cost& cost_;
  Map map_;
  pyronn::Buffer<float, Executor> data_;
  SlabWriter<HostMemory> writing_;
  typename Place::Output volume_;
};

template <class Place, class Map>
Cost reconstruct_iteratively_at(Place& place, Job const& job, Map const& map) {
  Cost cost;
  cost.iterations = job.iteration->iterations;
  Stopwatch watch;
  IterativeReconstruction<Place, Map>{place, job, map, cost}();
  cost.wall_seconds = watch.restart();
  return cost;
}

}  // namespace example
