// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// BlockStream: blocks of an input that come, blocks of an output that go, and the work between.
#include <future>
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
/// one brings output slots to the host. `work(task, n, input, output)` queues what the input `n` of
/// a task adds to its output. Where `keeps_input` all tasks have one input, which is brought once.
template <class Input, class Output>
class BlockStream {
 public:
  BlockStream(Input& input, int input_slots, Output& output, int output_slots, bool keeps_input)
      : input_{input},
        output_{output},
        coming_{input_slots},
        going_{output_slots},
        num_input_{input_slots},
        num_output_{output_slots},
        keeps_input_{keeps_input} {}

  /// Returns when all is done. Throws what a thread threw first; nothing is under way then, either.
  template <class Work>
  void run(std::vector<OutputTask> const& tasks, Work const& work) {
    auto filling = std::async(std::launch::async, [&] { guarded([&] { fill(tasks); }); });
    auto bringing = std::async(std::launch::async, [&] { guarded([&] { bring(tasks); }); });
    guarded([&] { make(tasks, work); });
    filling.get();
    bringing.get();
    input_.wait();
    output_.wait();
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
    int n = 0;
    for (OutputTask const& task : tasks) {
      for (HostBlock const& block : task.inputs) {
        if (!coming_.await_empty()) return;
        input_.fill(n++ % num_input_, block);
        coming_.filled();
        if (keeps_input_) return;
      }
    }
  }

  template <class Work>
  void make(std::vector<OutputTask> const& tasks, Work const& work) {
    int n = 0;
    int slot = 0;
    if (keeps_input_ && !coming_.await_full()) return;
    for (OutputTask const& task : tasks) {
      if (!going_.await_empty()) return;
      auto const output = output_.take(slot, task.output);
      for (std::size_t k = 0; k < task.inputs.size(); ++k) {
        if (!keeps_input_ && !coming_.await_full()) return;
        int const from = n++ % num_input_;
        work(task, k, input_.take(keeps_input_ ? 0 : from, task.inputs[k]), output);
        if (keeps_input_) continue;
        input_.give_back(from);
        coming_.emptied();
      }
      output_.made(slot);
      going_.filled();
      slot = (slot + 1) % num_output_;
    }
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
  bool keeps_input_;
  std::mutex failing_;
  std::exception_ptr failure_;
};

}  // namespace pyronn::detail
