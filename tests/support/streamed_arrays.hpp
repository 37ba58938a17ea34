// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
// Arrays that functions read and write in blocks.
#include <algorithm>
#include <cstddef>
#include <vector>

#include <pyronn/core/extents.hpp>
#include <pyronn/exec/host_array.hpp>

#include "support/numbers.hpp"

namespace test {

/// With what passed through them.
template <class In, class Out>
struct StreamedArrays {
  std::vector<In> in;
  std::vector<Out> out;
  std::size_t read = 0;  ///< elements

  pyronn::HostInput<In> input(pyronn::Extents<3> extents) {
    return {extents, [this, extents](pyronn::HostBlock const& block, In* to) {
              for (int plane = 0; plane < block.num_planes; ++plane) {
                auto const row = static_cast<std::ptrdiff_t>(extents[0]);
                auto const first =
                    in.begin() + ((block.first_plane + plane) * extents[1] + block.first_row) * row;
                to = std::copy_n(first, block.num_rows * row, to);
                read += static_cast<std::size_t>(block.num_rows * row);
              }
            }};
  }
  pyronn::HostOutput<Out> output(pyronn::Extents<3> extents) {
    out.assign(static_cast<std::size_t>(extents.count()), Out{nan});
    return {extents, [this, extents](pyronn::HostBlock const& block, Out const* values) {
              auto const row = static_cast<std::ptrdiff_t>(extents[0]);
              for (int plane = 0; plane < block.num_planes; ++plane) {
                auto const to = out.begin() +
                                ((block.first_plane + plane) * extents[1] + block.first_row) * row;
                std::copy_n(values, block.num_rows * row, to);
                values += block.num_rows * row;
              }
            }};
  }
};

}  // namespace test
