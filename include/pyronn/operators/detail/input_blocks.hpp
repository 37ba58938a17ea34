// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How inputs are cut into blocks that a workspace can hold.
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/detail/detected.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/operators/plan.hpp>

namespace pyronn::detail {

/// How much of a batch is read at a time: whole samples, or some slices of one.
struct BatchBlock {
  int slices;
  int samples;
};

/// The largest block that `bytes` of workspace can hold, of all slices or a multiple of `multiple`;
/// no slices where they hold too little.
template <class Source, class Executor, class T>
BatchBlock batch_block(Executor const& executor, ArrayView<T const, 4> array, std::size_t bytes,
                       int multiple) {
  std::size_t const one = Source::slice_bytes(executor, array);
  auto const slices = static_cast<std::size_t>(array.extents[2]);
  auto const all = slices * static_cast<std::size_t>(array.extents[3]);
  std::size_t const fit = one == 0 ? all : bytes / one;
  auto const most_slices = static_cast<std::size_t>(Source::max_slices(executor, array));
  auto const most_samples = static_cast<std::size_t>(Source::max_samples(executor, array));
  if (fit >= slices && most_slices >= 1 && most_samples >= 1) {
    return {array.extents[2], static_cast<int>(min(min(most_samples, fit / slices),
                                                   static_cast<std::size_t>(array.extents[3])))};
  }
  std::size_t const most = min(fit, min(most_slices, slices));
  std::size_t const part = most < slices ? most - most % static_cast<std::size_t>(multiple) : most;
  bool const pays = part >= min(slices, static_cast<std::size_t>(Source::template least_slices<T>));
  return {pays ? static_cast<int>(part) : 0, 1};
}

template <class Source>
using InPlaceOf = typename Source::InPlace;

/// True for what reads in place always.
template <class Source>
constexpr bool reads_in_place() {
  if constexpr (is_detected_v<InPlaceOf, Source>) {
    return std::is_base_of_v<InPlaceOf<Source>, Source>;
  } else {
    return true;
  }
}

/// How an input is read: block by block, of so many bytes of workspace.
struct InputCut {
  BatchBlock block;
  std::size_t bytes;  ///< 0: in place
  bool falls_back;    ///< to the source's `InPlace`, as it can read nothing
};

/// The cut with the largest blocks that `limit` bytes of workspace can hold, of all slices or a
/// multiple of `multiple`.
template <class Source, class Executor, class T>
InputCut cut_input(Executor const& executor, ArrayView<T const, 4> array, std::size_t limit,
                   int multiple) {
  BatchBlock const block = batch_block<Source>(executor, array, limit, multiple);
  if constexpr (!reads_in_place<Source>()) {
    if (block.slices == 0) {
      return {batch_block<typename Source::InPlace>(executor, array, 0, multiple), 0, true};
    }
  }
  return {block,
          Source::slice_bytes(executor, array) * static_cast<std::size_t>(block.slices) *
              static_cast<std::size_t>(block.samples),
          false};
}

/// Calls `work(block of the array, its first slice, its first sample)` for all blocks.
template <class T, class Work>
void for_each_block(ArrayView<T const, 4> array, BatchBlock size, Work const& work) {
  std::int64_t const slice = static_cast<std::int64_t>(array.extents[0]) * array.extents[1];
  for (int sample = 0; sample < array.extents[3]; sample += size.samples) {
    for (int first = 0; first < array.extents[2]; first += size.slices) {
      ArrayView<T const, 4> block = array.slices(sample, 1);
      block.data += first * slice;
      block.extents[2] = min(size.slices, array.extents[2] - first);
      block.extents[3] = min(size.samples, array.extents[3] - sample);
      work(block, first, sample);
    }
  }
}

/// Makes `array` readable block by block and calls `work(samples, block of the array, its first
/// slice, its first sample)` for each.
template <class Source, class Executor, class T, class Work>
void read_blocks(Executor const& executor, ArrayView<T const, 4> array, InputCut const& cut,
                 Workspace<Executor>& workspace, Work const& work) {
  auto const read = [&](auto const& source) {
    using Reader = std::decay_t<decltype(source)>;
    for_each_block(array, cut.block, [&](auto const& block, int first_slice, int first_sample) {
      work(Reader::load(executor, block, workspace), block, first_slice, first_sample);
    });
  };
  if constexpr (!reads_in_place<Source>()) {
    if (cut.falls_back) return read(typename Source::InPlace{});
  }
  read(Source{});
}

/// What a step says of its blocks of `what` ("slices" or "views").
template <class Source, class T>
void describe_blocks(InputCut const& cut, ArrayView<T const, 4> array, char const* what,
                     PlanStep& step) {
  step.blocks = 0;
  for_each_block(array, cut.block, [&](auto const&, int, int) { ++step.blocks; });
  step.block = message(cut.block.slices, " of ", array.extents[2], " ", what);
  if (array.extents[3] > 1)
    step.block += message(" of ", cut.block.samples, " of ", array.extents[3], " samples");
  step.launches += cut.bytes > 0 ? step.blocks * Source::load_launches : 0;
}

}  // namespace pyronn::detail
