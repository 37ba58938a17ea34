// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

/// Scans in DICOM-CT-PD files.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <variant>
#include <vector>

#include <boost/test/unit_test.hpp>
#include <dcmtk/oflog/oflog.h>

#include <pyronn/scan/dicom_ct_pd.hpp>

#include "support/dicom_writer.hpp"
#include "support/temporary_folder.hpp"

using pyronn::DicomCtPd;
using pyronn::Extents;
using pyronn::FileError;
using pyronn::Scan;
using pyronn::ScanFact;
using pyronn::Vec2d;
using test::DicomKey;
using test::DicomSyntax;
using test::DicomWriter;
using test::says;

namespace {

constexpr int columns = 4;
constexpr int rows = 3;
constexpr int views = 5;
constexpr DicomKey pixel_data{0x7FE0, 0x0010};

enum class Layout { swapped, direct };

std::uint16_t stored(int view, int row, int column) {
  return static_cast<std::uint16_t>(40000 + 1000 * view + 10 * row + column);
}
float line_integral(int view, int row, int column) {
  return static_cast<float>(0.0005 * stored(view, row, column) - 2.5);
}
float angle(int view) { return static_cast<float>(0.25 + 0.5 * view); }

DicomWriter view_file(int view, Layout layout = Layout::swapped) {
  DicomWriter file;
  bool const is_swapped = layout == Layout::swapped;
  file.text({0x0008, 0x0060}, "CS", "CT");
  file.text({0x0020, 0x000E}, "UI", "1.2.3.77");
  file.text({0x0020, 0x0013}, "IS", std::to_string(view + 1));
  file.shorts({0x0028, 0x0002}, {1});
  file.shorts({0x0028, 0x0010}, {static_cast<std::uint16_t>(is_swapped ? columns : rows)});
  file.shorts({0x0028, 0x0011}, {static_cast<std::uint16_t>(is_swapped ? rows : columns)});
  file.shorts({0x0028, 0x0100}, {16});
  file.shorts({0x0028, 0x0101}, {16});
  file.shorts({0x0028, 0x0103}, {0});
  file.text({0x0028, 0x1052}, "DS", "-2.5");
  file.text({0x0028, 0x1053}, "DS", "5e-4");
  file.text({0x7029, 0x0010}, "LO", "MAYO");
  file.floats({0x7029, 0x1002}, {1.5F});
  file.floats({0x7029, 0x1006}, {1.25F});
  file.text({0x7029, 0x100B}, "CS", "FLAT");
  file.shorts({0x7029, 0x1010}, {rows});
  file.shorts({0x7029, 0x1011}, {columns});
  file.floats({0x7031, 0x1001}, {angle(view)});
  file.floats({0x7031, 0x1002}, {-310.5F});
  file.floats({0x7031, 0x1003}, {595});
  file.floats({0x7031, 0x1031}, {1085.5F});
  file.floats({0x7031, 0x1033}, {2.75F, 2.25F});
  file.floats({0x7033, 0x100B}, {0});
  file.text({0x7033, 0x100E}, "CS", "FFSNONE");
  file.shorts({0x7033, 0x1013}, {1152});
  file.text({0x7041, 0x1001}, "DS", "0.0192");
  std::vector<std::uint16_t> pixels;
  for (int a = 0; a < (is_swapped ? columns : rows); ++a) {
    for (int b = 0; b < (is_swapped ? rows : columns); ++b) {
      pixels.push_back(is_swapped ? stored(view, b, a) : stored(view, a, b));
    }
  }
  file.shorts(pixel_data, pixels, "OW");
  return file;
}

using Change = std::function<void(DicomWriter&, int)>;

struct Folder {
  test::TemporaryFolder folder;

  Folder() { OFLog::configure(OFLogger::OFF_LOG_LEVEL); }

  void write(
      DicomSyntax syntax, Change const& change = [](DicomWriter&, int) {},
      Layout layout = Layout::swapped) const {
    for (int view = 0; view < views; ++view) {
      DicomWriter file = view_file(view, layout);
      change(file, view);
      // The order of the names is not that of the views.
      test::write_bytes(folder / ("view" + std::to_string(views - view) + ".dcm"),
                        file.file(syntax));
    }
  }
  [[nodiscard]] DicomCtPd read() const { return pyronn::read_dicom_ct_pd_views(folder / ""); }

