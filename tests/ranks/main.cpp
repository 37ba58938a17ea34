// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <mpi.h>

#define BOOST_TEST_MODULE pyronn_on_ranks
#define BOOST_TEST_NO_MAIN
#define BOOST_TEST_ALTERNATIVE_INIT_API
#include <boost/test/unit_test.hpp>

#include "ranks/world.hpp"

int main(int argc, char** argv) {
  int provided = 0;
  MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &provided);
  int const result = boost::unit_test::unit_test_main(&init_unit_test, argc, argv);
  MPI_Finalize();
  bool is_refused = false;
  try {
    test::world();
  } catch (pyronn::InvalidArgument const&) {
    is_refused = true;
  }
  return is_refused ? result : 1;
}
