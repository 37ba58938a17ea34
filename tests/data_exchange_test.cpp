// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

/// Scans in Data Exchange files.
#include <boost/test/unit_test.hpp>

#include <pyronn/scan/data_exchange.hpp>

#include "support/nxtomo_scan.hpp"
#include "support/scan_facts.hpp"

using pyronn::FileError;
using pyronn::Measured;
using pyronn::Scan;
using test::says;
using test::nxtomo::columns;
using test::nxtomo::first_number;
using test::nxtomo::Numbers;
using test::nxtomo::rows;

namespace {

constexpr double rad = pyronn::pi / 180;

}  // namespace

BOOST_FIXTURE_TEST_SUITE(data_exchange, test::nxtomo::Files)

BOOST_AUTO_TEST_CASE(views_fields_and_angles) {
  auto const write_exchange = [&](Numbers const& theta, char const* unit) {
    renew();
    test::Hdf5Writer file{path};
    file.write("exchange/data", {3, rows, columns}, frames(3), H5T_STD_U16BE);
    file.write("exchange/data_white", {2, rows, columns}, frames(2), H5T_STD_U16BE);
    if (theta.empty()) return;
    file.write("exchange/theta", {theta.size()}, theta);
    if (unit != nullptr) file.attribute("exchange/theta", "units", unit);
  };
  write_exchange({0, 60, 120}, nullptr);
  Scan const scan = pyronn::read_data_exchange(path);
  BOOST_TEST(scan.circle->angles[2] == 120 * rad, boost::test_tools::tolerance(1e-14));
  BOOST_TEST(first_number(*scan.views, 2) == 200);
  BOOST_TEST(scan.flats.images->extents()[2] == 2);
  BOOST_TEST((scan.measured == Measured::intensities));
  BOOST_TEST(!scan.darks);
  write_exchange({0, 1, 2}, "radian");
  BOOST_TEST(pyronn::read_data_exchange(path).circle->angles[2] == 2);
  write_exchange({0, 1}, nullptr);
  BOOST_CHECK_EXCEPTION(static_cast<void>(pyronn::read_data_exchange(path)), FileError,
                        says("exchange/theta: holds 2 angles of 3 views"));
  write_exchange({}, nullptr);
  BOOST_CHECK_EXCEPTION(static_cast<void>(pyronn::read_data_exchange(path)), FileError,
                        says("exchange/theta: is missing; angles are not guessed"));
}

BOOST_AUTO_TEST_SUITE_END()
