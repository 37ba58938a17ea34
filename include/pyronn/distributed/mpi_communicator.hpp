// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// MpiCommunicator: the ranks of an MPI_Comm. No umbrella includes this header, which needs MPI.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

#include <mpi.h>

#include <pyronn/core/error.hpp>
#include <pyronn/distributed/communicator.hpp>

namespace pyronn {

/// The ranks of the caller's MPI_Comm, whose messages do not meet the caller's. Copies are the same
/// communicator. MPI is called from the thread that calls, and must be there as long as it. Where
/// MPI itself fails it ends all ranks.
///
///   MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &provided);
///   MpiCommunicator const ranks{MPI_COMM_WORLD};
class MpiCommunicator {
 public:
  /// Bytes of a message, whose length is an int in MPI.
  static constexpr std::size_t most_message_bytes = std::size_t{1} << 30;

  /// Every rank of `ranks` makes one, at the same time; longer messages go in pieces of
  /// `message_bytes`. Throws InvalidArgument before MPI_Init_thread and after MPI_Finalize, for
  /// MPI_COMM_NULL, for a communicator of two groups, where MPI was promised a program of one
  /// thread, and from another thread than MPI's where it knows only one.
  explicit MpiCommunicator(MPI_Comm ranks, std::size_t message_bytes = most_message_bytes)
      : message_bytes_{checked(message_bytes)}, own_{own(ranks)} {
    MPI_Comm_rank(comm(), &rank_);
    MPI_Comm_size(comm(), &size_);
  }

  /// From 0.
  [[nodiscard]] int rank() const { return rank_; }
  /// At least 1.
  [[nodiscard]] int size() const { return size_; }
  /// Returns when all ranks have called it.
  void barrier() const { MPI_Barrier(comm()); }

  /// The largest of all ranks' values.
  [[nodiscard]] std::int64_t largest(std::int64_t value) const {
    std::int64_t result = value;
    MPI_Allreduce(&value, &result, 1, MPI_INT64_T, MPI_MAX, comm());
    return result;
  }

  /// The bytes of one rank come to all.
  void broadcast(void* data, std::size_t bytes, int from) const {
    for_pieces(bytes, [&](std::size_t first, int count) {
      MPI_Bcast(static_cast<std::byte*>(data) + first, count, MPI_BYTE, from, comm());
    });
  }

  /// As many bytes of each rank come to all, rank by rank.
  void gather(void const* mine, std::size_t bytes, void* all) const {
    if (bytes <= message_bytes_) {
      auto const count = static_cast<int>(bytes);
      MPI_Allgather(mine, count, MPI_BYTE, all, count, MPI_BYTE, comm());
      return;
    }
    auto const part_of = [&](int rank) {
      return static_cast<std::byte*>(all) + static_cast<std::size_t>(rank) * bytes;
    };
    std::copy_n(static_cast<std::byte const*>(mine), bytes, part_of(rank_));
    for (int rank = 0; rank < size_; ++rank) broadcast(part_of(rank), bytes, rank);
  }

  /// Messages that are to be exchanged.
  class Exchange {
   public:
    /// Waits until all messages of this rank have come and gone.
    void run() {
      requests_.clear();
      for (auto const& piece : received_) {
        MPI_Irecv(piece.data, piece.count, MPI_BYTE, piece.rank, tag, comm(),
                  &requests_.emplace_back());
      }
      for (auto const& piece : sent_) {
        MPI_Isend(piece.data, piece.count, MPI_BYTE, piece.rank, tag, comm(),
                  &requests_.emplace_back());
      }
      // Room was made before: nothing is allocated here.
      MPI_Waitall(static_cast<int>(requests_.size()), requests_.data(), MPI_STATUSES_IGNORE);
    }

   private:
    friend MpiCommunicator;
    static constexpr int tag = 0;
    template <class Data>
    struct Piece {
      Data* data;
      int count;
      int rank;
    };

    explicit Exchange(std::shared_ptr<MPI_Comm const> own) : own_{std::move(own)} {}
    [[nodiscard]] MPI_Comm comm() const { return *own_; }

    std::shared_ptr<MPI_Comm const> own_;
    std::vector<Piece<void const>> sent_;
    std::vector<Piece<void>> received_;
    std::vector<MPI_Request> requests_;
  };

