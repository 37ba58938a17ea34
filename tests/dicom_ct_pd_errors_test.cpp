// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

/// Scans in DICOM-CT-PD files that are refused.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/scan/dicom_ct_pd.hpp>

#include "support/dicom_scan.hpp"

using pyronn::FileError;
using test::DicomKey;
using test::DicomSyntax;
using test::DicomWriter;
using test::says;
using test::dicom::columns;
using test::dicom::pixel_data;
using test::dicom::rows;
using test::dicom::view_file;

BOOST_FIXTURE_TEST_SUITE(dicom_ct_pd_errors, test::dicom::Folder)

BOOST_AUTO_TEST_CASE(says_what_is_wrong_with_a_file) {
  using Writer = DicomWriter;
  for (DicomKey const& key : {DicomKey{0x7029, 0x1002},
                              {0x7029, 0x1006},
                              {0x7029, 0x100B},
                              {0x7029, 0x1010},
                              {0x7031, 0x1001},
                              {0x7031, 0x1003},
                              {0x7031, 0x1031},
                              {0x0020, 0x0013},
                              {0x0028, 0x0010},
                              {0x0028, 0x1052},
                              {0x0028, 0x1053},
                              {0x7FE0, 0x0010}}) {
    refuses([&](Writer& file, int) { file.remove(key); }, "): is missing");
  }
  refuses(
      [](Writer& file, int) {
        file.remove({0x7031, 0x1033});
      },
      "DetectorCentralElement (7031,1033): holds 0 numbers, not a column and a row");
  refuses(
      [](Writer& file, int) {
        file.floats({0x7031, 0x1002}, {NAN});
      },
      "DetectorFocalCenterAxialPosition (7031,1002): is nan");
  refuses(
      [](Writer& file, int) {
        file.floats({0x7031, 0x1001}, {1, 2});
      },
      "DetectorFocalCenterAngularPosition (7031,1001): holds 2 numbers, not one");
  refuses(
      [](Writer& file, int) {
        file.bytes({0x7031, 0x1001}, "UN", "abcdef");
      },
      "DetectorFocalCenterAngularPosition (7031,1001): has 6 bytes, where numbers have 4");
  refuses(
      [](Writer& file, int) {
        file.floats({0x7031, 0x1003}, {-595});
      },
      "DetectorFocalCenterRadialDistance (7031,1003): is -595, not positive");
  refuses(
      [](Writer& file, int) {
        file.shorts({0x7029, 0x1010}, {0});
      },
      "NumberofDetectorRows (7029,1010): is 0, not a whole number from 1 to 65535");
  refuses(
      [](Writer& file, int) {
        file.shorts({0x7029, 0x1010}, {5});
      },
      "view3.dcm: has another detector than");
  refuses(
      [](Writer& file, int) {
        file.floats({0x7029, 0x1002}, {1.0F});
      },
      "view3.dcm: has another detector than");
  refuses(
      [](Writer& file, int) {
        file.shorts({0x0028, 0x0010}, {7});
      },
      "view3.dcm: Rows and Columns are 7 and 3, where the detector has 3 rows and 4 columns");
  refuses(
      [](Writer& file, int) {
        file.shorts({0x0028, 0x0010}, {rows});
        file.shorts({0x0028, 0x0011}, {columns});
      },
      "has rows and columns swapped against");
  refuses(
      [](Writer& file, int) {
        file.shorts({0x0028, 0x0002}, {3});
      },
      "SamplesPerPixel (0028,0002): is 3, where projections have 1");
  refuses(
      [](Writer& file, int) {
        file.shorts({0x0028, 0x0100}, {8});
      },
      "BitsAllocated (0028,0100): is 8, where projections have 16");
  refuses(
      [](Writer& file, int) {
        file.text({0x0028, 0x0008}, "IS", "2");
      },
      "NumberOfFrames (0028,0008): is 2, where projections have 1");
  refuses(
      [](Writer& file, int) {
        file.text({0x0028, 0x1053}, "DS", "half");
      },
      "RescaleSlope (0028,1053): is 'half");
  refuses(
      [](Writer& file, int) {
        file.text({0x0028, 0x1053}, "DS", "1e999");
      },
      "RescaleSlope (0028,1053): is '1e999");
  refuses(
      [](Writer& file, int) {
        file.text({0x0028, 0x1053}, "DS", "0");
      },
      "RescaleSlope (0028,1053) and RescaleIntercept (0028,1052): are 0 and -2.5, with which all "
      "line integrals are the same");
  refuses(
      [](Writer& file, int) {
        file.text({0x0028, 0x1053}, "DS", "-5e-4");
      },
      "RescaleSlope (0028,1053) and RescaleIntercept (0028,1052): are -0.0005 and -2.5, with which "
      "no line integral is above 0");
  refuses(
      [](Writer& file, int) {
        file.shorts(pixel_data, std::vector<std::uint16_t>(columns * rows - 1), "OW");
      },
      "PixelData (7FE0,0010): has 22 bytes, where 4 x 3 pixels have 24");
  refuses(
      [](Writer& file, int) {
        file.text({0x0020, 0x0013}, "IS", "7");
      },
      "holds no view between InstanceNumber 2 and 4; a file is missing");
  refuses(
      [](Writer& file, int) {
        file.text({0x0020, 0x0013}, "IS", "1");
      },
      "holds InstanceNumber 1 twice, in");
  refuses(
      [](Writer& file, int) {
        file.text({0x0020, 0x0013}, "IS", "1.5");
      },
      "InstanceNumber (0020,0013): is");
  refuses(
      [](Writer& file, int) {
        file.text({0x0020, 0x000E}, "UI", "1.2.3.78");
      },
      "view3.dcm: belongs to another series than");
}

