// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "support/backends.hpp"
//
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/pyronn.hpp>

#include "support/cone_scans.hpp"
#include "support/numbers.hpp"
#include "support/operators.hpp"

namespace user {

/// Multiples of 1/64 from 0 to 255/64, as detectors deliver them. It converts to nothing, so that
/// only its traits read it; a half holds each of its numbers.
struct Grey {
  std::uint8_t code;
};

/// Multiples of 1/128 to either side of 0, with a load of their own.
struct Fixed {
  std::int16_t code;
};

}  // namespace user

template <>
struct pyronn::StorageTraits<user::Grey> {
  using Arithmetic = float;
  using Texel = pyronn::Half;
  static PYRONN_HOST_DEVICE float widen(user::Grey number) {
    return static_cast<float>(number.code) * (1.0F / 64.0F);
  }
  static PYRONN_HOST_DEVICE user::Grey round(float value) {
    float const code = pyronn::clamp(value * 64.0F + 0.5F, 0.0F, 255.0F);
    return {static_cast<std::uint8_t>(code)};
  }
};

template <>
struct pyronn::StorageTraits<user::Fixed> {
  using Arithmetic = float;
  static PYRONN_HOST_DEVICE float widen(user::Fixed number) {
    return static_cast<float>(number.code) * (1.0F / 128.0F);
  }
  static PYRONN_HOST_DEVICE user::Fixed round(float value) {
    float const code = pyronn::clamp(std::floor(value * 128.0F + 0.5F), -32768.0F, 32767.0F);
    return {static_cast<std::int16_t>(code)};
  }
  static PYRONN_HOST_DEVICE float load(user::Fixed const* address) {
    return static_cast<float>(pyronn::detail::load_read_only(&address->code)) * (1.0F / 128.0F);
  }
};

namespace {

using pyronn::ConeBeam;
using pyronn::FanBeam;
using user::Fixed;
using user::Grey;

static_assert(pyronn::is_storage_v<Grey> && pyronn::is_storage_v<Fixed>);
static_assert(pyronn::is_storage_v<float> && pyronn::is_storage_v<pyronn::BFloat16>);
static_assert(!pyronn::is_storage_v<long double> && !pyronn::is_storage_v<std::uint8_t>);
static_assert(!pyronn::is_storage_v<float const> && !pyronn::is_storage_v<void*>);

template <class T>
std::vector<T> rounded(std::vector<float> const& values) {
  std::vector<T> result;
  result.reserve(values.size());
  for (float const value : values) result.push_back(pyronn::StorageTraits<T>::round(value));
  return result;
}

template <class T>
std::vector<float> widened(std::vector<T> const& values) {
  std::vector<float> result;
  result.reserve(values.size());
  for (T const value : values) result.push_back(pyronn::StorageTraits<T>::widen(value));
  return result;
}

/// The operator on arrays of these types, with these extents.
template <class Out, class In, class Operator, int Rank>
std::vector<Out> run_as(Operator const& op, pyronn::Extents<Rank> const& from,
                        std::vector<In> const& in, pyronn::Extents<Rank> const& to,
                        std::size_t limit) {
  test::Array<In, Rank> source{from, in};
  test::Array<Out, Rank> target{to};
  pyronn::Workspace<test::Executor> workspace{
      test::executor(), op.workspace_bytes(test::executor(), source.view(), limit)};
  op(test::executor(), source.view(), target.view(), workspace);
  return target.values();
}

/// What is read are the numbers, and what is written are the results in single precision, rounded:
/// within half a step, or a whole one where the two runs may round a sum otherwise.
template <class T, class Operator, int Rank>
void check(Operator const& op, pyronn::Extents<Rank> const& from, pyronn::Extents<Rank> const& to,
           double device_bound, double host_bound = 0) {
  std::vector<float> values = test::random_values(1, from.count());
  for (float& value : values) value = 0.5F + 0.5F * value;
  std::vector<T> const in = rounded<T>(values);
  for (std::size_t const limit : {pyronn::default_workspace_limit, std::size_t{0}}) {
    BOOST_TEST_CONTEXT("limit " << limit) {
      auto const expected = run_as<float>(op, from, widened(in), to, limit);
      auto const found = run_as<float>(op, from, in, to, limit);
      BOOST_TEST(test::norm(expected) > 0);
      BOOST_TEST(test::relative_l2(found, expected) <=
                 (test::on_device ? device_bound : host_bound));
      auto const written = widened(run_as<T>(op, from, in, to, limit));
      auto const nearest = widened(rounded<T>(found));
      int wrong = 0;
      for (std::size_t n = 0; n < written.size(); ++n) {
        float const room = test::on_device ? 1.0F / 64.0F : 0.0F;
        wrong += std::abs(written[n] - nearest[n]) <= room ? 0 : 1;
      }
      BOOST_TEST(wrong == 0);
    }
  }
}

struct SiddonSoftware : test::Case<pyronn::SoftwareInterp, pyronn::Siddon> {};
using Cases = std::tuple<test::JosephSoftware, test::JosephTexture, SiddonSoftware,
                         test::VoxelDrivenSoftware, test::VoxelDrivenTexture>;

}  // namespace

