// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The version of the library.

/// @{
/// Major, minor and patch number of the version.
#define PYRONN_VERSION_MAJOR 0
#define PYRONN_VERSION_MINOR 2
#define PYRONN_VERSION_PATCH 0
/// @}
