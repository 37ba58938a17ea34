// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

/// What the example `reconstruct` reads.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include <pyronn/io/npy.hpp>
#include <pyronn/scan/images_in_memory.hpp>
#include <pyronn/scan/scan_json.hpp>

#include "../examples/reconstruct/calibration.cpp"
#include "../examples/reconstruct/judgement.cpp"
#include "../examples/reconstruct/views_reader.cpp"
#include "support/temporary_folder.hpp"

using test::says;

namespace {

/// All views of a scan as the program reads them, with what it makes of darks and flats.
template <class T>
struct Counts {
  std::vector<T> counts;
  example::Calibration calibration;
  std::vector<std::string> warnings;
};

template <class T>
Counts<T> read_counts(pyronn::Scan const& scan, example::Calibration const& calibration) {
  Counts<T> found{{}, calibration, {}};
  example::ViewsReader reader{scan, found.calibration, 1e-6, 2};
  BOOST_TEST_REQUIRE((reader.type() == pyronn::detail::number_type<T>()));
  found.counts.resize(static_cast<std::size_t>(scan.views->extents().count()));
  reader.read(scan.views->whole(), found.counts.data());
  found.warnings = reader.warnings();
  return found;
}

example::Calibration calibration_of(pyronn::Scan const& scan) {
  return example::read_calibration(scan, example::FieldsOfTimes::interpolated,
                                   pyronn::CpuExecutor{2});
}

/// Nothing is known of bad pixels.
template <class T>
Counts<T> read_counts(pyronn::Scan const& scan) {
  auto calibration = calibration_of(scan);
  calibration.bad_pixels.resize(calibration.flats.fields.front().mean.size());
  return read_counts<T>(scan, calibration);
}

Counts<float> judge(pyronn::Scan const& scan) {
  auto calibration = calibration_of(scan);
  example::judge(scan, {1e-6, {}}, pyronn::CpuExecutor{2}, calibration);
  return read_counts<float>(scan, calibration);
}

/// A scan of 4 views of 3 x 2 pixels.
struct ScanFiles {
  test::TemporaryFolder folder;

  ScanFiles() {
    write("projections.npy", {4, 2, 3});
    write("dark.npy", {2, 3});
    write("flat.npy", {2, 3});
    test::write_bytes(folder / "scan.json", description().dump());
  }

  static nlohmann::json description() {
    return nlohmann::json::parse(R"({
      "circular": {"source_isocenter_mm": 600, "source_detector_mm": 1000, "angles": {"count": 4}},
      "detector": {"columns": 3, "rows": 2, "pixel_mm": [2, 2]},
      "volume": {"size": [4, 4, 4], "voxel_mm": [1, 1, 1]},
      "projections": "projections.npy", "dark": "dark.npy", "flat": "flat.npy"})");
  }

  void write(std::string const& name, std::vector<std::int64_t> const& shape) const {
    std::vector<std::uint16_t> const values(100, 7);
    pyronn::write_npy(folder / name, values.data(), shape);
  }

