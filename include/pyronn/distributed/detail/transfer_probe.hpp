// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Measures how fast blocks of a streamed call come and go.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <future>
#include <utility>
#include <vector>

#include <pyronn/distributed/detail/block_stream.hpp>
#include <pyronn/distributed/stream_rates.hpp>
#include <pyronn/exec/host_array.hpp>

namespace pyronn::detail {

/// The time since it was made.
class SecondsSince {
 public:
  [[nodiscard]] double operator()() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
  }

 private:
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

/// Some planes of blocks at a time, one block after the other, from the first again behind the
/// last.
class Pieces {
 public:
  Pieces(std::vector<HostBlock> blocks, std::int64_t row_bytes)
      : blocks_{std::move(blocks)}, row_bytes_{row_bytes} {}

  [[nodiscard]] HostBlock next() {
    HostBlock const& block = blocks_[block_];
    std::int64_t const plane = row_bytes_ * block.num_rows;
    int const planes = static_cast<int>(
        std::clamp<std::int64_t>(usual_bytes / plane, 1, block.num_planes - done_));
    HostBlock const piece{block.first_plane + done_, planes, block.first_row, block.num_rows};
    done_ += planes;
    if (done_ == block.num_planes) {
      done_ = 0;
      block_ = (block_ + 1) % blocks_.size();
    }
    return piece;
  }
  [[nodiscard]] std::int64_t bytes(HostBlock const& piece) const {
    return row_bytes_ * piece.num_rows * piece.num_planes;
  }

 private:
  static constexpr std::int64_t usual_bytes = std::int64_t{64} << 20;

  std::vector<HostBlock> blocks_;
  std::int64_t row_bytes_;
  std::size_t block_ = 0;
  int done_ = 0;
};

/// Moves pieces one way: `way.queue(piece)` moves one or queues that, and `way.wait()` returns when
/// nothing is under way.
template <class Way>
class Transfer {
 public:
  Transfer(Pieces pieces, Way way) : pieces_{std::move(pieces)}, way_{way} {}

  /// Moves one piece and then another.
  void begin() {
    move(1);
    SecondsSince const seconds;
    std::int64_t const bytes = move(1);
    rate_ = static_cast<double>(bytes) / seconds();
  }
  /// What goes on in the second half of about so many seconds, as memory in front of disks fills
  /// up.
  void measure(double longest) {
    constexpr double batches = 16;
    constexpr double most_bytes = 0x1p28;
    auto const batch =
        static_cast<std::int64_t>(std::clamp(rate_ * longest / batches, 1.0, most_bytes));
    SecondsSince const seconds;
    double now = 0;
    double half = 0;
    std::int64_t bytes = 0;
    std::int64_t bytes_of_half = 0;
    while ((now = seconds()) < longest) {
      if (bytes_of_half == 0 && now > longest / 2) {
        half = now;
        bytes_of_half = bytes;
      }
      bytes += move(batch);
    }
    rate_ = static_cast<double>(bytes - bytes_of_half) / (now - half);
  }
  /// As it was last [bytes/s].
  [[nodiscard]] double rate() const { return rate_; }

 private:
  /// Moves so many bytes, or a piece more.
  std::int64_t move(std::int64_t least) {
    std::int64_t bytes = 0;
    while (bytes < least) {
      HostBlock const piece = pieces_.next();
      way_.queue(piece);
      bytes += pieces_.bytes(piece);
    }
    way_.wait();
    return bytes;
  }

  Pieces pieces_;
  Way way_;
  double rate_ = 0;
};

/// Input and output of a streamed call, through a slot of each.
template <class Tasks, class Input, class Output>
class TransferProbe {
 public:
  TransferProbe(Tasks const& calls, std::vector<OutputTask> const& tasks, Input& input,
                Output& output)
      : input_{Pieces{inputs_of(tasks), calls.input_bytes({0, 1, 0, 1})}, Fill{input}},
        output_{Pieces{outputs_of(tasks), calls.output_bytes({0, 1, 0, 1})}, Bring{output}} {
    output.take(0, tasks.front().output);
    output.made(0);
  }

  /// Sets rates that a few pieces have.
  void begin(StreamRates& rates) {
    input_.begin();
    output_.begin();
    rates.input_bytes = input_.rate();
    rates.output_bytes = output_.rate();
  }
  /// Sets rates: for so long each alone, and then both at once.
  void measure(double alone, double at_once, StreamRates& rates) {
    input_.measure(alone);
    output_.measure(alone);
    rates.input_bytes = input_.rate();
    rates.output_bytes = output_.rate();
    {
      auto going = std::async(std::launch::async, [&] { output_.measure(at_once); });
      input_.measure(at_once);
      going.get();
    }
    double const of_input = input_.rate() / rates.input_bytes;
    double const of_output = output_.rate() / rates.output_bytes;
    // In a second they do together what takes so much of a second one after the other.
    double const together = of_input + of_output;
    double const longer = std::max(of_input, of_output);
    if (longer > 1) {
      rates.shared = 0;
    } else if (together < 1) {
      rates.shared = 1;
      rates.input_bytes *= together;
      rates.output_bytes *= together;
    } else {
      rates.shared = (1 - longer) / (together - longer);
    }
  }

 private:
  struct Fill {
    Input& slots;
    void queue(HostBlock const& piece) const { slots.fill(0, piece); }
    void wait() const { slots.wait(); }
  };
  struct Bring {
    Output& slots;
    void queue(HostBlock const& piece) const { slots.bring(0, piece); }
    void wait() const { slots.wait(); }
  };

  static std::vector<HostBlock> inputs_of(std::vector<OutputTask> const& tasks) {
    std::vector<HostBlock> blocks;
    for (OutputTask const& task : tasks) {
      blocks.insert(blocks.end(), task.inputs.begin(), task.inputs.end());
    }
    return blocks;
  }
  static std::vector<HostBlock> outputs_of(std::vector<OutputTask> const& tasks) {
    std::vector<HostBlock> blocks;
    blocks.reserve(tasks.size());
    for (OutputTask const& task : tasks) blocks.push_back(task.output);
    return blocks;
  }

  Transfer<Fill> input_;
  Transfer<Bring> output_;
};

}  // namespace pyronn::detail
