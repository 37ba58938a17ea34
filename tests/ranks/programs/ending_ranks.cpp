// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// FDK again and again on several ranks, until the last one ends as the argument says: `killed` in a
// kernel, `throws` in a kernel, `gone` without a word, or `throws-outside` of any call.
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <mpi.h>

#include <pyronn/backend/cpu/executor.hpp>
#include <pyronn/backend/cpu/row_filter.hpp>
#include <pyronn/core/view_of.hpp>
#include <pyronn/distributed/mpi_communicator.hpp>
#include <pyronn/distributed/on_ranks.hpp>

namespace {

/// Ends its rank once so many kernels have run, if ever.
class EndingExecutor : public pyronn::CpuExecutor {
 public:
  EndingExecutor(std::string end, int kernels)
      : CpuExecutor{1}, end_{std::move(end)}, left_{std::make_shared<int>(kernels)} {}

  template <class Kernel>
  void for_each(pyronn::Extents<3> items, Kernel const& kernel) const {
    if (--*left_ == 0) {
      if (end_ == "killed") std::raise(SIGKILL);
      if (end_ == "gone") std::_Exit(0);
      throw std::runtime_error{"a kernel that fails"};
    }
    CpuExecutor::for_each(items, kernel);
  }

 private:
  std::string end_;
  std::shared_ptr<int> left_;
};

void run(std::string const& end) {
  pyronn::MpiCommunicator const ranks{MPI_COMM_WORLD};
  bool const is_last = ranks.rank() == ranks.size() - 1;
  bool const ends_in_kernel = is_last && end != "throws-outside";
  pyronn::share_errors(ranks, [&] {
    auto const scan =
        pyronn::ConeBeam::circular({80, 130, pyronn::equal_angles(40)}, {{19, 31}, {1.6, 1.5}});
    pyronn::OnRanks call{ranks, EndingExecutor{end, ends_in_kernel ? 20 : 0},
                         pyronn::Fbp<pyronn::ConeBeam, pyronn::SoftwareInterp>{
                             scan, pyronn::Grid::centered({11, 13, 37}, {1, 1, 0.7})}};
    std::vector<float> const lines(static_cast<std::size_t>(call.input_extents().count()));
    std::vector<float> slab(static_cast<std::size_t>(call.output_extents().count()));
    for (int n = 0;; ++n) {
      if (is_last && !ends_in_kernel && n == 5) throw std::runtime_error{"fails between calls"};
      call(pyronn::view_of(lines, call.input_extents()),
           pyronn::view_of(slab, call.output_extents()));
    }
  });
}

}  // namespace

int main(int argc, char** argv) {
  int provided = 0;
  MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &provided);
  int status = 0;
  try {
    run(argc > 1 ? argv[1] : "");
  } catch (std::exception const& error) {
    // In one piece, as others write to the same place.
    std::string const line = std::string{error.what()} + "\n";
    std::fputs(line.c_str(), stdout);
    std::fflush(stdout);
    status = 3;
  }
  MPI_Finalize();
  return status;
}
