// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The tables that the passes of a row's Fourier transform read.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <pyronn/core/extents.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/kernel.hpp>
#include <pyronn/recon/filter/detail/butterfly.hpp>
#include <pyronn/recon/filter/detail/fourier_passes.hpp>

namespace pyronn::detail {

/// The tables that passes read, in device memory.
struct FourierTables {
  Complex* twiddles;  ///< the factors of all passes, as FourierPasses::half_turns has them
  float* response;    ///< the response in the order of the spectrum, divided by the length
};

/// Makes both tables; an item is one element of each.
struct MakeFourierTables {
  using Block = BlockShape<128, 1, 1>;

  FourierPasses passes;
  float const* response;  ///< at the frequencies 0, ..., length / 2
  FourierTables tables;

  [[nodiscard]] Extents<3> items() const { return {passes.length, 1, 1}; }

  __device__ void operator()(Vec<int, 3> item) const {
    int const frequency = passes.frequency(item[0]);
    tables.response[item[0]] =
        response[min(frequency, passes.length - frequency)] / static_cast<float>(passes.length);
    double sine = 0;
    double cosine = 0;
    sincospi(passes.half_turns(item[0]), &sine, &cosine);
    tables.twiddles[item[0]] = {static_cast<float>(cosine), static_cast<float>(-sine)};
  }
};

}  // namespace pyronn::detail
