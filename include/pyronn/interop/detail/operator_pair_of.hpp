// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// OperatorPairOf: an OperatorPair made of the library's operators.
#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/grid.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/geometry/traits.hpp>
#include <pyronn/interop/detail/operator_cache.hpp>
#include <pyronn/interop/detail/operator_setup.hpp>
#include <pyronn/interop/dlpack.hpp>
#include <pyronn/interop/geometry_tensor.hpp>
#include <pyronn/interop/model_numbers.hpp>
#include <pyronn/interop/operator_pair.hpp>
#include <pyronn/interp/double_interp.hpp>
#include <pyronn/interp/traits.hpp>
#include <pyronn/operators/detail/direction.hpp>
#include <pyronn/operators/linear_operator.hpp>

namespace pyronn {

/// The element types for which the kernels of an OperatorPair are compiled.
template <class... T>
struct StorageTypes {};

namespace detail {

/// A tensor with its leading axes as one.
template <class T, int Rank>
ArrayView<T, Rank> batch_of(dlpack::Tensor tensor, int samples, char const* what) {
  std::int64_t shape[Rank];
  shape[0] = samples;
  for (int axis = 1; axis < Rank; ++axis) shape[axis] = tensor.shape[tensor.ndim - Rank + axis];
  expects(dlpack::is_contiguous(tensor), what, ": the tensor must be contiguous");
  tensor.shape = shape;
  tensor.strides = nullptr;
  tensor.ndim = Rank;
  return dlpack::array_of<T, Rank>(tensor, what);
}

/// An operator of geometries that a tensor holds.
template <class Direction, class Geometry, class Interp, class Model>
class OperatorOfTensor : public LinearOperator<Direction, Geometry, Interp, Model> {
  using Base = LinearOperator<Direction, Geometry, Interp, Model>;

 public:
  OperatorOfTensor(GeometryReader<Geometry> const& read, SampleGeometries const& samples,
                   Grid const& grid, Model const& model, int threads)
      : OperatorOfTensor{read,  samples, grid,
                         model, threads, std::is_trivially_copyable<Geometry>{}} {}

 private:
  /// Where kernels take geometries whole all are kept; otherwise memory of one serves for the next.
  OperatorOfTensor(GeometryReader<Geometry> const& read, SampleGeometries const& samples,
                   Grid const& grid, Model const& model, int, std::true_type)
      : Base{all(read, samples), grid, model} {}
  OperatorOfTensor(GeometryReader<Geometry> const& read, SampleGeometries const& samples,
                   Grid const& grid, Model const& model, int threads, std::false_type)
      : Base{count(samples), [&](std::size_t sample) { return read(index(samples, sample)); },
             threads, grid, model} {}

  static std::size_t count(SampleGeometries const& samples) {
    return samples.of_sample.empty() ? 1 : samples.of_sample.size();
  }
  static std::size_t index(SampleGeometries const& samples, std::size_t sample) {
    return samples.of_sample.empty() ? 0 : static_cast<std::size_t>(samples.of_sample[sample]);
  }
  static std::vector<Geometry> all(GeometryReader<Geometry> const& read,
                                   SampleGeometries const& samples) {
    std::vector<Geometry> geometries;
    geometries.reserve(count(samples));
    for (std::size_t n = 0; n < count(samples); ++n) {
      geometries.push_back(read(index(samples, n)));
    }
    return geometries;
  }
};

/// The operators of the last few setups, with a policy and, for elements that kernels compute with
/// in double, with DoubleInterp.
template <class Direction, class Geometry, class Interp, class Model>
class OperatorCaches {
 public:
  template <class T>
  auto& of_elements() {
    if constexpr (is_element_of<Interp, T>()) {
      return of_policy_;
    } else {
      return of_double_;
    }
  }

 private:
  OperatorCache<OperatorOfTensor<Direction, Geometry, Interp, Model>> of_policy_;
  OperatorCache<OperatorOfTensor<Direction, Geometry, DoubleInterp, Model>> of_double_;
};

/// `Executors::with(device, context, work)` calls `work(executor)` with an executor of the device.
template <class Geometry, class Interp, class Model, class Storage, class Executors>
class OperatorPairOf : public OperatorPair {
  static constexpr int space = dimension_v<Geometry>;

