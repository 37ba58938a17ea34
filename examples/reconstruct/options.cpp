// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "options.hpp"

#include <cmath>
#include <iterator>

#include <pyronn/core/math.hpp>
#include <pyronn/recon/fbp/option_names.hpp>
#include <pyronn/scan/row_extension.hpp>

#include "bad_input.hpp"
#include "typed_numbers.hpp"

namespace example {

pyronn::FbpOptions Options::fbp_options() const {
  return {pyronn::filter_window_of(window), pyronn::redundancy_of(redundancy)};
}

pyronn::GivenOfScan Options::given() const {
  pyronn::GivenOfScan given;
  given.axis_column = axis_column();
  given.roll = roll_angle();
  if (rotation == "clockwise") given.rotation = pyronn::Rotation::clockwise;
  if (rotation == "counter_clockwise") given.rotation = pyronn::Rotation::counter_clockwise;
  if (!pixel_mm.empty()) given.pixel = pyronn::Vec2d{pixel_mm.front(), pixel_mm.back()};
  given.source_isocenter = source_isocenter_mm;
  given.source_detector = source_detector_mm;
  given.full_intensity = full_intensity;
  return given;
}

namespace {

/// A number, or nothing where `text` is file or auto.
std::optional<double> number_or_word(std::string const& option, std::string const& text,
                                     std::string const& what) {
  if (text == "file" || text == "auto") return std::nullopt;
  auto const number = typed_number(text);
  if (!number) throw BadInput(option + ": '" + text + "' must be file, auto or " + what);
  return number;
}

}  // namespace

std::optional<double> Options::axis_column() const {
  return number_or_word("--center", center, "a column");
}

std::optional<double> Options::roll_angle() const {
  auto angle = number_or_word("--roll", roll, "an angle in degrees");
  if (angle) *angle *= pyronn::pi / 180;
  return angle;
}

MemoryLimits Options::memory_limits(std::size_t device_free_bytes) const {
  auto const programs = static_cast<std::size_t>(programs_on_machine);
  return {host_memory.empty() ? usual_host_memory() / programs
                              : parse_bytes("--host-memory", host_memory),
          device_memory.empty() ? device_free_bytes / 10 * 9
                                : parse_bytes("--device-memory", device_memory),
          parse_bytes("--workspace", workspace)};
}

namespace {

/// What the option says, or what it calls the file's.
std::vector<double> hardening_numbers(std::vector<std::string> const& words) {
  std::vector<double> numbers;
  for (std::string const& word : words) {
    auto const number = typed_number(word);
    if (!number) throw BadInput("--hardening: '" + word + "' must be a number, or file alone");
    numbers.push_back(*number);
  }
  return numbers;
}

/// Throws BadInput for what makes no line integral of one.
pyronn::HardeningPolynomial polynomial_of(std::string const& name,
                                          std::vector<double> const& numbers) {
  pyronn::HardeningPolynomial polynomial;
  if (numbers.size() > std::size(polynomial.a)) {
    throw BadInput(name + ": " + std::to_string(numbers.size()) + " coefficients; 5 at most");
  }
  std::fill(std::begin(polynomial.a), std::end(polynomial.a), 0.0);
  std::copy(numbers.begin(), numbers.end(), polynomial.a);
  constexpr double most = 1e6;
  constexpr double least = 1e-6;  // of what floating point tells from nothing
  double first = 0;               // of the powers
  for (int i = 0; i < 5; ++i) {
    double const a = polynomial.a[i];
    if (!(std::abs(a) <= most)) {
      throw BadInput(name + ": " + number_text(a) + " is no coefficient of a0 + a1 p + a2 p^2 + " +
                     "..., p a line integral; they are at most " + number_text(most));
    }
    if (i > 0 && first == 0 && std::abs(a) >= least) first = a;
  }
  if (first > 0) return polynomial;
  throw BadInput(name + ": a0 + a1 p + a2 p^2 + ... of line integrals p " +
                 (first < 0 ? "falls where p grows" : "is the same for all p") +
                 "; 0 1 0.02, as an example, adds a fiftieth of p^2");
}

/// Of the option's words, or where it says so of the scan's file.
pyronn::HardeningPolynomial hardening_polynomial(std::vector<std::string> const& words,
                                                 std::vector<double> const& of_file) {
  if (words.size() > 1 || words.front() != "file") {
    return polynomial_of("--hardening", hardening_numbers(words));
  }
  if (of_file.empty()) throw BadInput("--hardening: file, which names no coefficients");
  return polynomial_of("--hardening: file", of_file);
}

}  // namespace

Corrections Options::corrections(pyronn::Scan const& of) const {
  Corrections result;
  result.repairs_pixels = repair.has_value();
  if (zingers) result.zingers = pyronn::ZingerOptions{*zingers};
  if (rings) result.stripes = pyronn::StripeOptions{*rings};
  if (!hardening.empty()) result.hardening = hardening_polynomial(hardening, of.hardening);
  if (extension) {
    int const columns = of.detector_size()[0];
    int const more = *extension == 0 ? pyronn::RowExtension::of(columns).before : *extension;
    if (more > 4 * columns) {
      throw BadInput("--extend: " + std::to_string(more) + " columns are more than four times " +
                     std::to_string(columns));
    }
    result.extension =
        of.circle ? pyronn::row_extension(*of.circle, more) : pyronn::RowExtension{more, more};
  }
  result.water = water;
  return result;
}

std::optional<GreyWindow> Options::grey_window() const {
  if (grey.empty()) return std::nullopt;
  return GreyWindow{grey[0], grey[1]};
}

std::vector<std::pair<std::string, std::filesystem::path const*>> Options::pictures() const {
  return {{"--png", &png},
          {"--sinogram-png", &sinogram_png},
          {"--axis-png", &axis_png},
          {"--convergence-png", &method.convergence_png}};
}

}  // namespace example
