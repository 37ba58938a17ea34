// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include <sys/resource.h>

namespace example {

/// What each stage took and achieved, as a table.
class StageTable {
 public:
  /// `work` in `unit`, as voxel updates in "G updates".
  void add(std::string name, double seconds, double work, std::string unit) {
    stages_.push_back({std::move(name), seconds, work, std::move(unit)});
  }

  void print() const {
    double total = 0;
    std::printf("%-22s %10s   %s\n", "stage", "time", "throughput");
    for (Stage const& stage : stages_) {
      total += stage.seconds;
      std::printf("%-22s %8.3f s   ", stage.name.c_str(), stage.seconds);
      if (stage.seconds > 0) {
        std::printf("%.4g %s\n", stage.work / stage.seconds, stage.unit.c_str());
      } else {
        std::printf("-\n");
      }
    }
    std::printf("%-22s %8.3f s\n", "total", total);
  }

 private:
  struct Stage {
    std::string name;
    double seconds;
    double work;
    std::string unit;
  };
  std::vector<Stage> stages_;
};

/// The most memory that this process ever held at once [bytes].
inline std::size_t peak_host_bytes() {
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) != 0) return 0;
  return static_cast<std::size_t>(usage.ru_maxrss) * 1024;
}

}  // namespace example
