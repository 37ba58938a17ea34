// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

/// Scans in DICOM-CT-PD files.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/scan/dicom_ct_pd.hpp>

#include "support/dicom_scan.hpp"
#include "support/scan_facts.hpp"

using pyronn::DicomCtPd;
using pyronn::Extents;
using pyronn::FileError;
using pyronn::Scan;
using pyronn::ScanFact;
using pyronn::Vec2d;
using test::DicomSyntax;
using test::DicomWriter;
using test::fact_of;
using test::says;
using test::dicom::angle;
using test::dicom::Change;
using test::dicom::check_images;
using test::dicom::columns;
using test::dicom::Layout;
using test::dicom::pixel_data;
using test::dicom::rows;
using test::dicom::views;

namespace {

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

}  // namespace

BOOST_FIXTURE_TEST_SUITE(dicom_ct_pd, test::dicom::Folder)

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
  BOOST_TEST((fact_of(scan, "rotation").origin == ScanFact::Origin::assumed));
  BOOST_TEST((fact_of(scan, "columns").origin == ScanFact::Origin::assumed));
  BOOST_TEST((fact_of(scan, "rows").origin == ScanFact::Origin::assumed));
  BOOST_TEST(fact_of(scan, "axis column").value == "1.75");
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
  BOOST_TEST(scan.circle->column_of_axis() == 1.0);
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
      "DetectorShape (7029,100B): is CYLINDRICAL, not FLAT; such scans are not "
      "reconstructed yet");
  refused(
      [](DicomWriter& file, int view) {
        file.floats({0x7031, 0x1002}, {static_cast<float>(view)});
      },
      "DetectorFocalCenterAxialPosition (7031,1002): is 1 mm in view 2 and 0 in the first: the "
      "scan is no circle; such scans are not reconstructed yet");
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

BOOST_AUTO_TEST_SUITE_END()
