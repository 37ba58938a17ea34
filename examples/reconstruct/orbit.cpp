// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "orbit.hpp"

#include <pyronn/core/error.hpp>
#include <pyronn/scan/row_extension.hpp>

#include "backend.hpp"

namespace example {

void choose_redundancy(pyronn::Scan& scan, pyronn::Grid const& grid, pyronn::FbpOptions& options) {
  try {
    return check_orbit(scan, grid, options);
  } catch (pyronn::InvalidArgument const&) {
    bool const is_half_turn =
        scan.circle && scan.circle->is_parallel() && pyronn::is_half_turn(*scan.circle);
    if (!is_half_turn || options.redundancy != pyronn::Redundancy::automatic) throw;
  }
  options.redundancy = pyronn::Redundancy::uniform;
  check_orbit(scan, grid, options);
  scan.facts.push_back({"redundancy", "uniform", pyronn::ScanFact::Origin::assumed,
                        "all views see the object to either side"});
}

}  // namespace example
