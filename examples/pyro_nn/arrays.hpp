// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// How functions are shown to Python's ctypes, and how they fail.
#include <exception>
#include <new>
#include <string>

#include <pyronn/core/error.hpp>

#define PYRONN_NAMES extern "C" __attribute__((visibility("default")))

/// What the last function of this thread that failed has to say.
std::string& last_error();

/// Runs a function: 0, or 1 for an invalid argument, 2 where memory ran out, 3 for all else.
template <class Function>
int guarded(Function const& function) {
  try {
    function();
    return 0;
  } catch (pyronn::InvalidArgument const& error) {
    last_error() = error.what();
    return 1;
  } catch (std::bad_alloc const& error) {
    last_error() = error.what();
    return 2;
  } catch (std::exception const& error) {
    last_error() = error.what();
    return 3;
  }
}