  [[nodiscard]] pyronn::Scan scan() const { return pyronn::read_scan_json(folder / "scan.json"); }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(reconstruct_input)

BOOST_FIXTURE_TEST_CASE(a_scan_is_read, ScanFiles) {
  auto const found = read_counts<std::uint16_t>(scan());
  BOOST_TEST(found.counts.size() == 24U);
  BOOST_TEST(found.calibration.darks.fields.front().mean.size() == 6U);
  BOOST_TEST(found.calibration.flats.fields.front().mean.size() == 6U);
  test::write_bytes(folder / "scan.json", "\xef\xbb\xbf" + description().dump());
  BOOST_TEST(scan().num_views() == 4);  // with a byte order mark
}

/// None of which the program may overwrite.
BOOST_FIXTURE_TEST_CASE(all_files_that_a_description_names_are_known, ScanFiles) {
  auto json = description();
  json.erase("circular");
  json["detector"].erase("pixel_mm");
  json["matrices"] = "matrices.npy";
  std::vector<double> matrices;
  for (int n = 0; n < 4; ++n) matrices.insert(matrices.end(), {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 9});
  pyronn::write_npy(folder / "matrices.npy", matrices.data(), {4, 3, 4});
  test::write_bytes(folder / "scan.json", json.dump());
  auto const files = scan().files;
  BOOST_TEST(files.size() == 5U);
  BOOST_TEST((std::find(files.begin(), files.end(), folder / "matrices.npy") != files.end()));
}

/// What was opened is read, though another file has its name by now; a file that lost its end is
/// not.
BOOST_FIXTURE_TEST_CASE(files_that_change_after_the_scan_was_read, ScanFiles) {
  auto const before = scan();
  std::vector<std::uint16_t> const others(24, 8);
  pyronn::write_npy(folder / "projections.npy", others.data(), {4, 2, 3});
  BOOST_TEST(read_counts<std::uint16_t>(before).counts == std::vector<std::uint16_t>(24, 7),
             boost::test_tools::per_element());
  auto const again = scan();
  std::filesystem::resize_file(folder / "projections.npy", 140);
  BOOST_CHECK_EXCEPTION(static_cast<void>(read_counts<std::uint16_t>(again)), example::BadInput,
                        says((folder / "projections.npy").string() + ": ends at byte 140"));
}

BOOST_FIXTURE_TEST_CASE(files_that_cannot_be_read, ScanFiles) {
  BOOST_CHECK_EXCEPTION(static_cast<void>(pyronn::read_scan_json(folder / std::string(300, 'a'))),
                        pyronn::FileError, says("File name too long"));
  std::filesystem::create_symlink("loop", folder / "loop");
  BOOST_CHECK_EXCEPTION(static_cast<void>(pyronn::read_scan_json(folder / "loop")),
                        pyronn::FileError, says("Too many levels of symbolic links"));
  auto bad = description();
  bad["dark"] = std::string(300, 'a');
  test::write_bytes(folder / "scan.json", bad.dump());
  BOOST_CHECK_EXCEPTION(static_cast<void>(scan()), pyronn::FileError, says("File name too long"));
}

/// 40 views of 16 x 10 pixels behind an object that lets a tenth to all of the light through.
struct MeasuredScan : ScanFiles {
  static constexpr int columns = 16;
  static constexpr int rows = 10;
  static constexpr int views = 40;
  std::vector<float> dark;
  std::vector<float> flat;
  std::vector<float> counts;

  MeasuredScan() {
    for (int p = 0; p < columns * rows; ++p) {
      dark.push_back(static_cast<float>(100 + p % 7));
      flat.push_back(static_cast<float>(50000 - 10 * p));
    }
    for (int n = 0; n < views * columns * rows; ++n) counts.push_back(expected(n));
  }

  /// Smooth along rows, so that neighbours tell what is between them.
  [[nodiscard]] static double transmission(int n) {
    double const u = n % columns;
    return 0.1 + 0.9 * u / columns;
  }
  [[nodiscard]] float expected(int n) const {
    auto const p = static_cast<std::size_t>(n % (columns * rows));
    double const d = static_cast<double>(dark[p]);
    return static_cast<float>(d + transmission(n) * (static_cast<double>(flat[p]) - d));
  }

  [[nodiscard]] pyronn::Scan described() const {
    auto json = description();
    json["detector"]["columns"] = columns;
    json["detector"]["rows"] = rows;
    json["circular"]["angles"]["count"] = views;
    pyronn::write_npy(folder / "projections.npy", counts.data(), {views, rows, columns});
    pyronn::write_npy(folder / "dark.npy", dark.data(), {rows, columns});
    pyronn::write_npy(folder / "flat.npy", flat.data(), {rows, columns});
    test::write_bytes(folder / "scan.json", json.dump());
    return scan();
  }

