// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The numbers of texts, where readers of other formats look for them.
#include <pyronn/io/detail/text_numbers.hpp>
