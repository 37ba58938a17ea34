// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Vector operations that solvers need, on the arrays of an executor: those of BLAS under the same
/// names, for arrays of any rank of float, Half, BFloat16 or double.
///
/// No call allocates memory, and none synchronises where kernels are queued: each can be captured
/// in a CUDA graph. The results of dot, norm and sum stay in the executor's memory and factors can
/// be read from there, so that a solver never waits for a number. Every result has the same bits on
/// every run and for any number of threads. Elements are combined in float, or in double where one
/// of the arrays holds double; sums are made in double.
///
/// Arrays are contiguous, and the arrays of one call have the same extents. They may be the same
/// array, and must not overlap otherwise. Arrays without elements are not read or written, and
/// their sums are 0. All functions throw InvalidArgument for extents that differ and for memory
/// that the executor cannot reach, before anything is written; on a GPU also CudaError.
///
/// A factor is a number, a pointer to a float or a double in the executor's memory, or a Quotient
/// of two such numbers; it is rounded to float where elements are combined in float.
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/storage.hpp>
#include <pyronn/exec/detail/elementwise.hpp>
#include <pyronn/exec/detail/reduction.hpp>
#include <pyronn/exec/detail/scalar.hpp>
#include <pyronn/exec/quotient.hpp>
#include <pyronn/exec/workspace.hpp>

namespace pyronn {

namespace detail {

template <class Executor, class T, int Rank>
void check_vector(Executor const& executor, char const* name, ArrayView<T, Rank> array) {
  check_storage<std::remove_const_t<T>>();
  for (int const size : array.extents.size) {
    expects(size >= 0, name, ": the extents ", array.extents, " must not be negative");
  }
  if (array.count() > 0) executor.check_reachable(array.data, name);
}

template <class Executor, class X, class Y, int Rank>
void check_vectors(Executor const& executor, VectorNames const& names, ArrayView<X, Rank> x,
                   ArrayView<Y, Rank> y) {
  expects(x.extents == y.extents, names.function, ": the arrays' extents ", x.extents, " and ",
          y.extents, " must be the same");
  check_vector(executor, names.x, x);
  check_vector(executor, names.y, y);
}

template <class Executor, class Alpha, class X, class Beta, class Y, int Rank>
void combine(Executor const& executor, VectorNames const& names, Alpha alpha, ArrayView<X, Rank> x,
             Beta beta, ArrayView<Y, Rank> y) {
  check_vectors(executor, names, x, y);
  auto const held_alpha = held_scalar<combined_t<X, Y>>(alpha);
  auto const held_beta = held_scalar<combined_t<X, Y>>(beta);
  check_scalar(executor, held_alpha, names.scalar);
  check_scalar(executor, held_beta, names.scalar);
  CombineElements<std::decay_t<decltype(held_alpha)>, std::remove_const_t<X>,
                  std::decay_t<decltype(held_beta)>, Y> const operation{held_alpha, x.data,
                                                                        held_beta, y.data};
  for_each_element(executor, operation, y.data, y.count());
}

}  // namespace detail

/// out = in, rounded where `out` holds fewer bits; where the types are the same, bit by bit.
template <class Executor, class In, class Out, int Rank>
void copy(Executor const& executor, ArrayView<In, Rank> in, ArrayView<Out, Rank> out) {
  detail::check_vectors(executor, {"copy", "copy: in", "copy: out", ""}, in, out);
  detail::CopyElements<std::remove_const_t<In>, Out> const operation{in.data};
  detail::for_each_element(executor, operation, out.data, out.count());
}

/// Every element of `out` becomes `value`.
template <class Executor, class T, int Rank>
void fill(Executor const& executor, ArrayView<T, Rank> out, detail::element_number_t<T> value) {
  detail::check_vector(executor, "fill: out", out);
  detail::FillElements<T> const operation{static_cast<T>(value)};
  detail::for_each_element(executor, operation, out.data, out.count());
}

/// y = x y, element by element: applies weights of the rows or columns of a system.
template <class Executor, class X, class Y, int Rank>
void multiply(Executor const& executor, ArrayView<X, Rank> x, ArrayView<Y, Rank> y) {
  detail::check_vectors(executor, {"multiply", "multiply: x", "multiply: y", ""}, x, y);
  detail::MultiplyElements<std::remove_const_t<X>, Y> const operation{x.data, y.data};
  detail::for_each_element(executor, operation, y.data, y.count());
}

/// y = alpha x + y
template <class Executor, class Alpha, class X, class Y, int Rank>
void axpy(Executor const& executor, Alpha alpha, ArrayView<X, Rank> x, ArrayView<Y, Rank> y) {
  detail::combine(executor, {"axpy", "axpy: x", "axpy: y", "axpy: factor"}, alpha, x, 1, y);
}

/// y = x + beta y
template <class Executor, class X, class Beta, class Y, int Rank>
void xpby(Executor const& executor, ArrayView<X, Rank> x, Beta beta, ArrayView<Y, Rank> y) {
  detail::combine(executor, {"xpby", "xpby: x", "xpby: y", "xpby: factor"}, 1, x, beta, y);
}

/// y = alpha x + beta y
template <class Executor, class Alpha, class X, class Beta, class Y, int Rank>
void axpby(Executor const& executor, Alpha alpha, ArrayView<X, Rank> x, Beta beta,
           ArrayView<Y, Rank> y) {
  detail::combine(executor, {"axpby", "axpby: x", "axpby: y", "axpby: factor"}, alpha, x, beta, y);
}

/// Bytes of workspace that dot, norm and sum need for this many elements or fewer: at most 1 MiB.
template <class Executor>
std::size_t reduction_workspace_bytes(Executor const&, std::int64_t elements) {
  return detail::ReductionPlan<Executor>::most_bytes(elements);
}

/// *result = the sum of x y. `result`, a float or a double, lies in the executor's memory. The
/// workspace has at least reduction_workspace_bytes of the arrays' count, else OutOfMemory is
/// thrown. Numbers are multiplied and added up in double.
template <class Executor, class X, class Y, int Rank, class Result>
void dot(Executor const& executor, ArrayView<X, Rank> x, ArrayView<Y, Rank> y, Result* result,
         Workspace<Executor>& workspace) {
  detail::VectorNames const names{"dot", "dot: x", "dot: y", "dot: result"};
  detail::check_vectors(executor, names, x, y);
  detail::ProductTerm<std::remove_const_t<X>, std::remove_const_t<Y>> const term{x.data, y.data};
  detail::reduce<detail::Unchanged>(executor, names, term, x.count(), result, workspace);
}

/// *result = the square root of the sum of x x; in all else as dot.
template <class Executor, class X, int Rank, class Result>
void norm(Executor const& executor, ArrayView<X, Rank> x, Result* result,
          Workspace<Executor>& workspace) {
  detail::VectorNames const names{"norm", "norm: x", "", "norm: result"};
  detail::check_vector(executor, names.x, x);
  detail::SquareTerm<std::remove_const_t<X>> const term{x.data};
  detail::reduce<detail::SquareRoot>(executor, names, term, x.count(), result, workspace);
}

/// *result = the sum of x; in all else as dot.
template <class Executor, class X, int Rank, class Result>
void sum(Executor const& executor, ArrayView<X, Rank> x, Result* result,
         Workspace<Executor>& workspace) {
  detail::VectorNames const names{"sum", "sum: x", "", "sum: result"};
  detail::check_vector(executor, names.x, x);
  detail::ElementTerm<std::remove_const_t<X>> const term{x.data};
  detail::reduce<detail::Unchanged>(executor, names, term, x.count(), result, workspace);
}

}  // namespace pyronn
