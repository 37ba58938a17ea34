// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "program.hpp"

#include <cmath>
#include <cstdio>
#include <exception>
#include <string>

#include <CLI/CLI.hpp>

#include "process.hpp"

namespace example {

int Settings::scaled(int full) const {
  return 2 * static_cast<int>(std::lround(0.5 * full * size / full_size));
}

int run(Program const& program, int argc, char** argv) {
  prepare_process();
  Settings settings{program.full_size, program.full_size, std::string{program.name} + ".png"};
  CLI::App app{program.purpose};
  app.add_option("--size", settings.size,
                 "Voxels along each side; pixels and views change in proportion")
      ->check(CLI::Range(program.least_size, 2048))
      ->capture_default_str();
  app.add_option("-o,--output", settings.png, "PNG of the result and of the truth")
      ->capture_default_str();
  try {
    app.parse(argc, argv);
    int const status = program.reconstruct(settings) ? 0 : 1;
    flush_standard_output();
    return status;
  } catch (CLI::ParseError const& error) {
    return app.exit(error) == 0 ? 0 : 2;
  } catch (NoDevice const& error) {
    std::printf("%s: skipped\n", error.what());
    return 77;
  } catch (std::exception const& error) {
    std::fprintf(stderr, "%s: %s\n", program.name, error.what());
    return 1;
  }
}

}  // namespace example
