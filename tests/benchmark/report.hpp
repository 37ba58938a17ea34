// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
// Where measurements go: a table, or CSV with the argument --csv.
#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

namespace benchmark {

struct Measurement {
  std::string problem;
  std::string operation;
  char const* interpolation;
  char const* storage;  ///< of input and output
  double milliseconds;
  double work;       ///< voxel updates or rays
  char const* unit;  ///< of a billion of them a second
  double extra_mib;  ///< memory beyond input and output
};

inline double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

/// Arguments: `--csv`; `--filter TEXT`, without which all is measured; and `--arrays FOLDER`, for
/// comparisons with other programs: where it has `PROBLEM volume.npy` or `PROBLEM projections.npy`
/// these are the input, and it gets the output as `PROBLEM OPERATOR INTERPOLATION.npy`.
class Report {
 public:
  Report(int argc, char** argv) {
    for (int n = 1; n < argc; ++n) {
      csv_ = csv_ || std::strcmp(argv[n], "--csv") == 0;
      if (std::strcmp(argv[n], "--filter") == 0 && n + 1 < argc) filter_ = argv[++n];
      if (std::strcmp(argv[n], "--arrays") == 0 && n + 1 < argc) arrays_ = argv[++n];
    }
  }

  /// Of an array; empty without `--arrays`.
  [[nodiscard]] std::filesystem::path file(std::string const& name) const {
    return arrays_.empty() ? arrays_ : arrays_ / (name + ".npy");
  }

  /// Whether the filter is part of a measurement's first columns, with one space between them.
  [[nodiscard]] bool wants(std::string const& columns) const {
    return columns.find(filter_) != std::string::npos;
  }

  void begin(std::string const& machine) const {
    if (csv_) {
      std::printf("problem,operator,interpolation,storage,ms,rate,unit,extra_MiB\n");
    } else {
      std::printf("%s\n%-19s %-18s %-10s %-9s %10s %18s %14s\n", machine.c_str(), "problem",
                  "operator", "interp", "storage", "ms", "rate", "extra memory");
    }
  }

  void add(Measurement const& m) const {
    std::printf(csv_ ? "%s,%s,%s,%s,%.3f,%.3f,%s,%.3f\n"
                     : "%-19s %-18s %-10s %-9s %10.3f %9.2f %-8s %10.1f MiB\n",
                m.problem.c_str(), m.operation.c_str(), m.interpolation, m.storage, m.milliseconds,
                m.work * 1e-6 / m.milliseconds, m.unit, m.extra_mib);
    std::fflush(stdout);
  }

 private:
  bool csv_ = false;
  std::string filter_;
  std::filesystem::path arrays_;
};

}  // namespace benchmark
