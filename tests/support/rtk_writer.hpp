// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// RTK's geometry files.
#include <sstream>
#include <string>
#include <vector>

#include <pyronn/core/math.hpp>
#include <pyronn/interop/rtk_parameters.hpp>

namespace test {

/// A file with all numbers in each projection, and `common` above them.
inline std::string rtk_geometry(std::vector<pyronn::rtk::Projection> const& projections,
                                std::string const& common = "", int digits = 17) {
  constexpr double deg = pyronn::pi / 180;
  std::ostringstream out;
  out.precision(digits);
  auto const print = [&out](char const* name, double value) {
    out << '<' << name << '>' << value << "</" << name << ">\n";
  };
  out << "<RTKThreeDCircularGeometry version=\"3\">\n" << common;
  for (pyronn::rtk::Projection const& of : projections) {
    out << "<Projection>";
    print("SourceToIsocenterDistance", of.source_to_isocenter_distance);
    print("SourceToDetectorDistance", of.source_to_detector_distance);
    print("GantryAngle", of.gantry_angle / deg);
    print("OutOfPlaneAngle", of.out_of_plane_angle / deg);
    print("InPlaneAngle", of.in_plane_angle / deg);
    print("SourceOffsetX", of.source_offset_x);
    print("SourceOffsetY", of.source_offset_y);
    print("ProjectionOffsetX", of.projection_offset_x);
    print("ProjectionOffsetY", of.projection_offset_y);
    out << "<Matrix>";
    auto const matrix =
        of.is_parallel() ? pyronn::rtk::parallel_matrix(of) : pyronn::rtk::matrix(of);
    for (int i = 0; i < 12; ++i) out << ' ' << matrix.row[i / 4][i % 4];
    out << "</Matrix></Projection>\n";
  }
  out << "</RTKThreeDCircularGeometry>\n";
  return out.str();
}

}  // namespace test