  /// Whatever the file of view 2 is changed to is refused.
  void refuses(Change const& change, std::string const& reason) const {
    for (auto const syntax : {DicomSyntax::implicit_little, DicomSyntax::explicit_little}) {
      write(syntax, [&](DicomWriter& file, int view) {
        if (view == 2) change(file, view);
      });
      BOOST_TEST_CONTEXT(reason) {
        BOOST_CHECK_EXCEPTION(static_cast<void>(read()), FileError, says(reason));
      }
    }
  }
};

void check_values(DicomCtPd const& scan) {
  BOOST_TEST((scan.size == Extents<2>{columns, rows}));
  BOOST_TEST((scan.pixel == Vec2d{1.5, 1.25}));
  BOOST_TEST(scan.shape == "FLAT");
  BOOST_TEST((scan.central_element == Vec2d{1.75, 1.25}));
  BOOST_TEST(scan.focal_spot == "FFSNONE");
  BOOST_TEST(scan.steps_per_turn.value() == 1152);
  BOOST_TEST(scan.water_attenuation.value() == 0.0192);
  BOOST_TEST_REQUIRE(scan.views.size() == std::size_t{views});
  for (int view = 0; view < views; ++view) {
    auto const& found = scan.views[static_cast<std::size_t>(view)];
    BOOST_TEST(found.number == view + 1);
    BOOST_TEST(found.angle == static_cast<double>(angle(view)));
    BOOST_TEST(found.z == -310.5);
    BOOST_TEST(found.source_isocenter == 595);
    BOOST_TEST(found.source_detector == 1085.5);
    BOOST_TEST(found.angle_shift == 0);
    BOOST_TEST(scan.files[static_cast<std::size_t>(view)].filename().string() ==
               "view" + std::to_string(views - view) + ".dcm");
  }
}

void check_images(pyronn::ImageStack const& images) {
  BOOST_TEST_REQUIRE((images.extents() == Extents<3>{columns, rows, views}));
  for (int first = 0; first < views; ++first) {
    for (int row = 0; row < rows; ++row) {
      int const count = views - first;
      std::vector<float> found(static_cast<std::size_t>(columns * (rows - row) * count));
      images.read({first, count, row, rows - row}, found.data());
      std::size_t at = 0;
      for (int i = first; i < views; ++i) {
        for (int v = row; v < rows; ++v) {
          for (int u = 0; u < columns; ++u) {
            BOOST_REQUIRE(found[at++] == line_integral(i, v, u));
          }
        }
      }
    }
  }
}

ScanFact fact(Scan const& scan, std::string const& what) {
  for (ScanFact const& known : scan.facts) {
    if (known.what == what) return known;
  }
  return {};
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(dicom_ct_pd, Folder)

BOOST_AUTO_TEST_CASE(values_in_every_transfer_syntax) {
  for (auto const syntax :
       {DicomSyntax::implicit_little, DicomSyntax::explicit_little, DicomSyntax::explicit_big}) {
    for (bool const is_unknown : {false, true}) {
      for (auto const layout : {Layout::swapped, Layout::direct}) {
        write(
            syntax,
            [&](DicomWriter& file, int) {
              if (is_unknown) file.make_private_unknown();
            },
            layout);
        DicomCtPd const scan = read();
        check_values(scan);
        check_images(*scan.images);
        BOOST_TEST(scan.is_transposed == (layout == Layout::swapped));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(other_types_than_the_usual_ones) {
  write(DicomSyntax::explicit_little, [](DicomWriter& file, int view) {
    file.doubles({0x7031, 0x1001}, {static_cast<double>(angle(view))});
    file.text({0x7031, 0x1002}, "DS", "-310.5 ");
    file.shorts({0x7031, 0x1003}, {595});
    file.text({0x7031, 0x1033}, "DS", "2.75\\2.25");
    file.text({0x7029, 0x1010}, "IS", "3");
    file.floats({0x7041, 0x1001}, {0.5F});
    file.remove({0x7033, 0x1013});
  });
  DicomCtPd scan = read();
  BOOST_TEST(scan.water_attenuation.value() == 0.5);
  BOOST_TEST(!scan.steps_per_turn);
  scan.water_attenuation = 0.0192;
  scan.steps_per_turn = 1152;
  check_values(scan);
}

BOOST_AUTO_TEST_CASE(signed_numbers) {
  write(DicomSyntax::implicit_little, [](DicomWriter& file, int) {
    file.shorts({0x0028, 0x0103}, {1});
    file.shorts(pixel_data, std::vector<std::uint16_t>(columns * rows, 0xFFFE), "OW");
  });
  std::vector<float> row(columns);
  read().images->read({1, 1, 0, 1}, row.data());
  BOOST_TEST(row[0] == static_cast<float>(-2 * 0.0005 - 2.5));
}

BOOST_AUTO_TEST_CASE(a_flat_detector_on_a_circle_is_a_scan) {
  write(DicomSyntax::explicit_little);
  Scan const scan = pyronn::read_dicom_ct_pd(folder / "");
  check_images(*scan.views);
  BOOST_TEST(scan.files.size() == std::size_t{views});
  BOOST_TEST((scan.measured == pyronn::Measured::line_integrals));
  BOOST_TEST((fact(scan, "rotation").origin == ScanFact::Origin::assumed));
  BOOST_TEST((fact(scan, "columns").origin == ScanFact::Origin::assumed));
  BOOST_TEST((fact(scan, "rows").origin == ScanFact::Origin::assumed));
  BOOST_TEST(fact(scan, "axis column").value == "1.75");
  // Source and detector by hand: the focal centre at (-R sin a, R cos a), the central element
  // behind the axis, columns to the left of who looks from there to the source.
  auto const& beam = std::get<pyronn::ConeBeam>(scan.geometry);
  for (int view = 0; view < views; ++view) {
    auto const a = static_cast<double>(angle(view));
    double const radius = 595;
    double const behind = 1085.5 - radius;
    for (int v = 0; v < rows; ++v) {
      for (int u = 0; u < columns; ++u) {
        auto const ray = beam.view(view).ray(u, v);
        double const across = (u - 1.75) * 1.5;
        double const target[] = {behind * std::sin(a) - across * std::cos(a),
                                 -behind * std::cos(a) - across * std::sin(a), (v - 1.25) * 1.25};
        double const source[] = {-radius * std::sin(a), radius * std::cos(a), 0};
        double length = 0;
        double cosine = 0;
        double squares = 0;
        for (int axis = 0; axis < 3; ++axis) {
          BOOST_TEST(std::abs(static_cast<double>(ray.origin[axis]) - source[axis]) < 1e-4);
          double const step = target[axis] - source[axis];
          length += step * step;
          cosine += step * static_cast<double>(ray.direction[axis]);
          squares += static_cast<double>(ray.direction[axis] * ray.direction[axis]);
        }
        BOOST_TEST(std::abs(cosine / std::sqrt(length * squares) - 1) < 1e-12);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(what_is_given_counts) {
  write(DicomSyntax::explicit_little);
  pyronn::GivenOfScan given;
  given.axis_column = 1.0;
  given.rotation = pyronn::Rotation::clockwise;
  given.source_detector = 1000;
  Scan const scan = pyronn::read_dicom_ct_pd(folder / "", given);
  BOOST_TEST(scan.circle->axis_column == 1.0);
  BOOST_TEST(scan.circle->source_detector == 1000);
  BOOST_TEST((scan.circle->rotation == pyronn::Rotation::clockwise));
}

BOOST_AUTO_TEST_CASE(other_scans_are_refused_but_their_values_are_read) {
  auto const refused = [this](Change const& change, std::string const& reason) {
    write(DicomSyntax::explicit_little, change);
    check_images(*read().images);
    BOOST_TEST_CONTEXT(reason) {
      BOOST_CHECK_EXCEPTION(static_cast<void>(pyronn::read_dicom_ct_pd(folder / "")), FileError,
                            says(reason));
    }
  };
  refused(
      [](DicomWriter& file, int) {
        file.text({0x7029, 0x100B}, "CS", "CYLINDRICAL");
      },
      "DetectorShape (7029,100B): is CYLINDRICAL, not FLAT; such scans come later, "
      "read_dicom_ct_pd_views has their values");
  refused(
      [](DicomWriter& file, int view) {
        file.floats({0x7031, 0x1002}, {static_cast<float>(view)});
      },
      "DetectorFocalCenterAxialPosition (7031,1002): is 1 mm in view 2 and 0 in the first: the "
      "scan is no circle; such scans come later");
  refused(
      [](DicomWriter& file, int view) {
        file.floats({0x7031, 0x1003}, {static_cast<float>(595 + view)});
      },
      "DetectorFocalCenterRadialDistance (7031,1003): is 596 mm in view 2");
  refused(
      [](DicomWriter& file, int view) {
        file.floats({0x7031, 0x1031}, {static_cast<float>(1000 + view)});
      },
      "ConstantRadialDistance (7031,1031): is 1001 mm in view 2");
  refused(
      [](DicomWriter& file, int) {
        file.floats({0x7033, 0x100C}, {-0.5F});
      },
      "move the focal spot by 0.5 mm in view 1");
  refused(
      [](DicomWriter& file, int) {
        file.floats({0x7033, 0x100B}, {0x1p-10F});
      },
      "move the focal spot by 0.58105");
  refused(
      [](DicomWriter& file, int view) {
        file.floats({0x7031, 0x1001}, {static_cast<float>(90 * view)});
      },
      "are they degrees? Angles are in rad");
}

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
