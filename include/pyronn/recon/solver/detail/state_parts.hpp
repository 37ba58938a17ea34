// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a solver's state is made of, as its visit_state tells it.
#include <cstddef>
#include <cstdint>
#include <limits>
#include <locale>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include <pyronn/core/error.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/buffer.hpp>
#include <pyronn/exec/vector_operations.hpp>
#include <pyronn/io/detail/text_numbers.hpp>
#include <pyronn/recon/solver/detail/scalar_steps.hpp>

namespace pyronn::detail {

/// What the text of a state begins with, before the version.
inline constexpr char const* state_title = "pyronn solver state ";
/// 2 since marks of data and of the map are kept, 3 since numbers have as many digits as they need.
inline constexpr int state_version = 3;

/// The number in the fewest digits, of 15 and more, that are read as the same one.
inline std::string exact_text(double number) {
  for (int digits = std::numeric_limits<double>::digits10;; ++digits) {
    std::ostringstream out;
    out.exceptions(std::ios::badbit);
    out.imbue(std::locale::classic());
    out.precision(digits);
    out << number;
    bool const has_all = digits == std::numeric_limits<double>::max_digits10;
    if (has_all || parse_number(out.str()) == number) return out.str();
  }
}

/// Memory of an executor.
struct StateMemory {
  std::byte* data;
  std::size_t bytes;
};

/// Gathers the parts: lines of text that must be the same for whoever goes on from a state, and
/// where its numbers and arrays lie.
template <class Executor>
class StateParts {
 public:
  StateParts() {
    text_.imbue(std::locale::classic());
    text_ << state_title << state_version << '\n';
  }

  /// The solver's name, and what can be said of its problem.
  template <class System>
  void system(System const& system) {
    auto const& problem = system.problem();
    using Image = typename System::Image;
    using Ray = typename System::Ray;
    name_ = system.name();
    ray_bytes_ = sizeof(Ray);
    image_.bytes = static_cast<std::size_t>(problem.map.domain().count()) * sizeof(Image);
    line("solver", system.name());
    line("image", message(problem.map.domain(), " of ", sizeof(Image), " bytes"));
    line("rays", message(problem.map.range(), " of ", sizeof(Ray), " bytes"));
    line("weights", problem.weights.data == nullptr ? "no" : "yes");
    line("mask", problem.mask.data == nullptr ? "no" : "yes");
    option("lower bound", problem.bounds.lower);
    option("upper bound", problem.bounds.upper);
  }
  /// What iterations do, if the name does not tell it.
  void option(char const* name, double value) { line(name, exact_text(value)); }
  /// The same for a number on each axis, where they are given.
  void option(char const* name, std::optional<Vec3d> const& value) {
    text_ << name;
    if (!value.has_value()) text_ << " that of the map";
    for (int axis = 0; value.has_value() && axis < 3; ++axis) {
      text_ << ' ' << exact_text((*value)[axis]);
    }
    text_ << '\n';
  }
  /// The order of subsets, by a hash of it.
  void order(std::vector<int> const& order) {
    std::uint64_t hash = 14695981039346656037U;
    for (int const subset : order) {
      hash = (hash ^ static_cast<std::uint64_t>(subset)) * 1099511628211U;
    }
    line("subsets", message(order.size(), ", in the order with the hash ", hash));
  }
  /// The image that iterations change; an empty view before the start.
  template <class Image>
  void image(Image& image) {
    image_.data = reinterpret_cast<std::byte*>(image.data);
  }
  /// Memory of the executor, of which all is kept.
  void memory(Buffer<std::byte, Executor> const& memory) {
    line("memory", memory.size());
    memory_.push_back({memory.data(), memory.size()});
  }
  /// A number in the host's memory.
  void number(double& value) { numbers_.push_back(&value); }

  [[nodiscard]] char const* name() const { return name_; }
  [[nodiscard]] std::size_t ray_bytes() const { return ray_bytes_; }
  [[nodiscard]] std::string text() const { return text_.str() + "\n"; }
  [[nodiscard]] StateMemory image() const { return image_; }
  [[nodiscard]] std::vector<StateMemory> const& memory() const { return memory_; }
  [[nodiscard]] std::vector<double*> const& numbers() const { return numbers_; }

 private:
  template <class Value>
  void line(char const* name, Value const& value) {
    text_ << name << ' ' << value << '\n';
  }

  char const* name_ = "";
  std::size_t ray_bytes_ = 0;
  std::ostringstream text_;
  StateMemory image_{};
  std::vector<StateMemory> memory_;
  std::vector<double*> numbers_;
};

/// Looks at none of the parts; whoever looks at one of them has a member of that name.
template <class Executor>
class StateVisitor {
 public:
  template <class System>
  void system(System&) {}
  template <class Option>
  void option(char const*, Option const&) {}
  void order(std::vector<int> const&) {}
  template <class Image>
  void image(Image&) {}
  void memory(Buffer<std::byte, Executor> const&) {}
  void number(double&) {}
};

/// Takes a solver's image away, so that it must be started.
template <class Executor>
class StateWithoutImage : public StateVisitor<Executor> {
 public:
  template <class Image>
  void image(Image& image) {
    image = {};
  }
};

/// Gives a solver an image, where its problem can be solved.
template <class Executor, class NewImage>
class StateImage : public StateVisitor<Executor> {
 public:
  StateImage(Executor const& executor, NewImage image) : number_{executor, 1}, image_{image} {}

  /// As start() of solvers.
  template <class System>
  void system(System& system) {
    fill(system.executor(), image_, 0);
    system.check(image_, number_.data());
  }
  template <class Image>
  void image(Image& image) {
    image = image_;
  }

 private:
  Buffer<double, Executor> number_;
  NewImage image_;
};

}  // namespace pyronn::detail
