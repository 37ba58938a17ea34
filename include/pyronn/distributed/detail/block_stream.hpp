// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// BlockStream: blocks of an input that come, blocks of an output that go, and the work between.
#include <cstddef>
#include <exception>
#include <future>
#include <mutex>
#include <vector>

#include <pyronn/distributed/detail/slot_turns.hpp>
#include <pyronn/exec/host_array.hpp>

namespace pyronn::detail {

/// A block of the output and the blocks of the input that it is made of, in order.
struct OutputTask {
  HostBlock output;
  std::vector<HostBlock> inputs;
};

/// Runs tasks in slots, on three threads: one fills input slots, the caller's queues the work, and
/// one brings output slots to the host. An input that is that of the work before stays where it is.
template <class Input, class Output>
class BlockStream {
 public:
  BlockStream(Input& input, int input_slots, Output& output, int output_slots)
      : input_{input},
        output_{output},
        coming_{input_slots},
        going_{output_slots},
        num_input_{input_slots},
        num_output_{output_slots} {}

  /// `work(task, n, input, output)` queues what the input `n` of a task adds to its output. Returns
  /// when all is done. Throws what a thread threw first; nothing is under way then, either.
  template <class Work>
  void run(std::vector<OutputTask> const& tasks, Work const& work) {
    auto filling = std::async(std::launch::async, [&] { guarded([&] { fill(tasks); }); });
    auto bringing = std::async(std::launch::async, [&] { guarded([&] { bring(tasks); }); });
    guarded([&] { make(tasks, work); });
    filling.get();
    bringing.get();
    guarded([&] { input_.wait(); });
    guarded([&] { output_.wait(); });
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  /// Keeps the first exception and stops all threads.
  template <class Step>
  void guarded(Step const& step) {
    try {
      step();
    } catch (...) {
      {
        std::lock_guard<std::mutex> const lock{failing_};
        if (!failure_) failure_ = std::current_exception();
      }
      coming_.stop();
      going_.stop();
    }
  }

  void fill(std::vector<OutputTask> const& tasks) {
    HostBlock const* last = nullptr;
    int slot = 0;
    for (OutputTask const& task : tasks) {
      for (HostBlock const& block : task.inputs) {
        if (last != nullptr && block == *last) continue;
        if (!coming_.await_empty()) return;
        input_.fill(slot, block);
        coming_.filled();
        slot = (slot + 1) % num_input_;
        last = &block;
      }
    }
  }

  template <class Work>
  void make(std::vector<OutputTask> const& tasks, Work const& work) {
    HostBlock const* last = nullptr;
    int from = num_input_ - 1;
    int to = 0;
    for (OutputTask const& task : tasks) {
      if (!going_.await_empty()) return;
      auto const output = output_.take(to, task.output);
      for (std::size_t n = 0; n < task.inputs.size(); ++n) {
        HostBlock const& block = task.inputs[n];
        if (last == nullptr || !(block == *last)) {
          if (last != nullptr) give_back(from);
          if (!coming_.await_full()) return;
          from = (from + 1) % num_input_;
          last = &block;
        }
        work(task, n, input_.take(from, block), output);
      }
      output_.made(to);
      going_.filled();
      to = (to + 1) % num_output_;
    }
  }
  void give_back(int slot) {
    input_.give_back(slot);
    coming_.emptied();
  }

  void bring(std::vector<OutputTask> const& tasks) {
    int slot = 0;
    for (OutputTask const& task : tasks) {
      if (!going_.await_full()) return;
      output_.bring(slot, task.output);
      going_.emptied();
      slot = (slot + 1) % num_output_;
    }
  }

  Input& input_;
  Output& output_;
  SlotTurns coming_;
  SlotTurns going_;
  int num_input_;
  int num_output_;
  std::mutex failing_;
  std::exception_ptr failure_;
};

}  // namespace pyronn::detail
