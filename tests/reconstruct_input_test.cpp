// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

/// What the example `reconstruct` reads.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include <pyronn/io/npy.hpp>
#include <pyronn/scan/scan_json.hpp>

#include "../examples/reconstruct/images.cpp"
#include "../examples/reconstruct/judgement.cpp"
#include "../examples/reconstruct/repair.cpp"
#include "support/temporary_folder.hpp"

using test::says;

namespace {

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
  auto const images = std::get<example::Images<std::uint16_t>>(example::read_images(scan()));
  BOOST_TEST(images.projections.size() == 24U);
  BOOST_TEST(images.dark.size() == 6U);
  BOOST_TEST(images.flat.size() == 6U);
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
  auto const images = std::get<example::Images<std::uint16_t>>(example::read_images(before));
  BOOST_TEST(images.projections == std::vector<std::uint16_t>(24, 7),
             boost::test_tools::per_element());
  auto const again = scan();
  std::filesystem::resize_file(folder / "projections.npy", 140);
  BOOST_CHECK_EXCEPTION(static_cast<void>(example::read_images(again)), pyronn::FileError,
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

  [[nodiscard]] example::Judgement judgement() const {
    auto const read = described();
    return example::judge(read, example::read_images(read), 1e-6);
  }
  void refuses(char const* cause) const {
    BOOST_CHECK_EXCEPTION(static_cast<void>(judgement()), example::BadInput, says(cause));
  }
};

BOOST_FIXTURE_TEST_CASE(good_images_are_not_complained_of, MeasuredScan) {
  auto const good = judgement();
  BOOST_TEST(good.dead_pixels + good.not_finite + good.cut == 0);
  BOOST_TEST(good.warnings(1e-6).empty());
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
  auto const found = judgement();
  BOOST_TEST(found.dead_pixels == 3);
  BOOST_TEST((found.is_dead[5] == 1 && found.is_dead[20] == 1 && found.is_dead[33] == 1));
  BOOST_TEST(found.not_finite == 2);
  BOOST_TEST(found.cut == 3);
  auto const words = found.warnings(1e-6);
  BOOST_TEST_REQUIRE(words.size() == 3U);
  BOOST_TEST(words[0].rfind("3 dead pixels", 0) == 0U);
  BOOST_TEST(words[1] == "2 counts are no finite numbers");
  BOOST_TEST(words[2] == "3 line integrals above 13.815511 are cut; see --least-transmission");
}

BOOST_FIXTURE_TEST_CASE(images_that_cannot_be_right_are_refused_with_the_cause, MeasuredScan) {
  MeasuredScan const good;
  auto const again = [&] {
    dark = good.dark;
    flat = good.flat;
    counts = good.counts;
  };
  std::swap(dark, flat);
  refuses("flat: is below the dark field in most pixels; are 'dark' and 'flat' swapped?");
  again();
  for (std::size_t p = 0; p < flat.size(); ++p) {
    flat[p] = dark[p] + static_cast<float>(static_cast<int>(p * 7 % 11) - 5);
  }
  refuses(
      "flat: most counts of the projections are more than twice as bright; was the shutter closed");
  again();
  for (std::size_t n = 0; n < counts.size(); ++n) {
    counts[n] = dark[n % dark.size()] + static_cast<float>(static_cast<int>(n * 7 % 11) - 5);
  }
  refuses(
      "projections: most counts are not above the dark field by a 10000th of the flat field; was "
      "the shutter closed?");
  again();
  counts.assign(counts.size(), std::numeric_limits<float>::quiet_NaN());
  refuses("projections: most counts are no finite numbers");
  again();
  static_cast<void>(described());
  auto json = nlohmann::json::parse(test::read_bytes(folder / "scan.json"));
  json.erase("flat");
  json["intensity_full"] = 50;
  test::write_bytes(folder / "scan.json", json.dump());
  auto const read = scan();
  BOOST_CHECK_EXCEPTION(static_cast<void>(example::judge(read, example::read_images(read), 1e-6)),
                        example::BadInput, says("intensity_full: is below the dark field"));
}

/// Dead columns, a dead corner, and counts that are no numbers beside each other.
BOOST_FIXTURE_TEST_CASE(what_is_repaired_is_between_its_neighbours, MeasuredScan) {
  for (int v = 0; v < rows; ++v) {
    flat[static_cast<std::size_t>(v * columns + 6)] = 0;
    flat[static_cast<std::size_t>(v * columns + 7)] = 0;
  }
  counts[170] = counts[171] = std::numeric_limits<float>::quiet_NaN();
  auto const read = described();
  auto images = example::read_images(read);
  auto const found = example::judge(read, images, 1e-6);
  BOOST_TEST(found.dead_pixels == 2 * rows);
  BOOST_TEST(example::repair(read, found, images) == 0);
  auto const& mended = std::get<example::Images<float>>(images);
  for (std::size_t n = 0; n < counts.size(); ++n) {
    std::size_t const p = n % dark.size();
    double const d = static_cast<double>(mended.dark[p]);
    double const t = (static_cast<double>(mended.projections[n]) - d) /
                     (static_cast<double>(mended.flat[p]) - d);
    BOOST_REQUIRE(std::abs(t - transmission(static_cast<int>(n))) < 1e-5);
  }
  auto const after = example::judge(read, images, 1e-6);
  BOOST_TEST(after.dead_pixels + after.not_finite + after.cut == 0);
}

BOOST_AUTO_TEST_SUITE_END()
