// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// What corrections of a detector's defects are worth: reconstructions of noisy scans of heads away
// from the axis, without a defect, with it, and corrected. What a defect does is the distance to
// the reconstruction of the same noisy scan without it.
#include "support/backends.hpp"
//
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/recon/preprocess/bad_pixels.hpp>
#include <pyronn/recon/preprocess/drifting_fields.hpp>
#include <pyronn/recon/preprocess/mean_field.hpp>
#include <pyronn/recon/preprocess/missing_samples.hpp>
#include <pyronn/recon/preprocess/stripes.hpp>
#include <pyronn/recon/preprocess/zingers.hpp>
#include <pyronn/simulate/detector_defects.hpp>
#include <pyronn/simulate/zingers.hpp>

#include "support/defective_scans.hpp"

namespace {

using pyronn::DetectorDefects;
using Values = std::vector<float>;
using Detector = pyronn::Extents<2>;

/// Checks what a correction of line integrals does to those of a scan without a defect and with it.
template <class Scan, class Correct>
void check(Scan const& scan, Values const& clean, Values const& defective, Correct const& correct) {
  Values const truth = scan.truth();
  Values const image = scan.image(clean);
  Values const spoilt = scan.image(defective);
  Values const corrected = scan.image(correct(defective));
  double const before = scan.distance(spoilt, image);
  double const after = scan.distance(corrected, image);
  double const error = scan.distance(image, truth);
  double const error_if_corrected = scan.distance(scan.image(correct(clean)), truth);
  BOOST_TEST_MESSAGE(scan.name << ": error by the defect " << before << ", corrected " << after
                               << ", falls " << before / after << "-fold; error against truth "
                               << scan.distance(spoilt, truth) << ", corrected "
                               << scan.distance(corrected, truth) << ", without the defect "
                               << error << ", and corrected " << error_if_corrected << " ("
                               << 100 * (error_if_corrected / error - 1) << " %)");
  BOOST_TEST_CONTEXT(scan.name) {
    BOOST_TEST(before > 0.5 * error);  // a defect that is worth a correction
    BOOST_TEST(5 * after < before);
    BOOST_TEST(scan.distance(corrected, truth) < 1.2 * error);
    BOOST_TEST(error_if_corrected < 1.01 * error);
  }
}

template <class Scan>
Values with_defects(Scan const& scan, Values const& counts, DetectorDefects const& defects) {
  test::Array<float, 3> array{scan.extents(), counts};
  pyronn::apply_detector_defects(test::executor(), defects, array.view(), 11);
  return array.values();
}

template <class Scan>
Values without_stripes(Scan const& scan, Values const& lines) {
  test::Array<float, 3> array{scan.extents(), lines};
  pyronn::remove_stripes(test::executor(), array.view());
  return array.values();
}

/// Bodies in a cylinder of this radius [mm] about the axis, and the wall of a tube around them.
pyronn::Phantom bodies_about_axis(double radius) {
  using pyronn::Body;
  return {Body::ellipse({0, 0}, {radius, radius}, 0.01),
          Body::ellipse({0, 0}, {1.2 * radius, 1.2 * radius}, 0.008),
          Body::ellipse({0, 0}, {1.12 * radius, 1.12 * radius}, -0.008),
          Body::ellipse({0.3 * radius, 0.2 * radius}, {0.3 * radius, 0.2 * radius}, 0.01, 0.4),
          Body::ellipse({-0.5 * radius, -0.1 * radius}, {0.1 * radius, 0.2 * radius}, -0.01)};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(defect_corrections, *boost::unit_test::precondition(test::device_present))

BOOST_AUTO_TEST_CASE(rings_fall_fivefold) {
  for (double const deviation : {0.02, 0.04}) {
    test::for_each_noisy_scan([&](auto const& scan) {
      Values const counts = scan.counts();
      DetectorDefects defects;
      defects.pixel_gain_deviation = deviation;
      check(scan, scan.lines_of(counts), scan.lines_of(with_defects(scan, counts, defects)),
            [&](Values const& lines) { return without_stripes(scan, lines); });
    });
  }
}

// A tube and a body about the axis are the same in all views, as rings are. With noise and without.
BOOST_AUTO_TEST_CASE(clean_scans_of_bodies_about_the_axis_stay_clean) {
  pyronn::Grid const plane = pyronn::Grid::flat({180, 180}, {0.95, 0.95});
  auto const stays_clean = [](auto const& scan) {
    Values const truth = scan.truth();
    Values const exact = test::exact_projections(scan.phantom, scan.geometry);
    for (Values const& lines : {exact, scan.lines_of(scan.counts())}) {
      double const error = scan.distance(scan.image(lines), truth);
      double const corrected = scan.distance(scan.image(without_stripes(scan, lines)), truth);
      BOOST_TEST_MESSAGE(scan.name << ": error " << error << ", corrected "
                                   << 100 * (corrected / error - 1) << " % more");
      BOOST_TEST(corrected < 1.01 * error, scan.name);
    }
  };
  for (int const views : {181, 720}) {
    stays_clean(test::NoisyScan<pyronn::ParallelBeam2D>{
        "parallel",
        pyronn::ParallelBeam2D::circular({pyronn::equal_angles(views, 0.1, pyronn::pi)},
                                         {256, 0.7}),
        plane, bodies_about_axis(60)});
  }
  pyronn::CircularOrbit const orbit{400, 600, pyronn::equal_angles(400, 0.1)};
  stays_clean(test::NoisyScan<pyronn::FanBeam>{"fan", pyronn::FanBeam::circular(orbit, {256, 1.1}),
                                               plane, bodies_about_axis(60)});
}

// Edges of heads whose pixels are few, of bodies off the axis, and of a wall of 3.5 columns.
BOOST_AUTO_TEST_CASE(clean_scans_of_few_columns_stay_clean) {
  auto const stays_clean = [](auto const& scan) {
    Values const truth = scan.truth();
    Values const lines = test::exact_projections(scan.phantom, scan.geometry);
    double const error = scan.distance(scan.image(lines), truth);
    double const corrected = scan.distance(scan.image(without_stripes(scan, lines)), truth);
    BOOST_TEST_MESSAGE(scan.name << ": " << 100 * (corrected / error - 1) << " % more");
    BOOST_TEST(corrected < 1.01 * error, scan.name);
  };
  using pyronn::Body;
  using pyronn::FanBeam;
  using pyronn::Grid;
  using pyronn::ParallelBeam2D;
  pyronn::Phantom const head = pyronn::shepp_logan_2d(70);
  pyronn::CircularOrbit const orbit{400, 600, pyronn::equal_angles(160, 0.1)};
  stays_clean(test::NoisyScan<FanBeam>{"head of 96 columns", FanBeam::circular(orbit, {96, 2.5}),
                                       Grid::flat({96, 96}, {1.7, 1.7}), head});
  stays_clean(test::NoisyScan<ParallelBeam2D>{
      "head off the axis",
      ParallelBeam2D::circular({pyronn::equal_angles(180, 0.1, pyronn::pi)}, {128, 1.4}),
      Grid::flat({128, 128}, {1.3, 1.3}), test::placed(head, 0.85, {9, -5, 0})});
  stays_clean(test::NoisyScan<ParallelBeam2D>{
      "thin wall",
      ParallelBeam2D::circular({pyronn::equal_angles(180, 0.1, pyronn::pi)}, {200, 0.7}),
      Grid::flat({160, 160}, {0.85, 0.85}),
      {Body::ellipse({0, 0}, {42, 42}, 0.01), Body::ellipse({0, 0}, {60, 60}, 0.02),
       Body::ellipse({0, 0}, {57.55, 57.55}, -0.02)}});
}

// The skull is nearly about the axis: its edges move by a few columns.
BOOST_AUTO_TEST_CASE(rings_of_a_head_of_few_columns_fall_fivefold) {
  pyronn::CircularOrbit const orbit{400, 600, pyronn::equal_angles(160, 0.1)};
  test::NoisyScan<pyronn::FanBeam> const scan{
      "head of 96 columns", pyronn::FanBeam::circular(orbit, {96, 2.5}),
      pyronn::Grid::flat({96, 96}, {1.7, 1.7}), pyronn::shepp_logan_2d(70)};
  Values const clean = test::exact_projections(scan.phantom, scan.geometry);
  Values ones(clean.size(), 1.0F);
  DetectorDefects defects;
  defects.pixel_gain_deviation = 0.02;
  Values const gains = with_defects(scan, ones, defects);
  Values striped = clean;
  for (std::size_t n = 0; n < clean.size(); ++n) striped[n] -= std::log(gains[n]);
  Values const image = scan.image(clean);
  double const before = scan.distance(scan.image(striped), image);
  double const after = scan.distance(scan.image(without_stripes(scan, striped)), image);
  BOOST_TEST_MESSAGE(scan.name << ": falls " << before / after << "-fold");
  BOOST_TEST(5 * after < before);
}

BOOST_AUTO_TEST_CASE(zingers_fall_fivefold) {
  test::for_each_noisy_scan([&](auto const& scan) {
    Values const counts = scan.counts();
    test::Array<float, 3> hit{scan.extents(), counts};
    pyronn::add_zingers(test::executor(), {1e-3, scan.photons}, hit.view(), 3);
    check(scan, scan.lines_of(counts), scan.lines_of(hit.values()), [&](Values const& lines) {
      test::Array<float, 3> array{scan.extents(), lines};
      test::Array<float, 3> cleaned{scan.extents(), test::nan};
      pyronn::remove_zingers(test::executor(), array.view(), cleaned.view());
      return cleaned.values();
    });
  });
}

// Pixels that read nothing, in flat fields too; those are found there and interpolated.
BOOST_AUTO_TEST_CASE(dead_pixels_fall_fivefold) {
  test::for_each_noisy_scan([&](auto const& scan) {
    pyronn::Extents<3> const extents = scan.extents();
    Detector const detector{extents[0], extents[1]};
    Values const counts = scan.counts();
    auto const corrected = [&](DetectorDefects const& defects, Values const& lines) {
      test::Array<float, 3> flats{{extents[0], extents[1], 6}, static_cast<float>(scan.photons)};
      pyronn::add_poisson_noise(test::executor(), flats.view(), 17);
      pyronn::apply_detector_defects(test::executor(), defects, flats.view(), 11);
      test::Array<float, 2> dark{detector, 0.0F};
      test::Array<float, 2> flat{detector};
      test::Array<float, 2> deviation{detector};
      test::Array<std::uint8_t, 2> mask{detector, 0};
      test::Array<float, 3> array{extents, lines};
      pyronn::mean_field(test::executor(), flats.view(), flat.view(), deviation.view());
      pyronn::find_bad_pixels(test::executor(), dark.view(), flat.view(), deviation.view(),
                              mask.view());
      pyronn::mark_missing(test::executor(), mask.view(), array.view());
      pyronn::interpolate_missing(test::executor(), array.view());
      return array.values();
    };
    DetectorDefects defects;
    defects.dead_pixels = 0.01;
    defects.dead_columns = 0.01;
    Values const clean = scan.lines_of(counts);
    Values const defective = scan.lines_of(with_defects(scan, counts, defects));
    check(scan, clean, defective, [&](Values const& lines) {
      return corrected(&lines == &clean ? DetectorDefects{} : defects, lines);
    });
  });
}

// A beam that differs from pixel to pixel and changes from the first view to the last: with the
// flat field of the beginning, and with those of both ends.
BOOST_AUTO_TEST_CASE(what_a_drifting_beam_does_falls_fivefold) {
  test::for_each_noisy_scan([&](auto const& scan) {
    pyronn::Extents<3> const extents = scan.extents();
    Detector const detector{extents[0], extents[1]};
    auto const pixels = static_cast<std::size_t>(detector.count());
    auto const flat_of = [&](std::uint32_t seed, float mean) {
      Values const pattern = test::random_values(seed, detector.count());
      Values flat;
      for (float const value : pattern) {
        flat.push_back(static_cast<float>(scan.photons) * (mean + 0.04F * value));
      }
      return flat;
    };
    auto const changing = [&](Values const& before, Values const& after) {
      Values lines = test::exact_projections(scan.phantom, scan.geometry);
      for (std::size_t n = 0; n < lines.size(); ++n) {
        auto const view = static_cast<float>(n / pixels);
        float const part = (view + 0.5F) / static_cast<float>(extents[2]);
        float const light = before[n % pixels] + part * (after[n % pixels] - before[n % pixels]);
        lines[n] = light * std::exp(-lines[n]);
      }
      test::Array<float, 3> counts{extents, lines};
      pyronn::add_poisson_noise(test::executor(), counts.view(), scan.seed);
      return counts.values();
    };
    auto const lines_with = [&](Values const& counts, std::vector<Values> const& flats) {
      using Fields = pyronn::FieldsInTime<float>;
      test::Array<float, 3> raw{extents, counts};
      test::Array<float, 3> lines{extents};
      test::Array<float, 2> dark{detector, 0.0F};
      test::Array<float, 2> first{detector, flats.front()};
      test::Array<float, 2> last{detector, flats.back()};
      Fields const fields = flats.size() == 1 ? Fields::constant(first.view())
                                              : Fields{{first.view(), last.view()},
                                                       {0, static_cast<double>(extents[2])}};
      pyronn::line_integrals(test::executor(), raw.view(), Fields::constant(dark.view()), fields, 0,
                             lines.view());
      return lines.values();
    };
    Values const before = flat_of(1, 1.0F);
    Values const after = flat_of(2, 0.95F);
    Values const steady = changing(before, before);
    Values const drifting = changing(before, after);
    Values const clean = lines_with(steady, {before});
    check(scan, clean, lines_with(drifting, {before}), [&](Values const& lines) {
      return &lines == &clean ? lines_with(steady, {before, before})
                              : lines_with(drifting, {before, after});
    });
  });
}

BOOST_AUTO_TEST_SUITE_END()
