// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What the experiments begin with, as arrays of float32 in C order: phantoms, and what filtered
/// backprojection multiplies with. The functions have C names, so that Python calls them too; they
/// return null, or a sentence on what is wrong, which the thread's next call overwrites.
#include <cstdint>

extern "C" {

/// The three-dimensional head of Shepp and Logan, skull 1, brain 0.2, in a cube of `size` voxels.
[[gnu::visibility("default")]] char const* known_head_3d(int size, float* values);
/// Its plane, in a square of `size` pixels.
[[gnu::visibility("default")]] char const* known_head_2d(int size, float* values);

/// Discs of value 1 in the middle of squares of `size` pixels, with these radii [pixels]: (count,
/// y, x). Pixels at edges have the part of their area that is covered.
[[gnu::visibility("default")]] char const* known_discs(int size, int count, double const* radii,
                                                       float* values);
/// Rectangles of value 1 and of any direction, within the largest disc of the square.
[[gnu::visibility("default")]] char const* known_rectangles(int size, int count, std::uint32_t seed,
                                                            float* values);

/// Scenes of eight ellipses and rectangles each, which add up, with values from 0.1 to 1: (count,
/// y, x). Scene n is that of seed + n.
[[gnu::visibility("default")]] char const* known_scenes(int size, int count, std::uint32_t seed,
                                                        float* values);

/// Weights of a cone-beam scan, (views, v, u), and the Ram-Lak response of its rows, of which the
/// length is known_response_length(u). `scan` is (views, 4, 3), as GeometryTensor has it.
[[gnu::visibility("default")]] char const* known_fdk_arrays(double const* scan, int views, int v,
                                                            int u, float* weights, float* response);
/// Values in a response for rows of so many pixels, 0 where there is none.
[[gnu::visibility("default")]] int known_response_length(int u);
}
