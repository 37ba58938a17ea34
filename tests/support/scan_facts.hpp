// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <pyronn/scan/scan.hpp>

namespace test {

/// What a scan says of something, or a fact without a name.
inline pyronn::ScanFact fact_of(pyronn::Scan const& scan, std::string const& what) {
  for (pyronn::ScanFact const& known : scan.facts) {
    if (known.what == what) return known;
  }
  return {};
}

}  // namespace test
