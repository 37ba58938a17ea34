// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <stdexcept>

namespace example {

/// What the command line says.
struct Settings {
  int full_size;  ///< voxels along each side unless told otherwise
  int size;       ///< voxels along each side
  std::filesystem::path png;

  /// How many pixels or views there are at this size, if `full` at full size: an even number, so
  /// that the axis stays between the same pixels.
  [[nodiscard]] int scaled(int full) const;
};

/// A reconstruction that checks itself.
struct Program {
  char const* name;
  char const* purpose;
  int full_size;                         ///< voxels along each side unless told otherwise
  int least_size;                        ///< from which on the bounds hold
  bool (*reconstruct)(Settings const&);  ///< true if the result is good
};

/// There is nothing here to run on.
struct NoDevice : std::runtime_error {
  using runtime_error::runtime_error;
};

/// The exit status: 0 for a good result, 1 for a bad one, 2 for a bad command line, 77 for
/// NoDevice.
int run(Program const& program, int argc, char** argv);

}  // namespace example
