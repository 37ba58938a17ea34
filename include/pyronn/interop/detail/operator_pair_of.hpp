// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// OperatorPairOf: an OperatorPair made of the library's operators.
#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include <pyronn/backprojector.hpp>
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
#include <pyronn/projector.hpp>

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

/// The operators of the last few setups, with a policy and, for elements that kernels compute with
/// in double, with DoubleInterp.
template <template <class, class, class> class Operator, class Geometry, class Interp, class Model>
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
  OperatorCache<Operator<Geometry, Interp, Model>> of_policy_;
  OperatorCache<Operator<Geometry, DoubleInterp, Model>> of_double_;
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
      geometries_of<Geometry>(call.geometry, samples.count, sizes,
                              1);  // refuses what was forgotten
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
            return make<Operator>(geometry, call.model, sizes, samples, grid, context.threads);
          });
      Executors::with(call.input.device, context, [&](auto const& executor) {
        run_as<Number>(call, sizes, *op, executor, context.workspace_limit);
      });
    });
    expects(is_known, "OperatorPair: tensors of ", dlpack::name_of(call.input.dtype),
            " were not compiled; it has", names_of(Storage{}));
  }

  template <class Operator>
  static Operator make(dlpack::Tensor const& geometry, std::vector<double> const& numbers,
                       OperatorSizes const& sizes, SampleGeometries const& samples,
                       Grid const& grid, int threads) {
    auto geometries = geometries_of<Geometry>(geometry, samples.count, sizes, threads);
    Model const model = ModelNumbers<Model>::make(numbers);
    if (samples.of_sample.empty()) return Operator{geometries.front(), grid, model};
    std::vector<Geometry> of_sample;
    of_sample.reserve(samples.of_sample.size());
    for (int const n : samples.of_sample)
      of_sample.push_back(geometries[static_cast<std::size_t>(n)]);
    return Operator::per_sample(of_sample, grid, model);
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

  mutable OperatorCaches<Projector, Geometry, Interp, Model> forward_;
  mutable OperatorCaches<Backprojector, Geometry, Interp, Model> back_;
};

}  // namespace detail
}  // namespace pyronn
