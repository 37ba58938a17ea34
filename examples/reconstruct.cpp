// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

/// Reconstructs a scan in files: `reconstruct --help`.
#include <algorithm>
#include <cstdio>
#include <exception>
#include <memory>
#include <new>
#include <string>

#include <pyronn/core/error.hpp>

#include "reconstruct/bad_input.hpp"
#include "reconstruct/command_line.hpp"
#include "reconstruct/rank_work.hpp"
#include "reconstruct/ranks.hpp"
#include "support/process.hpp"

namespace example {
namespace {

int complain(char const* program, std::string message, int status) {
  std::replace(message.begin(), message.end(), '\n', ' ');
  std::fprintf(stderr, "%s: %s\n", program, message.c_str());
  return status;
}

}  // namespace
}  // namespace example

int main(int argc, char** argv) {
  example::prepare_process();
  std::unique_ptr<example::Ranks> ranks;  // they end when all is said
  try {
    ranks = example::started_ranks();
    int const status = example::run_on(*ranks, [&] { return example::parse_options(argc, argv); });
    example::flush_standard_output();
    return status;
  } catch (example::BadInput const& error) {
    return example::complain("reconstruct", error.what(), 2);
  } catch (pyronn::OutOfMemory const& error) {
    return example::complain("reconstruct", error.what(), 1);
  } catch (std::bad_alloc const&) {
    return example::complain("reconstruct", "out of memory", 1);
  } catch (std::exception const& error) {
    return example::complain("reconstruct", error.what(), 1);
  }
}
