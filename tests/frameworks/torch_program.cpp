// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
// A C++ program that loads the library of operators, without Python: torch_program LIBRARY.
#include <cmath>
#include <cstdio>
#include <vector>

#include <ATen/ATen.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <dlfcn.h>
#include <torch/csrc/autograd/autograd.h>

namespace {

at::Tensor circular_fan(int views) {
  at::Tensor const angle = at::arange(views, at::kDouble) * (2 * 3.14159265358979 / views);
  at::Tensor const outward = at::stack({angle.cos(), angle.sin()}, -1);
  at::Tensor const u = at::stack({-angle.sin(), angle.cos()}, -1);
  return at::stack({40 * outward, -40 * outward, 3 * u}, 1);
}

at::Tensor fan(at::Tensor const& x, at::Tensor const& geometry) {
  using Signature =
      at::Tensor(at::Tensor const&, at::Tensor const&, c10::SymIntArrayRef, c10::ArrayRef<double>,
                 c10::ArrayRef<double>, c10::ArrayRef<double>, std::int64_t);
  static auto const op =
      c10::Dispatcher::singleton().findSchemaOrThrow("ct::fan", "").typed<Signature>();
  std::vector<c10::SymInt> const shape{6, 7};
  std::vector<double> const spacing{1, 1};
  return op.call(x, geometry, shape, spacing, {}, {}, 1 << 20);
}

bool near(at::Tensor const& a, at::Tensor const& b, char const* what) {
  double const error = ((a - b).norm() / b.norm()).item<double>();
  std::printf("%s: %.1e\n", what, error);
  return error < 1e-5;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2 || dlopen(argv[1], RTLD_NOW) == nullptr) {
    std::printf("%s\n", argc == 2 ? dlerror() : "torch_program LIBRARY");
    return 1;
  }
  at::Tensor const geometry = circular_fan(6);
  at::Tensor const x = at::randn({2, 5, 6}).requires_grad_();
  at::Tensor const y = fan(x, geometry);
  at::Tensor const t = at::randn({2, 5, 6});
  auto const gradient = torch::autograd::grad({y.pow(3).sum()}, {x}, {}, true, true)[0];
  auto const second = torch::autograd::grad({(gradient * t).sum()}, {x})[0];
  at::Tensor const of_t = fan(t, geometry).detach();
  // <grad, t> = <3 y^2, A t>, and its gradient A' (6 y A t) has <., t> = <6 y, (A t)^2>.
  at::NoGradGuard const no_grad;
  bool const first_right =
      near((gradient * t).sum(), (3 * y.pow(2) * of_t).sum(), "first derivative");
  bool const second_right =
      near((second * t).sum(), (6 * y * of_t.pow(2)).sum(), "second derivative");
  try {
    fan(x, geometry.narrow(0, 0, 3));
    std::printf("three views were taken for six\n");
    return 1;
  } catch (c10::Error const& error) {
    std::printf("refused: %s\n", error.what_without_backtrace());
  } catch (std::exception const& error) {
    std::printf("refused: %s\n", error.what());
  }
  return first_right && second_right ? 0 : 1;
}
