// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
// Operators on std::vector, on the executor of support/backends.hpp, which comes first.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <stdexcept>
#include <tuple>
#include <type_traits>
#include <vector>

#include <pyronn/pyronn.hpp>

#include "numbers.hpp"

namespace test {

/// One row of a list of template cases: an interpolation and a model.
template <class Interp_, class Model_>
struct Case {
  using Interp = Interp_;
  using Model = Model_;
  template <class Geometry>
  using Projector = pyronn::Projector<Geometry, Interp, Model>;
  template <class Geometry>
  using Backprojector = pyronn::Backprojector<Geometry, Interp, Model>;
};

/// Where any weights will do: RayMarch takes five times as long with its steps of 0.2 voxels.
template <class Model>
Model quick_model() {
  if constexpr (std::is_same_v<Model, pyronn::RayMarch>) {
    return Model{1};
  } else {
    return Model{};
  }
}

struct JosephSoftware : Case<pyronn::SoftwareInterp, pyronn::Joseph> {};
struct JosephTexture : Case<pyronn::TextureInterp, pyronn::Joseph> {};
struct RayMarchSoftware : Case<pyronn::SoftwareInterp, pyronn::RayMarch> {};
struct RayMarchTexture : Case<pyronn::TextureInterp, pyronn::RayMarch> {};
struct VoxelDrivenSoftware : Case<pyronn::SoftwareInterp, pyronn::VoxelDriven> {};
struct VoxelDrivenTexture : Case<pyronn::TextureInterp, pyronn::VoxelDriven> {};
struct DistanceWeightedSoftware : Case<pyronn::SoftwareInterp, pyronn::DistanceWeighted> {};
struct DistanceWeightedTexture : Case<pyronn::TextureInterp, pyronn::DistanceWeighted> {};

using Interps = std::tuple<pyronn::SoftwareInterp, pyronn::TextureInterp>;
using JosephCases = std::tuple<JosephSoftware, JosephTexture>;
using RayDrivenCases = std::tuple<JosephSoftware, JosephTexture, RayMarchSoftware, RayMarchTexture>;
using VoxelDrivenCases = std::tuple<VoxelDrivenSoftware, VoxelDrivenTexture,
                                    DistanceWeightedSoftware, DistanceWeightedTexture>;
using SoftwareCases =
    std::tuple<JosephSoftware, RayMarchSoftware, VoxelDrivenSoftware, DistanceWeightedSoftware>;
using AllCases = std::tuple<JosephSoftware, JosephTexture, RayMarchSoftware, RayMarchTexture,
                            VoxelDrivenSoftware, VoxelDrivenTexture, DistanceWeightedSoftware,
                            DistanceWeightedTexture>;

inline constexpr bool on_device = !std::is_same_v<Executor, pyronn::CpuExecutor>;

/// The emulation that the transposes use rounds weights as the texture unit does, but at borders.
inline constexpr double texture_adjoint_bound = on_device ? 3e-4 : 1e-6;

/// One bound for full-precision samples and one for samples with 8-bit weights.
template <class Interp>
double bound(double software, double texture) {
  return std::is_same_v<Interp, pyronn::SoftwareInterp> ? software : texture;
}

/// For projections that come piece by piece: the first overwrites, the others add.
inline pyronn::Part piece_of_views(int first, int count) {
  return {pyronn::ViewSelection::range(first, count),
          {},
          first == 0 ? pyronn::Output::overwrite : pyronn::Output::add};
}

/// Of what is projected on a grid, and of its projections: one or, with a leading dimension, many.
template <class Geometry, int Rank = pyronn::dimension_v<Geometry>>
pyronn::Extents<Rank> volume_extents(pyronn::Grid const& grid, int samples = 1) {
  return pyronn::detail::volume_extents<pyronn::dimension_v<Geometry>, Rank>(grid.size, samples);
}
template <class Geometry, int Rank = pyronn::dimension_v<Geometry>>
pyronn::Extents<Rank> projection_extents(Geometry const& geometry, int samples = 1) {
  return pyronn::detail::projection_extents<pyronn::dimension_v<Geometry>, Rank>(
      geometry.detector_size(), geometry.num_views(), samples);
}

/// What an operator's arrays hold here: float, or double where its policy computes in double.
template <class Operator, class = void>
struct NumberOf {
  using type = float;
};
template <class Operator>
struct NumberOf<Operator, std::void_t<typename Operator::Number>> {
  using type = typename Operator::Number;
};
template <class Operator>
using Numbers = std::vector<typename NumberOf<Operator>::type>;

/// What the functions `run` and `run_between_guards` below do on arrays of one rank. Members of a
/// class, so that support/shared/ can compile them once for all tests.
template <class Operator, int Rank>
struct Runner {
  using Values = Numbers<Operator>;
  using Extents = pyronn::Extents<Rank>;
  static Values run(Operator const& op, Extents const& in_extents, Values const& in,
                    Extents const& out_extents, std::size_t limit);
  static Values run_between_guards(Operator const& op, Extents const& in_extents, Values const& in,
                                   Extents const& out_extents);
};

template <class Operator, int Rank>
Numbers<Operator> Runner<Operator, Rank>::run(Operator const& op, Extents const& in_extents,
                                              Values const& in, Extents const& out_extents,
                                              std::size_t limit) {
  using Number = typename NumberOf<Operator>::type;
  Array<Number, Rank> source{in_extents, in};
  Array<Number, Rank> target{out_extents, static_cast<Number>(nan)};
  pyronn::Workspace<Executor> workspace{executor(),
                                        op.workspace_bytes(executor(), source.view(), limit)};
  op(executor(), source.view(), target.view(), workspace);
  return target.values();
}

template <class Operator, int Rank>
Numbers<Operator> Runner<Operator, Rank>::run_between_guards(Operator const& op,
                                                             Extents const& in_extents,
                                                             Values const& in,
                                                             Extents const& out_extents) {
  using Number = typename NumberOf<Operator>::type;
  constexpr std::ptrdiff_t guard = 1031;
  constexpr auto untouched = static_cast<Number>(nan);
  auto const guarded = [untouched](Values const& values) {
    Values result(values.size() + 2 * static_cast<std::size_t>(guard), untouched);
    std::copy(values.begin(), values.end(), result.begin() + guard);
    return result;
  };
  auto const extents = [](Values const& values) {
    return pyronn::Extents<1>{static_cast<int>(values.size())};
  };
  auto const in_values = guarded(in);
  auto const out_values = guarded(Values(static_cast<std::size_t>(out_extents.count()), untouched));
  Array<Number, 1> source{extents(in_values), in_values};
  Array<Number, 1> target{extents(out_values), out_values};
  pyronn::ArrayView<Number const, Rank> const from{source.view().data + guard, in_extents};
  pyronn::ArrayView<Number, Rank> const to{target.view().data + guard, out_extents};
  pyronn::Workspace<Executor> workspace{executor(), op.workspace_bytes(executor(), from)};
  op(executor(), from, to, workspace);
  Values all = target.values();
  Values const result(all.begin() + guard, all.end() - guard);
  all.erase(all.begin() + guard, all.end() - guard);
  if (std::any_of(all.begin(), all.end(), [](Number value) { return !std::isnan(value); })) {
    throw std::logic_error("memory beside the output was written");
  }
  return result;
}

/// The operator's result on its executor's memory; what it leaves unwritten is not a number.
template <class Operator, int Rank>
Numbers<Operator> run(Operator const& op, pyronn::Extents<Rank> const& in_extents,
                      Numbers<Operator> const& in, pyronn::Extents<Rank> const& out_extents,
                      std::size_t limit = pyronn::default_workspace_limit) {
  return Runner<Operator, Rank>::run(op, in_extents, in, out_extents, limit);
}

/// As run, with memory that is not a number to either side of both arrays: reading it would show in
/// the result, and writing it is an error. The arrays begin aligned to nothing but their elements.
template <class Operator, int Rank>
Numbers<Operator> run_between_guards(Operator const& op, pyronn::Extents<Rank> const& in_extents,
                                     Numbers<Operator> const& in,
                                     pyronn::Extents<Rank> const& out_extents) {
  return Runner<Operator, Rank>::run_between_guards(op, in_extents, in, out_extents);
}

/// run_with(extents of the input, extents of the output) of an operator.
template <class Geometry, class Interp, class Model, class Run>
auto with_extents(pyronn::Projector<Geometry, Interp, Model> const& op, Run const& run_with) {
  return run_with(volume_extents<Geometry>(op.grid()), projection_extents(op.geometry()));
}
template <class Geometry, class Interp, class Model, class Run>
auto with_extents(pyronn::Backprojector<Geometry, Interp, Model> const& op, Run const& run_with) {
  return run_with(projection_extents(op.geometry()), volume_extents<Geometry>(op.grid()));
}

template <class Operator>
Numbers<Operator> run(Operator const& op, Numbers<Operator> const& in,
                      std::size_t limit = pyronn::default_workspace_limit) {
  return with_extents(
      op, [&](auto const& from, auto const& to) { return run(op, from, in, to, limit); });
}
template <class Operator>
Numbers<Operator> run_between_guards(Operator const& op, Numbers<Operator> const& in) {
  return with_extents(
      op, [&](auto const& from, auto const& to) { return run_between_guards(op, from, in, to); });
}

/// The runners of a geometry of `dimension`, also of batches: declared where the prefix is
/// `extern`, compiled where it is empty.
#define PYRONN_TEST_RUNNERS(prefix, dimension, ...)      \
  prefix template struct Runner<__VA_ARGS__, dimension>; \
  prefix template struct Runner<__VA_ARGS__, dimension + 1>;
#define PYRONN_TEST_BOTH_WAYS(prefix, dimension, ...)                    \
  PYRONN_TEST_RUNNERS(prefix, dimension, pyronn::Projector<__VA_ARGS__>) \
  PYRONN_TEST_RUNNERS(prefix, dimension, pyronn::Backprojector<__VA_ARGS__>)
#define PYRONN_TEST_MODELS(prefix, dimension, ...)                           \
  PYRONN_TEST_BOTH_WAYS(prefix, dimension, __VA_ARGS__, pyronn::Joseph)      \
  PYRONN_TEST_BOTH_WAYS(prefix, dimension, __VA_ARGS__, pyronn::RayMarch)    \
  PYRONN_TEST_BOTH_WAYS(prefix, dimension, __VA_ARGS__, pyronn::VoxelDriven) \
  PYRONN_TEST_BOTH_WAYS(prefix, dimension, __VA_ARGS__, pyronn::DistanceWeighted)
#define PYRONN_TEST_OPERATORS(prefix, dimension, Geometry)                \
  PYRONN_TEST_MODELS(prefix, dimension, Geometry, pyronn::SoftwareInterp) \
  PYRONN_TEST_MODELS(prefix, dimension, Geometry, pyronn::TextureInterp)

#if !defined(PYRONN_TEST_WITHOUT_SHARED_OPERATORS)
PYRONN_TEST_OPERATORS(extern, 2, pyronn::ParallelBeam2D)
PYRONN_TEST_OPERATORS(extern, 2, pyronn::FanBeam)
PYRONN_TEST_OPERATORS(extern, 2, pyronn::ArcFanBeam)
PYRONN_TEST_OPERATORS(extern, 3, pyronn::ParallelBeam3D)
PYRONN_TEST_OPERATORS(extern, 3, pyronn::ConeBeam)
#endif

}  // namespace test
