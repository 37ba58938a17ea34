# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
#
# What Doxygen reads. The comment right after #pragma once is the file's own; no line
# moves.
/^#pragma once/ {
  n
  N
  s|^\n///|/// @file\n///|
}
# Doxygen 1.9.4 does not know the names of a README's sections.
s|\[\([^]]*\)\](#[^)]*)|\1|g
s|\(\](\([^)#]*\)\)#[^)]*)|\1)|g
