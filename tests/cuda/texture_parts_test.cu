// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "support/backends.hpp"
//
#include <cstddef>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/cuda.cuh>

#include "support/numbers.hpp"
#include "support/operators.hpp"

using pyronn::ConeBeam;
using pyronn::Extents;
using pyronn::Grid;
using pyronn::TextureInterp;

BOOST_AUTO_TEST_SUITE(texture_parts, *boost::unit_test::precondition(test::device_present))

// A texture holds many views and a launch many textures, but not all of this array; its second part
// begins where no texture may, although the array itself does.
BOOST_AUTO_TEST_CASE(begin_where_textures_may) {
  constexpr int views = 127;
  constexpr int samples = 2;
  Extents<2> const detector{8, 4104};
  ConeBeam const scan =
      ConeBeam::circular({200, 300, pyronn::equal_angles(views, 0.3)}, {detector, {2, 0.01}});
  pyronn::Backprojector<ConeBeam, TextureInterp> const op{scan,
                                                          Grid::centered({7, 6, 5}, {1, 1.1, 0.9})};
  auto const in =
      test::random_values(5, detector.count() * std::int64_t{views} * std::int64_t{samples});
  auto const found =
      test::run(op, Extents<4>{{8, 4104, views, samples}}, in, Extents<4>{{7, 6, 5, samples}});
  auto const half = static_cast<std::ptrdiff_t>(in.size() / samples);
  auto expected = test::run(op, std::vector<float>(in.begin(), in.begin() + half));
  auto const second = test::run(op, std::vector<float>(in.begin() + half, in.end()));
  expected.insert(expected.end(), second.begin(), second.end());
  BOOST_TEST(test::relative_l2(found, expected) <= 1e-6);
}

BOOST_AUTO_TEST_SUITE_END()