 public:
  [[nodiscard]] int dimension() const override { return space; }
  [[nodiscard]] int geometry_rank() const override { return geometry_rank_v<Geometry>; }

  void project(TensorCall const& call, CallContext const& context) const override {
    run(operator_sizes(call.input, call.output, space), call, context, forward_);
  }
  void backproject(TensorCall const& call, CallContext const& context) const override {
    run(operator_sizes(call.output, call.input, space), call, context, back_);
  }

 private:
  template <class Caches>
  void run(OperatorSizes const& sizes, TensorCall const& call, CallContext const& context,
           Caches& caches) const {
    expects(call.input.dtype == call.output.dtype, "OperatorPair: the input is of ",
            dlpack::name_of(call.input.dtype), " and the output of ",
            dlpack::name_of(call.output.dtype), "; both must be of the same type");
    expects(call.geometry.device.is_host(),
            "OperatorPair: the geometry must be in host memory, as views travel with each launch; "
            "move it there once, outside of the step");
    expects(dlpack::is_contiguous(call.geometry), "OperatorPair: the geometry must be contiguous");
    Grid const grid = grid_of(call, sizes.volume, space);
    SampleGeometries const samples =
        sample_geometries(call.geometry, geometry_rank_v<Geometry>, sizes);
    if (sizes.samples == 0) return;
    if constexpr (!GeometryTensor<Geometry>::has_numbers) {
      GeometryReader<Geometry> const read{call.geometry, samples.count, sizes};
      for (int n = 0; n < samples.count; ++n) {
        static_cast<void>(read(static_cast<std::size_t>(n)));  // refuses what was forgotten
      }
    }
    bool const is_known = for_storage(Storage{}, call, [&](auto number) {
      using Number = decltype(number);
      auto& cache = caches.template of_elements<Number>();
      auto const op =
          cache.get(OperatorKey{sizes, grid, call.model, call.geometry}, [&](void* numbers) {
            using Operator = typename std::decay_t<decltype(cache)>::Operator;
            dlpack::Tensor geometry = call.geometry;
            geometry.data = numbers;
            geometry.byte_offset = 0;
            return Operator{
                GeometryReader<Geometry>{geometry, samples.count, sizes}, samples, grid,
                ModelNumbers<Model>::make(call.model),
                set_up_threads(context.threads, std::int64_t{sizes.views} * samples.count)};
          });
      Executors::with(call.input.device, context, [&](auto const& executor) {
        run_as<Number>(call, sizes, *op, executor, context.workspace_limit);
      });
    });
    expects(is_known, "OperatorPair: tensors of ", dlpack::name_of(call.input.dtype),
            " were not compiled; it has", names_of(Storage{}));
  }

  /// Calls `work(a number)` of the type of the call's elements; false where that is none of these.
  template <class... T, class Work>
  static bool for_storage(StorageTypes<T...>, TensorCall const& call, Work const& work) {
    auto const work_as = [&](auto number) {
      if (call.input.dtype != dlpack::data_type_of<decltype(number)>()) return false;
      work(number);
      return true;
    };
    return (work_as(T{}) || ...);
  }

  template <class Number, class Operator, class Executor>
  static void run_as(TensorCall const& call, OperatorSizes const& sizes, Operator const& op,
                     Executor const& executor, std::size_t limit) {
    auto const input =
        batch_of<Number const, space + 1>(call.input, sizes.samples, "OperatorPair: input");
    auto const output =
        batch_of<Number, space + 1>(call.output, sizes.samples, "OperatorPair: output");
    Workspace<Executor> workspace{executor, op.workspace_bytes(executor, input, limit)};
    op(executor, input, output, workspace);
  }

  template <class... T>
  static std::string names_of(StorageTypes<T...>) {
    return ((" " + dlpack::name_of(dlpack::data_type_of<T>())) + ...);
  }

  mutable OperatorCaches<Forward, Geometry, Interp, Model> forward_;
  mutable OperatorCaches<Back, Geometry, Interp, Model> back_;
};

}  // namespace detail
}  // namespace pyronn
