// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#define BOOST_TEST_MODULE pyronn
#include <boost/test/unit_test.hpp>
