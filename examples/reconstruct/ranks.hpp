// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

namespace example {

/// The programs that work together: several where MPI has started them, each with the same command
/// line. The first alone speaks and writes.
class Ranks {
 public:
  Ranks() = default;
  Ranks(Ranks const&) = delete;
  Ranks& operator=(Ranks const&) = delete;
  virtual ~Ranks() = default;

  [[nodiscard]] virtual int rank() const { return 0; }
  [[nodiscard]] virtual int size() const { return 1; }
  /// Calls `step`. What one of them throws all throw.
  virtual void share_errors(std::function<void()> const& step) const { step(); }
  /// Brings numbers of a rank to the first one, from where they are to where they shall be; the
  /// others do nothing.
  virtual void bring_to_first(int /*from*/, float* /*numbers*/, std::size_t /*count*/) const {}
};

/// Those that there are; standard output and error of all but the first go nowhere. All end when it
/// goes, so that the first has said what it says. Throws BadInput where there are several and the
/// program was built without MPI, as all would write the same files.
[[nodiscard]] std::unique_ptr<Ranks> started_ranks();

/// Of `count` ranks, as `variable` of the environment says.
[[nodiscard]] std::unique_ptr<Ranks> ranks_of_mpi(int count, char const* variable);

}  // namespace example
