// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Backprojector, and the Projector that its adjoint() is.
#include <pyronn/operators/backprojector.hpp>
#include <pyronn/operators/projector.hpp>
