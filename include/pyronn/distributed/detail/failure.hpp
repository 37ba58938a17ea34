// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What failed in one rank, told to the others.
#include <cstdint>
#include <cstring>
#include <exception>
#include <new>
#include <stdexcept>
#include <string>

#include <pyronn/core/error.hpp>

namespace pyronn {

/// What all ranks throw when one has failed is of this kind, too, beside that of the rank's
/// exception: InvalidArgument, FileError, OutOfMemory or std::runtime_error.
class FailureOfRank {
 public:
  /// That of a rank.
  explicit FailureOfRank(int rank) : rank_{rank} {}
  /// The rank that failed.
  [[nodiscard]] int rank() const { return rank_; }

 private:
  int rank_;
};

/// Thrown by each rank where ranks can no longer reach each other: the message names the rank and
/// the call. Arrays that the call was to write are not to be used.
class CommunicationError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

namespace detail {

template <class Error>
class OfRank : public Error, public FailureOfRank {
 public:
  OfRank(std::string const& sentence, int rank) : Error{sentence}, FailureOfRank{rank} {}
};

/// A failure that can be sent, made without memory.
struct Failure {
  enum Kind : std::int32_t { none, invalid_argument, file_error, out_of_memory, other };

  Kind kind = none;
  char text[4092]{};  ///< ends with a 0; cut where it is longer

  /// That of the exception that is being handled.
  static Failure of_exception() noexcept {
    try {
      throw;
    } catch (InvalidArgument const& error) {
      return of(invalid_argument, error.what());
    } catch (FileError const& error) {
      return of(file_error, error.what());
    } catch (std::bad_alloc const& error) {
      return of(out_of_memory, error.what());
    } catch (std::exception const& error) {
      return of(other, error.what());
    } catch (...) {
      return of(other, "an exception of an unknown kind");
    }
  }

  [[noreturn]] void raise(int rank, int ranks) const {
    std::string const sentence = message("rank ", rank, " of ", ranks, ": ", std::string{text});
    switch (kind) {
      case invalid_argument:
        throw OfRank<InvalidArgument>(sentence, rank);
      case file_error:
        throw OfRank<FileError>(sentence, rank);
      case out_of_memory:
        throw OfRank<OutOfMemory>(sentence, rank);
      default:
        throw OfRank<std::runtime_error>(sentence, rank);
    }
  }

 private:
  static Failure of(Kind kind, char const* text) noexcept {
    Failure failure;
    failure.kind = kind;
    std::strncpy(failure.text, text, sizeof(failure.text) - 1);
    return failure;
  }
};

/// The first failure of steps that others wait for, to be told once all have been done.
class LateFailure {
 public:
  /// Does a step unless one before it failed.
  template <class Step>
  void guard(Step const& step) {
    if (!failure_) keep(step);
  }
  /// Does a step that others wait for whatever failed before.
  template <class Step>
  void keep(Step const& step) {
    try {
      step();
    } catch (CommunicationError const&) {
      throw;
    } catch (...) {
      if (!failure_) failure_ = std::current_exception();
    }
  }
  /// Throws it, if there is one.
  void raise() const {
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  std::exception_ptr failure_;
};

/// Throws in all ranks where one has failed.
template <class Communicator>
void agree(Communicator const& communicator, Failure failure) {
  int const ranks = communicator.size();
  bool const has_failed = failure.kind != Failure::none;
  // The first rank counts most.
  std::int64_t const first = communicator.largest(has_failed ? ranks - communicator.rank() : 0);
  if (first == 0) return;
  int const rank = ranks - static_cast<int>(first);
  communicator.broadcast(&failure, sizeof(failure), rank);
  failure.raise(rank, ranks);
}

}  // namespace detail
}  // namespace pyronn
