// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
// What dlpack_numpy.py calls: arrays that come in, and one that goes out.
#include <algorithm>
#include <cstring>
#include <exception>
#include <memory>
#include <string>
#include <vector>

#include <pyronn/interop/dlpack.hpp>

namespace {

using namespace pyronn;

int arrays_lent = 0;

/// Calls `work` and copies what it says, or the sentence of an exception; returns whether it threw.
template <class Work>
int say(char* text, int size, Work const& work) {
  std::string said;
  bool threw = false;
  try {
    said = work();
  } catch (std::exception const& error) {
    said = error.what();
    threw = true;
  }
  auto const length = std::min(said.size(), static_cast<std::size_t>(size) - 1);
  std::memcpy(text, said.data(), length);
  text[length] = '\0';
  return threw ? 1 : 0;
}

template <class Managed>
dlpack::ImportedTensor import_from(void* managed) {
  return dlpack::ImportedTensor{static_cast<Managed*>(managed)};
}

std::string doubled(dlpack::ImportedTensor const& imported) {
  auto const array = imported.array<float, 2>("doubled");
  for (std::int64_t n = 0; n < array.count(); ++n) array.data[n] *= 2;
  return detail::message(array.extents);
}

template <class T>
std::string summed(dlpack::ImportedTensor const& imported) {
  auto const array = imported.array<T const, 2>("summed");
  double sum = 0;
  for (std::int64_t n = 0; n < array.count(); ++n) sum += static_cast<double>(array.data[n]);
  return detail::message(sum);
}

}  // namespace

extern "C" {

int doubled(void* managed, int versioned, char* text, int size) {
  return say(text, size, [&] {
    return doubled(versioned != 0 ? import_from<dlpack::ManagedTensorVersioned>(managed)
                                  : import_from<dlpack::ManagedTensor>(managed));
  });
}

int summed(void* managed, char const* type, char* text, int size) {
  return say(text, size, [&] {
    auto const imported = import_from<dlpack::ManagedTensorVersioned>(managed);
    if (std::strcmp(type, "float64") == 0) return summed<double>(imported);
    if (std::strcmp(type, "int64") == 0) return summed<std::int64_t>(imported);
    if (std::strcmp(type, "uint8") == 0) return summed<std::uint8_t>(imported);
    if (std::strcmp(type, "float16") == 0) return summed<Half>(imported);
    return summed<float>(imported);
  });
}

/// 0, 1, ... of shape (2, 3), which NumPy owns from then on; of the older kind it may write it.
void* lend(int versioned, int read_only) {
  auto const owner = std::shared_ptr<std::vector<float>>(new std::vector<float>{0, 1, 2, 3, 4, 5},
                                                         [](std::vector<float>* values) {
                                                           --arrays_lent;
                                                           delete values;
                                                         });
  ++arrays_lent;
  ArrayView<float, 2> const array{owner->data(), {3, 2}};
  dlpack::Device const cpu{dlpack::Device::cpu, 0};
  if (versioned == 0) return dlpack::export_legacy(array, cpu, owner);
  if (read_only != 0) return dlpack::export_versioned(detail::read_only(array), cpu, owner);
  return dlpack::export_versioned(array, cpu, owner);
}

int lent() { return arrays_lent; }
}
