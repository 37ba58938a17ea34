// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "device_choice.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "bad_input.hpp"
#include "typed_numbers.hpp"

namespace example {

std::vector<int> device_numbers(std::string const& text) {
  std::vector<int> numbers;
  if (text == "all") return numbers;
  constexpr NumberRange range{0, 1023, false, true};
  for (std::size_t begin = 0; begin <= text.size();) {
    std::size_t const end = std::min(text.find(',', begin), text.size());
    std::string const word = text.substr(begin, end - begin);
    if (!range.complaint(word).empty()) {
      throw BadInput("--devices: '" + text + "' must be all, or numbers of GPUs, as 0,1");
    }
    int const number = static_cast<int>(*typed_number(word));
    if (std::find(numbers.begin(), numbers.end(), number) != numbers.end()) {
      throw BadInput("--devices: " + word + " is named twice");
    }
    numbers.push_back(number);
    begin = end + 1;
  }
  return numbers;
}

namespace {

/// Says why the CPU will not do, if it was not left open.
std::vector<Device> no_devices(Options const& options) {
  char const* const none = "there is no CUDA device, or no CUDA in this build";
  if (!options.devices.empty()) throw BadInput(std::string{"--devices: "} + none);
  if (options.executor == "cuda") throw BadInput(std::string{"--executor: cuda, but "} + none);
  if (!options.device_memory.empty()) {
    throw BadInput(std::string{"--device-memory: is of no use without a GPU; "} + none +
                   ", and --host-memory limits what cores take");
  }
  return {};
}

}  // namespace

std::vector<Device> choose_devices(Options const& options) {
  if (options.executor == "cpu") return {};
  int const all = cuda_device_count();
  if (all == 0) return no_devices(options);
  auto numbers = device_numbers(options.devices.empty() ? "0" : options.devices);
  for (int n = 0; options.devices == "all" && n < all; ++n) numbers.push_back(n);
  if (numbers.size() > 1 && options.method.is_iterative()) {
    throw BadInput("--devices: " + options.method.name + " works on one GPU alone; name one");
  }
  std::vector<Device> devices;
  for (int const number : numbers) {
    if (number >= all) {
      throw BadInput("--devices: " + std::to_string(number) + ", but CUDA's are " +
                     (all == 1 ? "0 alone" : "0 to " + std::to_string(all - 1)));
    }
    devices.push_back(cuda_device(number));
    if (devices.back().name.empty()) return no_devices(options);
  }
  return devices;
}

}  // namespace example
