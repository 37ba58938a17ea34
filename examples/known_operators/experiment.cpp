// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "experiment.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <system_error>

#include <ATen/core/dispatch/Dispatcher.h>

#include "../support/picture.hpp"

namespace experiment {
namespace {

using torch::Tensor;

constexpr std::int64_t workspace_limit = 1 << 28;

auto find(std::string const& name) {
  return c10::Dispatcher::singleton().findSchemaOrThrow(("known::" + name).c_str(), "");
}

Tensor angles(int views, double span) {
  return torch::arange(views, torch::kDouble) * (span / views);
}

int number(std::string const& option, std::string const& text, int least) {
  int value = 0;
  char const* const end = text.data() + text.size();
  auto const [rest, error] = std::from_chars(text.data(), end, value);
  if (error == std::errc{} && rest == end && value >= least) return value;
  throw std::invalid_argument(option + " is " + text + "; it must be a whole number, at least " +
                              std::to_string(least));
}

example::Picture picture_of(Tensor const& image) {
  Tensor const values = image.detach().to(torch::kCPU, torch::kFloat).contiguous();
  auto const* const first = values.const_data_ptr<float>();
  return {static_cast<int>(values.size(1)),
          static_cast<int>(values.size(0)),
          {first, first + values.numel()}};
}

}  // namespace

Options read_options(int argc, char** argv, Options options) {
  int const least_size = options.size;
  for (int n = 1; n < argc; n += 2) {
    std::string const name = argv[n];
    if (n + 1 == argc) throw std::invalid_argument(name + " needs a value");
    if (name == "--size") {
      options.size = number(name, argv[n + 1], least_size);
    } else if (name == "--steps") {
      options.steps = number(name, argv[n + 1], 1);
    } else if (name == "--device") {
      options.device = torch::Device(argv[n + 1]);
    } else if (name == "--output") {
      options.output = argv[n + 1];
    } else {
      throw std::invalid_argument("there are --size, --steps, --device and --output, not " + name);
    }
  }
  return options;
}

int run(int argc, char** argv, Options const& defaults, int (*program)(Options const&)) {
  try {
    return program(read_options(argc, argv, defaults));
  } catch (c10::Error const& error) {
    std::fprintf(stderr, "%s\n", error.what_without_backtrace());
    return 2;
  } catch (std::exception const& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 2;
  }
}

Tensor parallel_scan(int views, double span) {
  Tensor const angle = angles(views, span);
  Tensor const outward = torch::stack({angle.cos(), angle.sin()}, -1);
  Tensor const u = torch::stack({-angle.sin(), angle.cos()}, -1);
  return torch::stack({-outward, 0 * outward, u}, 1);
}

Tensor cone_scan(int views, double span, double pixel, double source_distance,
                 double detector_distance) {
  Tensor const angle = angles(views, span);
  Tensor const zero = torch::zeros_like(angle);
  Tensor const outward = torch::stack({angle.cos(), angle.sin(), zero}, -1);
  Tensor const u = torch::stack({-angle.sin(), angle.cos(), zero}, -1);
  Tensor const v = torch::stack({zero, zero, torch::ones_like(angle)}, -1);
  return torch::stack({source_distance * outward, (source_distance - detector_distance) * outward,
                       pixel * u, pixel * v},
                      1);
}

Tensor call(char const* name, Tensor const& input, Tensor const& scan,
            std::vector<std::int64_t> const& output_shape, std::vector<double> const& spacing) {
  using Signature = Tensor(Tensor const&, Tensor const&, c10::SymIntArrayRef, c10::ArrayRef<double>,
                           c10::ArrayRef<double>, c10::ArrayRef<double>, std::int64_t);
  std::vector<c10::SymInt> const shape(output_shape.begin(), output_shape.end());
  return find(name).typed<Signature>().call(input, scan, shape, spacing, {}, {}, workspace_limit);
}

Tensor filter(Tensor const& rows, Tensor const& response) {
  using Signature = Tensor(Tensor const&, Tensor const&, std::int64_t);
  static auto const op = find("filter").typed<Signature>();
  return op.call(rows, response, workspace_limit);
}

Tensor fbp_array(char const* name, Tensor const& scan,
                 std::vector<std::int64_t> const& projections) {
  using Signature = Tensor(Tensor const&, at::IntArrayRef, c10::string_view, c10::string_view);
  return find(name).typed<Signature>().call(scan, projections, "ram_lak", "automatic");
}

void succeed(char const* sentence) {
  if (sentence != nullptr) throw std::invalid_argument(sentence);
}

void write_images(std::filesystem::path const& path, std::vector<Tensor> const& images,
                  double black, double white) {
  std::vector<example::Picture> pictures;
  for (Tensor const& image : images) pictures.push_back(picture_of(image));
  example::write_png(path, example::side_by_side(pictures, static_cast<float>(white)),
                     {black, white});
}

void write_curve(std::filesystem::path const& path, std::vector<double> const& values) {
  constexpr int width = 480;
  constexpr int height = 320;
  constexpr int margin = 10;
  auto const log_at = [&](double place) {
    auto const n = std::min(static_cast<std::size_t>(place), values.size() - 1);
    auto const next = std::min(n + 1, values.size() - 1);
    double const part = place - static_cast<double>(n);
    return (1 - part) * std::log10(values[n]) + part * std::log10(values[next]);
  };
  auto const [least, most] = std::minmax_element(values.begin(), values.end());
  double const range = std::max(std::log10(*most / *least), 1e-12);
  example::Picture picture{width, height, std::vector<float>(width * height, 1.0F)};
  int before = -1;
  for (int column = 0; column < width - 2 * margin; ++column) {
    double const place = static_cast<double>(values.size() - 1) * column / (width - 2 * margin - 1);
    double const part = (log_at(place) - std::log10(*least)) / range;
    int const row = margin + static_cast<int>(std::lround((1 - part) * (height - 2 * margin - 1)));
    if (before < 0) before = row;
    for (int y = std::min(row, before); y < std::max(row, before) + 2; ++y) {
      picture.pixels[static_cast<std::size_t>(y * width + margin + column)] = 0;
    }
    before = row;
  }
  example::write_png(path, picture, {0, 1});
}

void Checks::at_most(char const* what, double value, double bound) {
  bool const passed = value <= bound;
  failed_ = failed_ || !passed;
  std::printf("%s: %.5f (at most %.5f)%s\n", what, value, bound, passed ? "" : " FAILED");
}

}  // namespace experiment