BOOST_AUTO_TEST_CASE(files_that_are_no_dicom_or_end_early) {
  for (auto const syntax : {DicomSyntax::implicit_little, DicomSyntax::explicit_big}) {
    write(syntax);
    std::string const whole = view_file(2).file(syntax);
    for (std::size_t size = 0; size < whole.size(); ++size) {
      test::write_bytes(folder / "view3.dcm", whole.substr(0, size));
      BOOST_CHECK_EXCEPTION(static_cast<void>(read()), FileError, says("view3.dcm: "));
    }
  }
  write(DicomSyntax::explicit_little);
  test::write_bytes(folder / "view3.dcm", std::string(2000, 'x'));
  BOOST_CHECK_EXCEPTION(static_cast<void>(read()), FileError, says("view3.dcm: "));
  test::write_bytes(folder / "view3.dcm",
                    view_file(2).file(DicomSyntax::explicit_little, "1.2.840.10008.1.2.4.70"));
  BOOST_CHECK_EXCEPTION(static_cast<void>(read()), FileError, says("view3.dcm: "));
  BOOST_CHECK_THROW(static_cast<void>(pyronn::read_dicom_ct_pd(folder / "none")), FileError);
}

BOOST_AUTO_TEST_CASE(values_of_any_type_and_shape_are_read_or_refused) {
  std::vector<std::function<void(DicomWriter&, DicomKey)>> changes;
  changes.emplace_back([](DicomWriter& file, DicomKey key) { file.remove(key); });
  for (float const value : {0.0F, -1.0F, 3.0F, 1e30F, 3e38F, NAN, INFINITY}) {
    for (std::size_t const count : {0U, 1U, 2U, 3U, 80U}) {
      std::vector<float> const values(count, value);
      changes.emplace_back([values](auto& file, auto key) { file.floats(key, values); });
    }
  }
  for (double const value : {1e300, -0.0, 1e-300}) {
    changes.emplace_back([value](auto& file, auto key) { file.doubles(key, {value}); });
  }
  for (unsigned const number : {0U, 1U, 3U, 4U, 65535U}) {
    auto const value = static_cast<std::uint16_t>(number);
    for (std::string const type : {"US", "SS", "OW", "AT"}) {
      changes.emplace_back([=](auto& file, auto key) { file.shorts(key, {value, value}, type); });
      changes.emplace_back([=](auto& file, auto key) { file.shorts(key, {value}, type); });
    }
  }
  for (std::string const text : {"", "0", "-7", "4", "1e999", "nan", "x", "1\\2", "1\\", "\\\\",
                                 "FLAT", "99999999999", "1,5"}) {
    for (std::string const type : {"DS", "IS", "CS", "LO", "UI", "ST", "UN", "OB"}) {
      changes.emplace_back([=](auto& file, auto key) { file.text(key, type, text); });
    }
  }
  for (std::size_t const size : {1U, 2U, 3U, 4U, 8U, 1000U, 3000U}) {
    std::string const bytes(2 * size, '\xff');
    changes.emplace_back([=](auto& file, auto key) { file.bytes(key, "UN", bytes); });
    changes.emplace_back([=](auto& file, auto key) { file.bytes(key, "OB", bytes); });
  }
  std::size_t read = 0;
  std::size_t refused = 0;
  for (DicomKey const& key : view_file(0).keys()) {
    for (auto const& change : changes) {
      for (auto const syntax : {DicomSyntax::implicit_little, DicomSyntax::explicit_big}) {
        DicomWriter file = view_file(0);
        change(file, key);
        test::write_bytes(folder / "view.dcm", file.file(syntax));
        try {
          auto const scan = pyronn::read_dicom_ct_pd(folder / "");
          std::vector<double> row(static_cast<std::size_t>(scan.detector_size()[0]));
          scan.views->read({0, 1, scan.detector_size()[1] - 1, 1}, row.data());
          ++read;
        } catch (FileError const&) {
          ++refused;
        }
      }
    }
  }
  BOOST_TEST(read > 1000U);
  BOOST_TEST(refused > 1000U);
}

BOOST_AUTO_TEST_CASE(says_that_a_file_has_changed) {
  write(DicomSyntax::explicit_little);
  auto const images = read().images;
  DicomWriter other = view_file(2);
  other.shorts(pixel_data, {1, 2}, "OW");
  test::write_bytes(folder / "view3.dcm", other.file(DicomSyntax::explicit_little));
  std::vector<float> row(columns);
  BOOST_CHECK_EXCEPTION(images->read({2, 1, 0, 1}, row.data()), FileError,
                        says("view3.dcm: has another image than when it was opened"));
  std::filesystem::remove(folder / "view3.dcm");
  BOOST_CHECK_EXCEPTION(images->read({2, 1, 0, 1}, row.data()), FileError,
                        says("view3.dcm: cannot be read as DICOM"));
}

BOOST_AUTO_TEST_SUITE_END()
