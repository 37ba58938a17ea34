// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

/// What the example `reconstruct` reads.
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include <pyronn/io/npy.hpp>

#include "../examples/reconstruct/images.cpp"
#include "../examples/reconstruct/scan.cpp"
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

  [[nodiscard]] example::Scan scan() const { return example::read_scan(folder / "scan.json"); }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(reconstruct_input)

BOOST_FIXTURE_TEST_CASE(a_scan_is_read, ScanFiles) {
  auto const images = std::get<example::Images<std::uint16_t>>(example::read_images(scan()));
  BOOST_TEST(images.projections.size() == 24U);
  BOOST_TEST(images.dark.size() == 6U);
  BOOST_TEST(images.flat.size() == 6U);
}

/// Sizes were right when the description was read; another program then wrote a smaller array.
BOOST_FIXTURE_TEST_CASE(a_file_that_changes_after_its_header_was_checked_is_refused, ScanFiles) {
  auto const before = scan();
  for (char const* const name : {"projections", "dark", "flat"}) {
    std::string const file = std::string{name} + ".npy";
    write(file, {1, 2});
    BOOST_CHECK_EXCEPTION(static_cast<void>(example::read_images(before)), example::BadInput,
                          says(std::string{name} + ": " + (folder / file).string() +
                               ": was changed while it was read; its shape is (1, 2), not"));
    write(file, {2, 3});
    if (file == "projections.npy") write(file, {4, 2, 3});
  }
}

BOOST_FIXTURE_TEST_CASE(files_that_cannot_be_read, ScanFiles) {
  BOOST_CHECK_EXCEPTION(static_cast<void>(example::read_scan(folder / std::string(300, 'a'))),
                        example::BadInput, says("File name too long"));
  std::filesystem::create_symlink("loop", folder / "loop");
  BOOST_CHECK_EXCEPTION(static_cast<void>(example::read_scan(folder / "loop")), example::BadInput,
                        says("Too many levels of symbolic links"));
  auto bad = description();
  bad["dark"] = std::string(300, 'a');
  test::write_bytes(folder / "scan.json", bad.dump());
  BOOST_CHECK_EXCEPTION(static_cast<void>(scan()), example::BadInput, says("File name too long"));
}

BOOST_AUTO_TEST_SUITE_END()
