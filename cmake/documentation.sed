# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
#
# What Doxygen reads of a header: the comment right after #pragma once is the file's own. No line
# moves.
/^#pragma once/ {
  n
  N
  s|^\n///|/// @file\n///|
}
