// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What the program tells its user of scans and files.
#include <cstdio>
#include <ios>
#include <sstream>
#include <string>

#include <pyronn/core/error.hpp>
#include <pyronn/distributed/communicator.hpp>
#include <pyronn/scan/scan.hpp>

#include "bad_input.hpp"

namespace example {

/// What the library refuses while the input is read, said of `name`. What another rank threw all
/// know as it is.
template <class Read>
auto as_input(std::string const& name, Read const& read) {
  try {
    return read();
  } catch (pyronn::FailureOfRank const&) {
    throw;
  } catch (pyronn::InvalidArgument const& error) {
    throw BadInput(name + ": " + error.what());
  } catch (pyronn::FileError const& error) {
    throw BadInput(error.what());
  }
}

/// The facts of a scan that `is_wanted`, a line each, on standard output.
template <class IsWanted>
void print_facts(pyronn::Scan const& scan, IsWanted const& is_wanted) {
  std::ostringstream text;
  text.exceptions(std::ios::badbit);
  for (auto const& fact : scan.facts) {
    if (is_wanted(fact.origin)) text << fact << '\n';
  }
  std::printf("%s", text.str().c_str());
}

/// On standard error.
inline void warn(std::string const& warning) {
  std::fprintf(stderr, "reconstruct: %s\n", warning.c_str());
}

}  // namespace example