BOOST_AUTO_TEST_SUITE(custom_storage, *boost::unit_test::precondition(test::device_present))

BOOST_AUTO_TEST_CASE_TEMPLATE(is_read_and_written_by_its_traits, Case, Cases) {
  test::ConeScan const& scan = test::cone_scans().front();
  pyronn::Extents<3> const pixels = test::projection_extents(scan.geometry);
  typename Case::template Projector<ConeBeam> const op{scan.geometry, scan.grid};
  check<Fixed>(op, scan.grid.size, pixels, 2e-3);
  typename Case::template Backprojector<ConeBeam> const back{scan.geometry, scan.grid};
  // Its texels are halves, of which the texture unit returns halves.
  check<Grey>(back, pixels, scan.grid.size, 2e-3, test::bound<typename Case::Interp>(0, 0x1p-11));
}

/// So many samples are multiplied on tensor cores, where there are any.
BOOST_AUTO_TEST_CASE(is_read_and_written_in_a_batch_of_the_plane) {
  FanBeam const scan = FanBeam::circular({200, 300, pyronn::equal_angles(9, 0.3)}, {25, 1.4, 0.3});
  pyronn::Grid const grid = pyronn::Grid::flat({17, 19}, {1.1, 0.9}, {2.5, -3});
  auto const images = test::volume_extents<FanBeam, 3>(grid, 16);
  auto const sinograms = test::projection_extents<FanBeam, 3>(scan, 16);
  check<Fixed>(pyronn::Projector<FanBeam, pyronn::SoftwareInterp>{scan, grid}, images, sinograms,
               1e-5);
  check<Fixed>(pyronn::Backprojector<FanBeam, pyronn::SoftwareInterp>{scan, grid}, sinograms,
               images, 1e-5);
}

/// Launches after the first add to what the volume holds.
BOOST_AUTO_TEST_CASE(is_added_to) {
  test::ConeScan const& scan = test::cone_scans().front();
  pyronn::Backprojector<ConeBeam, pyronn::SoftwareInterp> const back{scan.geometry, scan.grid};
  auto const all = test::projection_extents(scan.geometry);
  auto values = test::random_values(2, all.count());
  for (float& value : values) value = 0.2F + 0.1F * value;
  auto const expected = run_as<float>(back, all, values, scan.grid.size, 0);
  test::Array<float, 3> projections{all, values};
  test::Array<Fixed, 3> volume{scan.grid.size};
  pyronn::Workspace<test::Executor> none{test::executor()};
  for (int view = 0; view < all[2]; ++view) {
    pyronn::ArrayView<float const, 3> const part = projections.view().slices(view, 1);
    back(test::executor(), part, volume.view(), none, test::piece_of_views(view, 1));
  }
  auto const found = widened(volume.values());
  float worst = 0;
  for (std::size_t n = 0; n < found.size(); ++n) {
    worst = std::max(worst, std::abs(found[n] - expected[n]));
  }
  BOOST_TEST(worst <= 7.5F / 256.0F);
}

BOOST_AUTO_TEST_SUITE_END()