  [[nodiscard]] Counts<float> judged() const { return judge(described()); }
  void refuses(char const* cause) const {
    BOOST_CHECK_EXCEPTION(static_cast<void>(judged()), pyronn::InvalidArgument, says(cause));
  }
};

BOOST_FIXTURE_TEST_CASE(good_images_are_not_complained_of, MeasuredScan) {
  auto const good = judged();
  BOOST_TEST(example::text_of_bad_pixels(good.calibration.bad_pixels).empty());
  BOOST_TEST(good.warnings.empty());
}

BOOST_FIXTURE_TEST_CASE(what_is_wrong_is_counted, MeasuredScan) {
  flat[5] = dark[5] - 1;                               // dead
  flat[20] = std::numeric_limits<float>::quiet_NaN();  // dead
  for (int n = 33; n < views * columns * rows; n += columns * rows)
    counts[static_cast<std::size_t>(n)] = dark[33];
  counts[40] = std::numeric_limits<float>::quiet_NaN();
  counts[41] = std::numeric_limits<float>::infinity();
  counts[50] = dark[50];
  counts[51] = dark[51] - 3;
  counts[52] = dark[52];
  auto const found = judged();
  auto const& bad = found.calibration.bad_pixels;
  namespace defect = pyronn::pixel_defect;
  BOOST_TEST((bad[5] & defect::no_light) != 0);
  BOOST_TEST((bad[20] & defect::not_finite) != 0);
  BOOST_TEST((bad[33] & defect::dead) != 0);
  BOOST_TEST(std::count(bad.begin(), bad.end(), 0) == columns * rows - 3);
  BOOST_TEST(example::text_of_bad_pixels(bad).rfind("3 bad pixels: ", 0) == 0U);
  BOOST_TEST_REQUIRE(found.warnings.size() == 2U);
  BOOST_TEST(found.warnings[0] == "2 counts are no finite numbers, and were interpolated");
  BOOST_TEST(found.warnings[1] ==
             "3 line integrals above 13.8155 are cut; see --least-transmission");
}

BOOST_FIXTURE_TEST_CASE(images_that_cannot_be_right_are_refused_with_the_cause, MeasuredScan) {
  MeasuredScan const good;
  auto const again = [&] {
    dark = good.dark;
    flat = good.flat;
    counts = good.counts;
  };
  std::swap(dark, flat);
  refuses("the flat field is below the dark field in most pixels; are they swapped?");
  again();
  for (std::size_t p = 0; p < flat.size(); ++p) {
    flat[p] = dark[p] + static_cast<float>(static_cast<int>(p * 7 % 11) - 5);
  }
  refuses(
      "most counts are more than twice as bright as the flat field; was the shutter "
      "closed");
  again();
  for (std::size_t n = 0; n < counts.size(); ++n) {
    counts[n] = dark[n % dark.size()] + static_cast<float>(static_cast<int>(n * 7 % 11) - 5);
  }
  refuses(
      "most counts are not above the dark field by a 10000th of the flat field; was the "
      "shutter closed?");
  again();
  counts.assign(counts.size(), std::numeric_limits<float>::quiet_NaN());
  refuses("most counts are no finite numbers");
  again();
  static_cast<void>(described());
  auto json = nlohmann::json::parse(test::read_bytes(folder / "scan.json"));
  json.erase("flat");
  json["intensity_full"] = 50;
  test::write_bytes(folder / "scan.json", json.dump());
  auto const read = scan();
  BOOST_CHECK_EXCEPTION(static_cast<void>(judge(read)), pyronn::InvalidArgument,
                        says("the full intensity, 50, is below the dark field"));
}

/// A band of rows holds what the whole holds there.
BOOST_FIXTURE_TEST_CASE(bands_are_parts_of_the_whole, MeasuredScan) {
  auto const read = described();
  auto const found = judge(read);
  example::ViewsReader reader{read, found.calibration, 1e-6, 3};
  std::vector<float> band(7 * 4 * columns);
  reader.read({1, 7, 6, 4}, band.data());
  for (int n = 0; n < 7 * 4 * columns; ++n) {
    int const view = n / (4 * columns);
    auto const whole = static_cast<std::size_t>((view + 1) * rows * columns + 6 * columns) +
                       static_cast<std::size_t>(n % (4 * columns));
    BOOST_REQUIRE(band[static_cast<std::size_t>(n)] == found.counts[whole]);
  }
}

/// Those before the views and those behind are not mixed, unless that is asked for.
BOOST_FIXTURE_TEST_CASE(fields_of_several_times, MeasuredScan) {
  auto scan = described();
  std::vector<float> flats(flat);
  for (float const value : flat) flats.push_back(1.5F * value);
  scan.flats = {std::make_shared<pyronn::ImagesInMemory<float>>(
                    pyronn::Extents<3>{columns, rows, 2}, std::move(flats)),
                {0, views}};
  auto const interpolated = calibration_of(scan);
  BOOST_TEST_REQUIRE(interpolated.flats.fields.size() == 2U);
  BOOST_TEST(interpolated.flats.fields[1].time == views);
  BOOST_TEST(interpolated.flats.fields[1].mean[7] == 1.5F * flat[7]);
  auto const averaged =
      example::read_calibration(scan, example::FieldsOfTimes::averaged, pyronn::CpuExecutor{2});
  BOOST_TEST_REQUIRE(averaged.flats.fields.size() == 1U);
  BOOST_TEST(averaged.flats.fields[0].mean[7] == 1.25F * flat[7]);
}

BOOST_AUTO_TEST_SUITE_END()
