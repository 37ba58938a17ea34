// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
// What is timed of views of which the kernels know less, and of other storage.
#include "bench.cuh"

namespace benchmark {

template <class Geometry, class T>
void run_general(Bench<Geometry, 3, T> const& bench) {
  bench.template back<TextureInterp>();
  bench.template back<SoftwareInterp>();
  bench.template forward<TextureInterp>();
  bench.template forward<SoftwareInterp>();
  bench.template transpose<SoftwareInterp>();
}

}  // namespace benchmark