  /// Messages of this rank, which stay where they are until the exchange has run. Throws
  /// InvalidArgument for ranks that do not exist and for messages to itself, and std::bad_alloc.
  [[nodiscard]] Exchange exchange(std::vector<SentBytes> const& sent,
                                  std::vector<ReceivedBytes> const& received) const {
    Exchange result{own_};
    for (SentBytes const& message : sent) {
      check_rank(message.to);
      auto const* const data = static_cast<std::byte const*>(message.data);
      for_pieces(message.bytes, [&](std::size_t first, int count) {
        result.sent_.push_back({data + first, count, message.to});
      });
    }
    for (ReceivedBytes const& message : received) {
      check_rank(message.from);
      for_pieces(message.bytes, [&](std::size_t first, int count) {
        result.received_.push_back(
            {static_cast<std::byte*>(message.data) + first, count, message.from});
      });
    }
    std::size_t const pieces = result.sent_.size() + result.received_.size();
    detail::expects(pieces <= std::size_t{std::numeric_limits<int>::max()},
                    "MpiCommunicator: ", pieces, " messages at a time are more than 2^31 - 1");
    result.requests_.reserve(pieces);
    return result;
  }

 private:
  [[nodiscard]] MPI_Comm comm() const { return *own_; }

  static std::size_t checked(std::size_t message_bytes) {
    detail::expects(message_bytes >= 1 && message_bytes <= most_message_bytes,
                    "MpiCommunicator: message_bytes ", message_bytes,
                    " must be from 1 to 2^30, as lengths are ints");
    return message_bytes;
  }

  static std::shared_ptr<MPI_Comm const> own(MPI_Comm ranks) {
    check_environment();
    detail::expects(ranks != MPI_COMM_NULL,
                    "MpiCommunicator: MPI_COMM_NULL has no ranks; a rank that is not to take part "
                    "makes no communicator");
    int has_two_groups = 0;
    MPI_Comm_test_inter(ranks, &has_two_groups);
    detail::expects(has_two_groups == 0,
                    "MpiCommunicator: a communicator between two groups of ranks cannot be used; "
                    "join them by MPI_Intercomm_merge");
    auto made = std::make_unique<MPI_Comm>(MPI_COMM_NULL);
    MPI_Comm_dup(ranks, made.get());
    // What fails in one rank alone must not leave the others waiting.
    MPI_Comm_set_errhandler(*made, MPI_ERRORS_ARE_FATAL);
    return {made.release(), [](MPI_Comm* comm) {
              std::unique_ptr<MPI_Comm> const owned{comm};
              int is_over = 0;
              MPI_Finalized(&is_over);
              if (is_over == 0) MPI_Comm_free(comm);
            }};
  }

  static void check_environment() {
    int has_begun = 0;
    MPI_Initialized(&has_begun);
    detail::expects(has_begun != 0,
                    "MpiCommunicator: MPI has not begun; call MPI_Init_thread with "
                    "MPI_THREAD_FUNNELED or more first");
    int is_over = 0;
    MPI_Finalized(&is_over);
    detail::expects(is_over == 0, "MpiCommunicator: MPI_Finalize was called before");
    int threads = MPI_THREAD_SINGLE;
    MPI_Query_thread(&threads);
    detail::expects(threads != MPI_THREAD_SINGLE,
                    "MpiCommunicator: MPI was promised a program of one thread; call "
                    "MPI_Init_thread with MPI_THREAD_FUNNELED or more instead of MPI_Init");
    int is_main = 0;
    MPI_Is_thread_main(&is_main);
    detail::expects(threads != MPI_THREAD_FUNNELED || is_main != 0,
                    "MpiCommunicator: MPI may be called from the thread of MPI_Init_thread only; "
                    "make it there, or begin MPI with MPI_THREAD_SERIALIZED");
  }

  void check_rank(int rank) const {
    detail::expects(rank >= 0 && rank < size_ && rank != rank_, "MpiCommunicator: rank ", rank_,
                    " of ", size_, " cannot exchange messages with rank ", rank);
  }

  /// Calls `piece(first, count)` for all bytes.
  template <class Call>
  void for_pieces(std::size_t bytes, Call const& piece) const {
    for (std::size_t first = 0; first < bytes; first += message_bytes_) {
      piece(first, static_cast<int>(std::min(message_bytes_, bytes - first)));
    }
  }

  std::size_t message_bytes_;
  std::shared_ptr<MPI_Comm const> own_;
  int rank_ = 0;
  int size_ = 1;
};

}  // namespace pyronn
