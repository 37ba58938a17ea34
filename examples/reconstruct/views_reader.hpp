// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include <pyronn/io/number_type.hpp>
#include <pyronn/scan/image_stack.hpp>
#include <pyronn/scan/scan.hpp>

#include "calibration.hpp"

namespace example {

/// Reads parts of a scan on several threads, and keeps count of what is wrong with them.
class ViewsReader {
 public:
  /// All that is named must outlive the reader.
  ViewsReader(pyronn::Scan const& scan, Calibration const& calibration, double least_transmission,
              int threads);

  /// What numbers are read as: uint8 or uint16 where they are stored so and are counts, else
  /// float32.
  [[nodiscard]] pyronn::NumberType type() const { return type_; }

  /// Contiguous, `[view][row][column]` of numbers of type(). Throws InvalidArgument for line
  /// integrals that are no numbers, and BadInput for files that cannot be read.
  void read(pyronn::ImagePart const& part, void* out);

  /// One line for each thing that was wrong with what has been read.
  [[nodiscard]] std::vector<std::string> warnings() const;

 private:
  template <class T>
  void read_piece(pyronn::ImagePart const& part, T* out);
  template <class T>
  void count_faults(pyronn::ImagePart const& part, T const* counts);
  void check_finite(pyronn::ImagePart const& part, float const* lines) const;

  pyronn::Scan const& scan_;
  Calibration const& calibration_;
  double least_transmission_;
  int threads_;
  pyronn::NumberType type_;
  std::atomic<std::int64_t> not_finite_{0};
  std::atomic<std::int64_t> cut_{0};
};

}  // namespace example
