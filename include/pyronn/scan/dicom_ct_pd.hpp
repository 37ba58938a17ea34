// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Scans in DICOM-CT-PD files. Needs DCMTK, as dicom_ct_pd_views.hpp.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <string>
#include <utility>

#include <pyronn/core/error.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/scan/dicom_ct_pd_views.hpp>
#include <pyronn/scan/image_files.hpp>
#include <pyronn/scan/scan.hpp>

namespace pyronn {

namespace detail {

/// The circle of a scan with a flat detector.
class DicomCtPdCircle {
 public:
  DicomCtPdCircle(DicomCtPd const& scan, GivenOfScan const& given) : scan_{scan}, given_{given} {}

  [[nodiscard]] CircularScan read(ScanFacts& facts) const {
    check_orbit();
    DicomCtPdView const& first = scan_.views.front();
    CircularScan circle{scan_.size, {}, {}};
    for (DicomCtPdView const& view : scan_.views) circle.angles.push_back(view.angle + 0.5 * pi);
    circle.pixel =
        facts.choose<Vec2d>("pixel [mm]", given_.pixel,
                            {scan_.pixel, "DetectorElementTransverseSpacing, Axial"}, {}, "");
    circle.source_isocenter =
        facts.choose<double>("source-isocenter distance", given_.source_isocenter,
                             {first.source_isocenter, "DetectorFocalCenterRadialDistance"}, 0, "");
    circle.source_detector =
        facts.choose<double>("source-detector distance", given_.source_detector,
                             {first.source_detector, "ConstantRadialDistance"}, 0, "");
    std::string const counted = "DetectorCentralElement, which counts from 1";
    circle.axis_column = facts.choose<double>("axis column", given_.axis_column,
                                              {scan_.central_element[0], counted}, 0, "");
    circle.central_row =
        facts.note("central row", scan_.central_element[1], ScanFact::Origin::file, counted);
    circle.roll = facts.choose_angle("roll", given_.roll, {{}, ""}, 0.0, "no file says it");
    circle.rotation = facts.choose<Rotation>(
        "rotation", given_.rotation, {{}, ""}, Rotation::counter_clockwise,
        "the focal centre is at (-R sin a, R cos a); some readers turn it round");
    facts.note<std::string>("columns", "in the order of the file", ScanFact::Origin::assumed,
                            "some readers reverse them");
    facts.note<std::string>("rows", "along +z from the first", ScanFact::Origin::assumed,
                            "some readers reverse them");
    if (scan_.size[0] == scan_.size[1]) {
      facts.note<std::string>(
          "columns of the file's images", "rows of the detector", ScanFact::Origin::assumed,
          "as the format has it; the detector is square, so that it may not be");
    }
    facts.note("z of the source in the file [mm]", first.z, ScanFact::Origin::file,
               "DetectorFocalCenterAxialPosition; here it is 0");
    return circle;
  }

 private:
  /// What is not reconstructed yet.
  void check_orbit() const {
    std::string const later = "; such scans are not reconstructed yet";
    expects(lower_case(scan_.shape) == "flat", "DetectorShape (7029,100B): is ", scan_.shape,
            ", not FLAT", later);
    DicomCtPdView const& first = scan_.views.front();
    double const tolerance = 0.01 * std::min(scan_.pixel[0], scan_.pixel[1]);
    for (DicomCtPdView const& view : scan_.views) {
      auto const same = [&](char const* name, double value, double expected) {
        expects(std::abs(value - expected) <= tolerance, name, ": is ", value, " mm in view ",
                view.number, " and ", expected, " in the first: the scan is no circle", later);
      };
      same("DetectorFocalCenterAxialPosition (7031,1002)", view.z, first.z);
      same("DetectorFocalCenterRadialDistance (7031,1003)", view.source_isocenter,
           first.source_isocenter);
      same("ConstantRadialDistance (7031,1031)", view.source_detector, first.source_detector);
      double const shift = std::max({std::abs(view.angle_shift * view.source_isocenter),
                                     std::abs(view.z_shift), std::abs(view.radius_shift)});
      expects(shift <= tolerance, "SourceAngularPositionShift, SourceAxialPositionShift, ",
              "SourceRadialDistanceShift (7033,100B to 100D): move the focal spot by ", shift,
              " mm in view ", view.number, later);
    }
  }

  DicomCtPd const& scan_;
  GivenOfScan const& given_;
};

}  // namespace detail

/// Reads the scan of a folder of .dcm and .ima files, whose detector is flat and whose source moves
/// on a circle. Throws FileError where read_dicom_ct_pd_views does, and for other detectors and
/// orbits; `facts` lists what was assumed.
[[nodiscard]] inline Scan read_dicom_ct_pd(std::filesystem::path const& folder,
                                           GivenOfScan const& given = {}) {
  DicomCtPd const values = read_dicom_ct_pd_views(folder);
  try {
    ScanFacts facts;
    CircularScan circle = detail::DicomCtPdCircle{values, given}.read(facts);
    Scan scan{circle.geometry()};
    scan.circle = std::move(circle);
    scan.views = values.images;
    facts.note<std::string>("images", "line integrals", ScanFact::Origin::assumed,
                            "as the format has them, by RescaleSlope and RescaleIntercept");
    if (values.water_attenuation) {
      facts.note("attenuation of water", *values.water_attenuation, ScanFact::Origin::file,
                 "WaterAttenuationCoefficient");
    }
    scan.facts = facts.list();
    scan.files = values.files;
    scan.validate();
    return scan;
  } catch (InvalidArgument const& error) {
    detail::fail_file(folder, error.what());
  }
}

}  // namespace pyronn
