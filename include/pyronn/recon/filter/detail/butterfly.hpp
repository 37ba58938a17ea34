// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Fourier transforms of a few complex numbers, in registers.
#include <pyronn/core/config.hpp>

namespace pyronn::detail {

/// A complex number that is loaded and stored by one instruction.
struct alignas(8) Complex {
  float re;
  float im;
};

PYRONN_HOST_DEVICE inline Complex operator+(Complex a, Complex b) {
  return {a.re + b.re, a.im + b.im};
}
PYRONN_HOST_DEVICE inline Complex operator-(Complex a, Complex b) {
  return {a.re - b.re, a.im - b.im};
}
PYRONN_HOST_DEVICE inline Complex operator*(float factor, Complex a) {
  return {factor * a.re, factor * a.im};
}
PYRONN_HOST_DEVICE inline Complex operator*(Complex a, Complex b) {
  return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}
PYRONN_HOST_DEVICE inline Complex times_minus_i(Complex a) { return {a.im, -a.re}; }

/// The discrete Fourier transform of `Radix` numbers, in place: number f becomes the sum over n of
/// number n times e^(-2 pi i f n / Radix).
template <int Radix>
struct Butterfly;

template <>
struct Butterfly<1> {
  static PYRONN_HOST_DEVICE void transform(Complex (&)[1]) {}
};

template <>
struct Butterfly<2> {
  static PYRONN_HOST_DEVICE void transform(Complex (&x)[2]) {
    Complex const first = x[0];
    x[0] = first + x[1];
    x[1] = first - x[1];
  }
};

template <>
struct Butterfly<3> {
  static PYRONN_HOST_DEVICE void transform(Complex (&x)[3]) {
    constexpr float sine = 0.866025404F;  // of 2 pi / 3
    Complex const sum = x[1] + x[2];
    Complex const turned = times_minus_i(sine * (x[1] - x[2]));
    Complex const middle = x[0] - 0.5F * sum;
    x[0] = x[0] + sum;
    x[1] = middle + turned;
    x[2] = middle - turned;
  }
};

template <>
struct Butterfly<4> {
  static PYRONN_HOST_DEVICE void transform(Complex (&x)[4]) {
    Complex even[2] = {x[0], x[2]};
    Complex odd[2] = {x[1], x[3]};
    Butterfly<2>::transform(even);
    Butterfly<2>::transform(odd);
    Complex const turned = times_minus_i(odd[1]);
    x[0] = even[0] + odd[0];
    x[1] = even[1] + turned;
    x[2] = even[0] - odd[0];
    x[3] = even[1] - turned;
  }
};

template <>
struct Butterfly<5> {
  static PYRONN_HOST_DEVICE void transform(Complex (&x)[5]) {
    constexpr float cosines[2] = {0.309016994F, -0.809016994F};  // of 2 pi / 5, 4 pi / 5
    constexpr float sines[2] = {0.951056516F, 0.587785252F};
    Complex const sums[2] = {x[1] + x[4], x[2] + x[3]};
    Complex const differences[2] = {x[1] - x[4], x[2] - x[3]};
    Complex const near = x[0] + cosines[0] * sums[0] + cosines[1] * sums[1];
    Complex const far = x[0] + cosines[1] * sums[0] + cosines[0] * sums[1];
    Complex const near_turned =
        times_minus_i(sines[0] * differences[0] + sines[1] * differences[1]);
    Complex const far_turned = times_minus_i(sines[1] * differences[0] - sines[0] * differences[1]);
    x[0] = x[0] + sums[0] + sums[1];
    x[1] = near + near_turned;
    x[2] = far + far_turned;
    x[3] = far - far_turned;
    x[4] = near - near_turned;
  }
};

template <>
struct Butterfly<8> {
  static PYRONN_HOST_DEVICE void transform(Complex (&x)[8]) {
    constexpr float diagonal = 0.707106781F;  // cosine and sine of pi / 4
    Complex even[4] = {x[0], x[2], x[4], x[6]};
    Complex odd[4] = {x[1], x[3], x[5], x[7]};
    Butterfly<4>::transform(even);
    Butterfly<4>::transform(odd);
    Complex const turned[4] = {
        odd[0], diagonal * Complex{odd[1].re + odd[1].im, odd[1].im - odd[1].re},
        times_minus_i(odd[2]), diagonal * Complex{odd[3].im - odd[3].re, -odd[3].re - odd[3].im}};
    for (int n = 0; n < 4; ++n) {
      x[n] = even[n] + turned[n];
      x[n + 4] = even[n] - turned[n];
    }
  }
};

}  // namespace pyronn::detail
