// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Measures the rates of a streamed call on some of its blocks.
#include <algorithm>
#include <cstddef>
#include <vector>

#include <pyronn/distributed/detail/block_stream.hpp>
#include <pyronn/distributed/detail/stream_cut.hpp>
#include <pyronn/distributed/detail/stream_forecast.hpp>
#include <pyronn/distributed/detail/transfer_probe.hpp>
#include <pyronn/distributed/detail/work_probe.hpp>
#include <pyronn/distributed/stream_rates.hpp>
#include <pyronn/exec/host_array.hpp>

namespace pyronn::detail {

/// A probe of a call's tasks with its slots, which lasts a small share of what the call takes.
template <class Tasks, class Input, class Output>
class StreamProbe {
 public:
  StreamProbe(Tasks const& calls, StreamCut const& cut, Input& input, Output& output)
      : calls_{calls}, cut_{cut}, tasks_{calls.tasks(cut)}, input_{input}, output_{output} {}

  /// `work(task, n, input, output)` queues what the input `n` of a task adds to its output.
  template <class Work>
  StreamRates rates(Work const& work) {
    StreamRates rates;
    TransferProbe transfers{calls_, tasks_, input_, output_};
    transfers.begin(rates);
    // Numbers of a call, which take a device more power than zeros, unless they take long to come.
    HostBlock const& block = tasks_[tasks_.size() / 2].inputs.front();
    if (static_cast<double>(calls_.input_bytes(block)) < most_fill_seconds * rates.input_bytes) {
      input_.fill(0, block);
    }
    WorkProbe blocks{calls_, tasks_, [&](OutputTask const& task, std::size_t n) {
                       work(task, n, input_.take(0, task.inputs[n]), output_.take(0, task.output));
                       input_.wait();
                     }};
    blocks.measure(rates);
    double const call = seconds(rates);
    bool const is_slow = call < 2 * seconds_of_transfers(rates);
    double const at_once = (is_slow ? slow_share : share) * call;
    transfers.measure(std::clamp(share * call, 0.02, 0.5), std::clamp(at_once, 0.03, 3.0), rates);
    input_.give_back(0);
    return rates;
  }

 private:
  /// @{
  /// Of what the call takes.
  static constexpr double share = 0.005;
  static constexpr double slow_share = 0.05;  ///< where calls mostly wait for input and output
  /// @}

  static constexpr double most_fill_seconds = 0.2;

  [[nodiscard]] double seconds(StreamRates const& rates) const {
    StreamForecast forecast{cut_.input.slots, cut_.output.slots, rates.shared};
    return forecast.seconds(tasks_, BlockTimes<Tasks>{calls_, rates});
  }
  [[nodiscard]] double seconds_of_transfers(StreamRates rates) const {
    StreamRates const none;
    rates.updates = none.updates;
    rates.input_elements = none.input_elements;
    rates.output_elements = none.output_elements;
    return seconds(rates);
  }

  Tasks const& calls_;
  StreamCut cut_;
  std::vector<OutputTask> tasks_;
  Input& input_;
  Output& output_;
};

}  // namespace pyronn::detail
