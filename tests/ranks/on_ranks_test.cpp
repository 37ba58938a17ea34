// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// Operators on several ranks: the numbers of one rank, and errors that all of them throw.
#include <cstddef>
#include <sstream>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/backend/cpu/executor.hpp>
#include <pyronn/backend/cpu/row_filter.hpp>
#include <pyronn/core/view_of.hpp>
#include <pyronn/distributed/on_ranks.hpp>
#include <pyronn/model/ray_march.hpp>
#include <pyronn/model/siddon.hpp>

#include "ranks/calls.hpp"
#include "ranks/world.hpp"
#include "support/custom_geometries.hpp"
#include "support/numbers.hpp"

using pyronn::Backprojector;
using pyronn::ConeBeam;
using pyronn::Extents;
using pyronn::Projector;
using pyronn::SoftwareInterp;
using test::cone;
using test::executor;
using test::extents_of;
using test::grid;
using test::in_one_call;
using test::leaning;
using test::no_limit;
using test::on;
using test::parallel;
using Values = std::vector<float>;

namespace {

/// The slab of a rank has the bits of one rank, and of a whole call if that has them.
template <class Op>
void check_volume(Op const& op, bool has_bits_of_whole_call = true) {
  Extents<3> const from = extents_of(op, true);
  Values const in = test::random_values(1, from.count());
  auto const ranks = test::world();
  auto const slab = test::slab_of(op, ranks);
  Values const one = on(pyronn::SingleRank{}, op, in, from, true);
  Values const whole = in_one_call(op, in, from, op.grid().size);
  if (has_bits_of_whole_call) BOOST_TEST((one == whole));
  BOOST_TEST(test::relative_l2(one, whole) < 1e-6);
  Values const expected = test::part_of(one, op.grid().size, slab);
  BOOST_TEST((on(ranks, op, in, from, true) == expected));
  if (has_bits_of_whole_call) {
    BOOST_TEST((on(ranks, op, in, from, true, std::size_t{100} << 10) == expected));
  }
}

template <class Op>
void check_views(Op const& op) {
  Extents<3> const from = op.grid().size;
  Extents<3> const to = extents_of(op, true);
  Values const in = test::random_values(2, from.count());
  auto const ranks = test::world();
  auto const views = pyronn::share_of_rank(to[2], ranks.rank(), ranks.size());
  Values const whole = in_one_call(op, in, from, to);
  Values const expected = test::part_of(whole, to, views);
  Values const gathered = on(ranks, op, in, from, false);
  if (views.count > 0) {
    BOOST_TEST(test::relative_l2(gathered, expected) < 1e-6);
  } else {
    BOOST_TEST(gathered.empty());
  }
  if (ranks.size() == 1) return;
  pyronn::OnRanks const gathering{ranks, executor(), op};
  BOOST_TEST((gathering.plan().method == pyronn::RankMethod::gathered_volume));
  // Less than the volume takes, and of one slice less than a view.
  std::size_t const limit = static_cast<std::size_t>(from.count()) * sizeof(float) - 1;
  if (from[2] == 1) {
    BOOST_CHECK_THROW((pyronn::OnRanks{ranks, executor(), op, limit}), pyronn::OutOfMemory);
    return;
  }
  pyronn::OnRanks const summing{ranks, executor(), op, limit};
  BOOST_TEST((summing.plan().method == pyronn::RankMethod::summed_slabs));
  Values const summed = on(ranks, op, in, from, false, limit);
  if (views.count > 0) BOOST_TEST(test::relative_l2(summed, expected) < 5e-6);
  BOOST_TEST((on(ranks, op, in, from, false, limit) == summed));
}

/// What is not sent is 0.
template <class Op>
void check_rows(Op const& op) {
  Extents<3> const to = extents_of(op, true);
  for (int n = 0; n < 7; ++n) {
    auto const share = pyronn::share_of_rank(op.grid().size[2], n, 7);
    pyronn::Slab const slab{share.first, share.count};
    auto const rows = pyronn::detail::rows_of_slab(op.geometry(), op.grid(), slab,
                                                   pyronn::detail::reach_of_v<Op>);
    Extents<3> const from{op.grid().size[0], op.grid().size[1], slab.num_slices};
    Values const in(static_cast<std::size_t>(from.count()), 1.0F);
    Values out(static_cast<std::size_t>(to.count()), test::nan);
    pyronn::Workspace<pyronn::CpuExecutor> workspace{
        executor(), op.workspace_bytes(executor(), pyronn::view_of(in, from))};
    op(executor(), pyronn::view_of(in, from), pyronn::view_of(out, to), workspace,
       pyronn::Part{{}, slab});
    std::size_t unseen = 0;
    for (std::size_t i = 0; i < out.size(); ++i) {
      int const row = static_cast<int>(i) / to[0] % to[1];
      if ((row < rows.first || row >= rows.first + rows.count) && out[i] != 0) ++unseen;
    }
    BOOST_TEST(unseen == 0U);
  }
}

template <template <class, class, class> class Op, class Geometry, class Model>
Op<Geometry, SoftwareInterp, Model> make(Geometry const& geometry, int slices, Model const& model) {
  return {geometry, grid(slices), model};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(on_ranks)

BOOST_AUTO_TEST_CASE(backprojection_has_the_bits_of_one_rank) {
  for (int const slices : {1, 2, 5, 37}) {
    for (int const views : {1, 3, 41}) {
      check_volume(Backprojector<ConeBeam, SoftwareInterp>{cone(views), grid(slices)});
    }
  }
  check_volume(Backprojector<ConeBeam, SoftwareInterp>{cone(41, {1.3, -2.5}), grid()});
  check_volume(Backprojector<ConeBeam, SoftwareInterp>{leaning(), grid()});
  check_volume(Backprojector<pyronn::ParallelBeam3D, SoftwareInterp>{parallel(), grid()});
  check_volume(Backprojector<test::Pinhole, SoftwareInterp>{test::Pinhole{cone(7)}, grid()});
}

BOOST_AUTO_TEST_CASE(filtered_backprojection_has_the_bits_of_one_rank) {
  for (int const slices : {1, 37}) {
    check_volume(pyronn::Fbp<ConeBeam, SoftwareInterp>{cone(), grid(slices)});
  }
  check_volume(pyronn::Fbp<ConeBeam, SoftwareInterp>{cone(41, {0.4, 2.5}), grid()});
  check_volume(pyronn::Fbp<pyronn::ParallelBeam3D, SoftwareInterp>{parallel(), grid()});
}

/// Ranks filter their own views where they have the memory, else what they receive.
BOOST_AUTO_TEST_CASE(views_are_filtered_once_or_where_they_are_used) {
  auto const ranks = test::world();
  // The detector is wider on one side of the axis: filtered views are wider still.
  for (double const offset : {0.0, 5.0}) {
    pyronn::Fbp<ConeBeam, SoftwareInterp> const op{cone(41, {offset, 0}), grid()};
    Extents<3> const from = extents_of(op, true);
    BOOST_TEST((op.filtered_columns() > from[0]) == (offset > 0));
    Values const in = test::random_values(1, from.count());
    Values const whole = in_one_call(op, in, from, op.grid().size);
    auto const slab = test::slab_of(op, ranks);
    Values const expected = test::part_of(whole, op.grid().size, slab);
    int methods = 0;
    for (std::size_t limit = std::size_t{1} << 20; limit > 0; limit = limit * 2 / 5) {
      try {
        pyronn::OnRanks const call{ranks, executor(), op, limit};
        methods |= call.plan().method == pyronn::RankMethod::filtered_views_to_slabs ? 1 : 2;
      } catch (pyronn::OutOfMemory const&) {
        break;
      }
      BOOST_TEST((on(ranks, op, in, from, true, limit) == expected));
    }
    BOOST_TEST(methods == (ranks.size() == 1 ? 2 : 3));
  }
}

BOOST_AUTO_TEST_CASE(transposes_of_rays_have_the_bits_of_one_rank) {
  for (int const slices : {2, 37}) {
    check_volume(make<Backprojector>(cone(), slices, pyronn::Joseph{}), false);
    check_volume(make<Backprojector>(leaning(), slices, pyronn::Joseph{}), false);
    check_volume(make<Backprojector>(cone(), slices, pyronn::Siddon{}), false);
  }
  check_volume(make<Backprojector>(test::Pinhole{cone(7)}, 37, pyronn::Joseph{}), false);
}

BOOST_AUTO_TEST_CASE(projection_has_the_numbers_of_one_rank) {
  for (int const slices : {1, 53}) {
    for (int const views : {1, 41})
      check_views(make<Projector>(cone(views), slices, pyronn::Joseph{}));
    check_views(make<Projector>(cone(41, {1.3, -2.5}), slices, pyronn::Joseph{}));
    check_views(make<Projector>(leaning(), slices, pyronn::Joseph{}));
    check_views(make<Projector>(parallel(), slices, pyronn::Joseph{}));
    check_views(make<Projector>(cone(), slices, pyronn::Siddon{}));
    check_views(make<Projector>(cone(), slices, pyronn::VoxelDriven{}));
  }
  check_views(make<Projector>(test::Pinhole{cone(7)}, 53, pyronn::Joseph{}));
}

BOOST_AUTO_TEST_CASE(slabs_add_nothing_to_rows_beyond_their_shadow) {
  auto const check_models = [](auto const& geometry) {
    check_rows(make<Projector>(geometry, 53, pyronn::Joseph{}));
    check_rows(make<Projector>(geometry, 53, pyronn::Siddon{}));
    check_rows(make<Projector>(geometry, 53, pyronn::RayMarch{0.5}));
    check_rows(make<Projector>(geometry, 53, pyronn::VoxelDriven{}));
  };
  check_models(cone(41, {1.3, -2.5}));
  check_models(leaning());
  check_models(parallel());
}

BOOST_AUTO_TEST_CASE(what_one_rank_was_given_wrongly_ends_all) {
  auto const ranks = test::world();
  Backprojector<ConeBeam, SoftwareInterp> const op{cone(), grid()};
  Extents<3> const from = extents_of(op, true);
  Values const in = test::random_values(1, from.count());
  pyronn::OnRanks call{ranks, executor(), op};
  Values const part = test::part_of(in, from, call.views());
  Values out(static_cast<std::size_t>(call.output_extents().count()), test::nan);
  auto const output = pyronn::view_of(out, call.output_extents());
  for (int bad = 0; bad < ranks.size(); ++bad) {
    auto input = pyronn::view_of(part, call.input_extents());
    if (ranks.rank() == bad) input.extents[1] = 30;
    auto const says = [&](pyronn::InvalidArgument const& error) {
      return std::string{error.what()}.find("rank " + std::to_string(bad) + " of ") == 0 &&
             std::string{error.what()}.find("the input's extents (19, 30, ") != std::string::npos;
    };
    BOOST_CHECK_EXCEPTION(call(input, output), pyronn::InvalidArgument, says);
    if (ranks.size() == 1) continue;
    // A limit of one rank counts in all, and grids must be the same.
    std::size_t const limit = ranks.rank() == bad ? 1000 : no_limit;
    BOOST_CHECK_THROW((pyronn::OnRanks{ranks, executor(), op, limit}), pyronn::OutOfMemory);
    Backprojector<ConeBeam, SoftwareInterp> const other{cone(),
                                                        grid(ranks.rank() == bad ? 36 : 37)};
    BOOST_CHECK_THROW((pyronn::OnRanks{ranks, executor(), other}), pyronn::InvalidArgument);
  }
  for (float const value : out) BOOST_REQUIRE(value != value);
  call(pyronn::view_of(part, call.input_extents()), output);
}

BOOST_AUTO_TEST_CASE(plans_say_why) {
  auto const ranks = test::world();
  pyronn::OnRanks call{ranks, executor(), make<Projector>(cone(), 37, pyronn::Joseph{})};
  std::ostringstream text;
  text << call.plan();
  std::string const size = std::to_string(ranks.size());
  std::string const expected = ranks.size() == 1
                                   ? "1 rank: nothing is shared out; 37 slices and 41 views"
                                   : size +
                                         " ranks: rays are shared out, as the volume of 20.7 "
                                         "KiB fits; ";
  BOOST_TEST(text.str().substr(0, expected.size()) == expected);
}

BOOST_AUTO_TEST_SUITE_END()
