// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

#include <pyronn/core/grid.hpp>
#include <pyronn/operators/plan.hpp>
#include <pyronn/scan/scan.hpp>

#include "backend.hpp"

namespace example {

/// Prints where source and detector stand.
void print_geometry(pyronn::Scan const& scan);

/// Prints what is going to be done at a place, and the memory that it takes.
void print_task(pyronn::Scan const& scan, pyronn::Grid const& grid, BandPlan const& bands,
                std::string const& place);

/// Prints how so many views at a time are going to be reconstructed.
void print_steps(int views, pyronn::Plan const& plan);

/// The most memory that this process ever held at once [bytes].
[[nodiscard]] std::size_t peak_host_bytes();

/// "2 min 3 s".
[[nodiscard]] std::string text_of_seconds(double seconds);

/// Prints what each stage took and achieved, and the memory that was held.
void print_report(pyronn::Scan const& scan, pyronn::Grid const& grid, Cost const& cost);

}  // namespace example
