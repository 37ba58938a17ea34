// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "support/backends.hpp"
//
#include <cmath>
#include <tuple>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/pyronn.hpp>

#include "support/numbers.hpp"
#include "support/operators.hpp"
#include "support/other_scans.hpp"
#include "support/reference.hpp"

using pyronn::Grid;

namespace {

using Geometries =
    std::tuple<pyronn::ParallelBeam2D, pyronn::ParallelBeam3D, pyronn::FanBeam, pyronn::ArcFanBeam>;

/// Calls `check.operator()<Case>()` for every model with every interpolation.
template <class Check, class... Cases>
void for_each_case(std::tuple<Cases...> const*, Check const& check) {
  (check(Cases{}), ...);
}
template <class Check>
void for_each_case(Check const& check) {
  for_each_case(static_cast<test::AllCases const*>(nullptr), check);
}

template <class Geometry>
std::int64_t pixels(Geometry const& scan) {
  return scan.detector_size().count() * scan.num_views();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(geometries, *boost::unit_test::precondition(test::device_present))

BOOST_AUTO_TEST_CASE_TEMPLATE(projectors_agree_with_the_definition, Geometry, Geometries) {
  for (auto const& scan : test::scans<Geometry>()) {
    auto volume = test::random_values(3, scan.grid.size.count());
    for (float& value : volume) value += 2;
    for_each_case([&](auto choice) {
      using Case = decltype(choice);
      BOOST_TEST_CONTEXT(scan.name) {
        typename Case::template Projector<Geometry> const op{scan.geometry, scan.grid};
        auto const expected =
            test::reference_projection<typename Case::Model>(scan.geometry, scan.grid, volume);
        BOOST_TEST(test::norm(expected) > 0);
        BOOST_TEST(test::relative_l2(test::run_between_guards(op, volume), expected) <
                   test::bound<typename Case::Interp>(1e-5, 3e-3));
      }
    });
  }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(backprojectors_agree_with_the_definition, Geometry, Geometries) {
  for (auto const& scan : test::scans<Geometry>()) {
    auto projections = test::random_values(3, pixels(scan.geometry));
    for (float& value : projections) value += 2;
    for_each_case([&](auto choice) {
      using Case = decltype(choice);
      BOOST_TEST_CONTEXT(scan.name) {
        typename Case::template Backprojector<Geometry> const op{scan.geometry, scan.grid};
        auto const expected = test::reference_backprojection<typename Case::Model>(
            scan.geometry, scan.grid, projections);
        BOOST_TEST(test::norm(expected) > 0);
        BOOST_TEST(test::relative_l2(test::run_between_guards(op, projections), expected) <
                   test::bound<typename Case::Interp>(1e-5, 3e-3));
      }
    });
  }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(forward_and_back_are_transposes, Geometry, Geometries) {
  for (auto const& scan : test::scans<Geometry>()) {
    auto const x = test::random_values(1, scan.grid.size.count());
    auto const y = test::random_values(2, pixels(scan.geometry));
    for_each_case([&](auto choice) {
      using Case = decltype(choice);
      BOOST_TEST_CONTEXT(scan.name) {
        typename Case::template Projector<Geometry> const forward{scan.geometry, scan.grid};
        auto const ax = test::run(forward, x);
        auto const aty = test::run(forward.adjoint(), y);
        double const difference = std::abs(test::dot(ax, y) - test::dot(x, aty));
        BOOST_TEST(difference <=
                   test::bound<typename Case::Interp>(1e-6, test::texture_adjoint_bound) *
                       test::norm(ax) * test::norm(y));
      }
    });
  }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(are_linear, Geometry, Geometries) {
  auto const check = [](auto const& op, std::vector<float> const& x) {
    auto const y = test::random_values(13, static_cast<int>(x.size()));
    auto const ax = test::run(op, x);
    auto const sum = test::run(op, test::combine(0.75F, x, -2.0F, y));
    auto const expected = test::combine(0.75F, ax, -2.0F, test::run(op, y));
    BOOST_TEST(test::relative_l2(sum, expected) < 2e-6);
    BOOST_TEST(
        (test::run(op, test::combine(-1.0F, x, 0.0F, x)) == test::combine(-1.0F, ax, 0.0F, ax)));
  };
  for (auto const& scan : test::scans<Geometry>()) {
    for_each_case([&](auto choice) {
      using Case = decltype(choice);
      BOOST_TEST_CONTEXT(scan.name) {
        typename Case::template Projector<Geometry> const forward{scan.geometry, scan.grid};
        check(forward, test::random_values(11, scan.grid.size.count()));
        check(forward.adjoint(), test::random_values(12, pixels(scan.geometry)));
      }
    });
  }
}

/// A block in a large grid of zeros projects as its own grid, moved to where the block is.
BOOST_AUTO_TEST_CASE_TEMPLATE(objects_are_where_their_grids_say, Geometry, Geometries) {
  for (auto const& scan : test::scans<Geometry>()) {
    Grid const& small = scan.grid;
    bool const is_flat = pyronn::dimension_v<Geometry> == 2;
    pyronn::Vec<int, 3> const first{5, 2, is_flat ? 0 : 3};
    pyronn::Extents<3> const size{small.size[0] + 8, small.size[1] + 4,
                                  is_flat ? 1 : small.size[2] + 4};
    pyronn::Vec3d const before = scale(small.spacing, pyronn::vec_cast<double>(first));
    Grid const large = Grid::from_origin(size, small.spacing, small.origin - before);
    auto const block = test::random_values(5, small.size.count());
    std::vector<float> embedded(static_cast<std::size_t>(size.count()));
    pyronn::VolumeView<float const> const from{block.data(), small.size};
    pyronn::VolumeView<float> const to{embedded.data(), size};
    for (int z = 0; z < small.size[2]; ++z) {
      for (int y = 0; y < small.size[1]; ++y) {
        for (int x = 0; x < small.size[0]; ++x) {
          to(x + first[0], y + first[1], z + first[2]) = from(x, y, z);
        }
      }
    }
    BOOST_TEST_CONTEXT(scan.name) {
      test::JosephSoftware::Projector<Geometry> const alone{scan.geometry, small};
      test::JosephSoftware::Projector<Geometry> const within{scan.geometry, large};
      BOOST_TEST(test::relative_l2(test::run(within, embedded), test::run(alone, block)) < 1e-5);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
