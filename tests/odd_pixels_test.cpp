// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// Bad pixels that the views alone show.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/recon/preprocess/bad_pixels.hpp>
#include <pyronn/recon/preprocess/count_tally.hpp>
#include <pyronn/recon/preprocess/odd_pixels.hpp>

#include "support/backends.hpp"
#include "support/numbers.hpp"

namespace {

namespace defect = pyronn::pixel_defect;
using pyronn::PixelTally;
using Detector = pyronn::Extents<2>;
using Scan = pyronn::Extents<3>;
using Values = std::vector<float>;
using Mask = std::vector<std::uint8_t>;

/// What views alone tell of pixels; `count(u, v, view)` are the counts before a light of 1000.
template <class Count>
Mask told_by_views(Detector size, int views, Count const& count) {
  Values counts;
  for (int view = 0; view < views; ++view) {
    for (int v = 0; v < size[1]; ++v) {
      for (int u = 0; u < size[0]; ++u) counts.push_back(count(u, v, view));
    }
  }
  test::Array<float, 2> dark{size, 10.0F};
  test::Array<float, 2> flat{size, 1010.0F};
  test::Array<PixelTally, 2> tallies{size};
  test::Array<std::uint8_t, 2> mask{size};
  test::Array<float, 3> raw{Scan{size[0], size[1], views}, counts};
  pyronn::tally_counts(test::executor(), raw.view(), dark.view(), flat.view(), tallies.view());
  pyronn::mark_odd_pixels(test::executor(), tallies.view(), mask.view());
  return mask.values();
}

/// Behind a body that turns, whole counts with noise; alone with a defect at (u, v).
struct TurningBody {
  Detector size;
  Values noise;

  [[nodiscard]] float operator()(int u, int v, int view) const {
    auto const n = static_cast<std::size_t>((view * size[1] + v) * size[0] + u);
    auto const turned = static_cast<float>(view) / 4;
    return std::round(510 + 200 * std::sin(turned + 0.2F * static_cast<float>(u)) + 15 * noise[n]);
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(odd_pixels, *boost::unit_test::precondition(test::device_present))

BOOST_AUTO_TEST_CASE(views_tell_of_pixels_that_fields_do_not_show) {
  constexpr int views = 24;
  for (Detector const size : {Detector{12, 9}, Detector{12, 1}, Detector{12, 2}}) {
    TurningBody const body{size, test::random_values(2, std::int64_t{size.count()} * views)};
    Mask const clean(static_cast<std::size_t>(size.count()), 0);
    BOOST_TEST((told_by_views(size, views, body) == clean));
    for (int v = 0; v < size[1]; v += 4) {
      for (int const u : {1, 6, 10}) {
        auto const check = [&](auto const& change, int defects) {
          auto const count = [&](int x, int y, int view) {
            float const sound = body(x, y, view);
            return x == u && y == v ? change(sound) : sound;
          };
          Mask expected = clean;
          expected[static_cast<std::size_t>(v * size[0] + u)] = static_cast<std::uint8_t>(defects);
          BOOST_TEST((told_by_views(size, views, count) == expected),
                     size << ": " << u << ' ' << v);
          BOOST_TEST((told_by_views(size, 15, count) == clean));  // too few to tell
        };
        check([](float) { return 510.0F; }, defect::stuck);
        int const gain = size[1] > 1 ? defect::odd_gain : 0;
        check([](float sound) { return 10 + 0.2F * (sound - 10); }, gain);
        check([](float sound) { return 10 + 4 * (sound - 10); }, gain);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(views_tell_of_two_bad_pixels_side_by_side) {
  Detector const size{12, 9};
  TurningBody const body{size, test::random_values(2, std::int64_t{size.count()} * 24)};
  for (float const gain : {0.0F, 0.3F, 3.0F}) {
    Mask const told = told_by_views(size, 24, [&](int u, int v, int view) {
      float const sound = body(u, v, view);
      if (v != 4 || (u != 6 && u != 7)) return sound;
      return gain == 0.0F ? 1200.0F : 10 + gain * (sound - 10);
    });
    for (std::size_t n = 0; n < told.size(); ++n) {
      BOOST_TEST((told[n] != 0) == (n == 4 * 12 + 6 || n == 4 * 12 + 7), gain << ": " << n);
    }
  }
}

// Without noise, what is behind air or a tube never changes, and a wire on the axis is always seen.
BOOST_AUTO_TEST_CASE(clean_views_of_bodies_about_the_axis_tell_nothing) {
  Detector const size{21, 11};
  TurningBody const body{size, Values(static_cast<std::size_t>(size.count()) * 40, 0.0F)};
  auto const stays_clean = [&](auto const& count) {
    Mask const told = told_by_views(size, 40, count);
    for (std::size_t n = 0; n < told.size(); ++n) {
      BOOST_TEST(told[n] == 0, n % 21 << ", " << n / 21 << ": " << static_cast<int>(told[n]));
    }
  };
  for (float const air : {1010.0F, 700.0F, 1400.0F}) {
    stays_clean([&](int u, int v, int view) {  // a groove, and air on both sides
      int const reach = v == 5 ? 3 : 8;
      return std::abs(u - 10) > reach ? air : body(u, v, view);
    });
  }
  stays_clean([&](int u, int, int) { return u == 10 ? 20.0F : 1010.0F; });  // a wire
  stays_clean([&](int, int v, int) { return v == 5 ? 20.0F : 1010.0F; });   // a plate
  // Noise below a step of the counts, and counts that end at the greatest there is.
  Values const noise = test::random_values(3, size.count() * 40);
  auto const noisy = [&](int u, int v, int view) {
    return noise[static_cast<std::size_t>((view * size[1] + v) * size[0] + u)];
  };
  stays_clean([&](int u, int v, int view) {
    float const level = 200 + 0.5F * static_cast<float>((u * 7 + v * 3) % 2);
    return std::round(level + 0.3F * noisy(u, v, view));
  });
  stays_clean([&](int u, int v, int view) {
    float const level = (u * 5 + v * 3) % 7 == 0 ? 1200.0F : 1000.0F;
    return std::fmin(1023.0F, level + 100 * noisy(u, v, view));
  });
}

BOOST_AUTO_TEST_SUITE_END()
