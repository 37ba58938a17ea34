// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
// Groups of executors that stream, and what one of them makes. After support/backends.hpp.
#include <cstddef>
#include <memory>
#include <vector>

#include <pyronn/distributed/streamed_group.hpp>

#include "support/own_executor.hpp"
#include "support/streamed_arrays.hpp"

namespace test {

/// Prime sizes; the grid lies beside the axis.
inline pyronn::Grid grid_of_groups() {
  return pyronn::Grid::from_origin({7, 11, 23}, {1.6, 1.1, 1.1}, {-5.2, -5.1, -11});
}
inline pyronn::ConeBeam scan_of_groups(int views = 13) {
  return pyronn::ConeBeam::circular({80, 130, pyronn::equal_angles(views, 0.1)},
                                    {{13, 23}, {2.4, 2}});
}

/// Executors of members, which share out the devices that there are.
class Members {
 public:
  explicit Members(int count) {
    for (int n = 0; n < count; ++n) {
      use_device(n);
      owners_.push_back(std::make_unique<OwnExecutor>());
      executors_.push_back(owners_.back()->get());
    }
    use_device(0);
  }
  [[nodiscard]] std::vector<Executor> const& get() const { return executors_; }

 private:
  std::vector<std::unique_ptr<OwnExecutor>> owners_;
  std::vector<Executor> executors_;
};

template <class In = float, class Out = float, class Op>
std::vector<Out> made_by_one(Op const& op, std::vector<In> const& in,
                             pyronn::ViewSelection const& views) {
  pyronn::Streamed<Op, Executor, In, Out> streamed{
      executor(), op, {std::size_t{1} << 26, std::size_t{1} << 26}};
  StreamedArrays<In, Out> files{in, {}};
  auto from = streamed.input_extents();
  auto to = streamed.output_extents();
  auto& projections = from[1] == op.geometry().detector_size()[1] ? from : to;
  projections[2] = views.count(projections[2]);
  streamed(files.input(from), files.output(to), views);
  return files.out;
}

}  // namespace test
