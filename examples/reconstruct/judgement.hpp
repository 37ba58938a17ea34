// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <pyronn/backend/cpu/executor.hpp>
#include <pyronn/recon/preprocess/bad_pixels.hpp>
#include <pyronn/scan/scan.hpp>

#include "calibration.hpp"
#include "options.hpp"

namespace example {

/// What is looked for in pixels.
struct PixelJudgement {
  double least_transmission;
  pyronn::BadPixelOptions options;
};

/// Finds bad pixels by the fields, and by as many whole views as 256 MiB hold, all if they do.
/// Throws InvalidArgument, which names the likely cause, where most counts cannot be right, and
/// FileError.
void judge(pyronn::Scan const& scan, PixelJudgement const& judgement,
           pyronn::CpuExecutor const& executor, Calibration& calibration);

/// "3 bad pixels: 2 without light, 1 dead"; nothing where all are good.
[[nodiscard]] std::string text_of_bad_pixels(std::vector<std::uint8_t> const& mask);

/// Reads darks and flats, judges by some views what they are good for, and warns of bad pixels.
/// Throws BadInput.
[[nodiscard]] Calibration calibrate(Options const& options, pyronn::Scan const& scan);

}  // namespace example
