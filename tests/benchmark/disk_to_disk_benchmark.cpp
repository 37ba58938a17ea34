// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// FDK from disk to disk on cores. Arguments: SIZE (256 unless given), the limits of the executor's
// memory and of the host's [MiB] (64 each), and a folder of the disk.
#include <pyronn/cpu.hpp>

#include "disk_to_disk.hpp"

int main(int argc, char** argv) {
  benchmark::DiskArguments const given{argc, argv, 256, 64, 64};
  pyronn::CpuExecutor const executor;
  auto const in_core = [&](benchmark::Fdk const& op) {
    pyronn::Extents<3> const cube{given.size, given.size, given.size};
    std::vector<float> const views(static_cast<std::size_t>(cube.count()), 1.0F);
    std::vector<float> volume(views.size());
    pyronn::ArrayView<float const, 3> const from{views.data(), cube};
    pyronn::Workspace<pyronn::CpuExecutor> workspace{executor, op.workspace_bytes(executor, from)};
    auto const call = [&] {
      op(executor, from, pyronn::ArrayView<float, 3>{volume.data(), cube}, workspace);
    };
    return benchmark::seconds(call);
  };
  benchmark::disk_to_disk(executor, given.size, given.limits, given.folder, in_core);
  return 0;
}
