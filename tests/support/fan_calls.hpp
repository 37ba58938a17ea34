// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
// Calls of a pair of operators with tensors, for some scans of fans.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <pyronn/core/error.hpp>
#include <pyronn/cpu.hpp>
#include <pyronn/interop/operator_kernels.hpp>

#include "support/tensors.hpp"

namespace test::fan_calls {

using namespace pyronn;

template <class T>
using Array = TensorArray<T>;
using FanPair = CpuOperatorPair<FanBeam, SoftwareInterp>;

inline constexpr int views_of_scan = 12;

inline std::vector<FanVectors> vectors(double first) {
  std::vector<FanVectors> result;
  for (int n = 0; n < views_of_scan; ++n) {
    double const angle = first + n * 0.5;
    Vec2d const out{std::cos(angle), std::sin(angle)};
    result.push_back({40.0 * out, -40.0 * out, {-2 * out[1], 2 * out[0]}});
  }
  return result;
}

template <class Number>
Array<Number> geometry(std::vector<double> const& first, std::vector<std::int64_t> batch) {
  batch.insert(batch.end(), {views_of_scan, 3, 2});
  Array<Number> result{batch};
  std::size_t at = 0;
  for (double const angle : first) {
    for (FanVectors const& view : vectors(angle)) {
      for (Vec2d const& row : {view.source, view.detector_center, view.u_step}) {
        result.values[at++] = static_cast<Number>(row[0]);
        result.values[at++] = static_cast<Number>(row[1]);
      }
    }
  }
  return result;
}

/// A pair of operators, and calls of it with tensors.
struct FanCalls {
  CountedMemory memory;
  CallContext context{2, nullptr, &memory, std::size_t{64} << 20};
  FanPair pair;
  Grid const grid = Grid::flat({16, 12}, {1, 1.5});

  template <class Volume, class Projections, class Geometry>
  TensorCall call(Volume& input, Projections& output, Geometry& scan) {
    return {input.tensor(), output.tensor(), scan.tensor(), {1.5, 1}, {}, {}};
  }
};

template <class Work>
std::string refusal(Work const& work) {
  try {
    work();
  } catch (InvalidArgument const& error) {
    return error.what();
  }
  return "accepted";
}

inline bool contains(std::string const& text, std::string const& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace test::fan_calls
