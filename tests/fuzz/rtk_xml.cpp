// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <sstream>

#include <pyronn/interop/rtk_xml.hpp>

#include "../support/rtk_writer.hpp"
#include "fuzz.hpp"

namespace fuzz {
namespace {

/// As RTK writes it: what is common stands above all projections.
std::string file(std::vector<pyronn::rtk::Projection> const& projections, char const* common) {
  std::ostringstream out;
  out.precision(15);
  out << "<?xml version=\"1.0\"?>\n<!DOCTYPE RTKGEOMETRY>\n<RTKThreeDCircularGeometry "
         "version=\"3\">\n"
      << "<SourceToIsocenterDistance>500</SourceToIsocenterDistance>\n"
      << "<SourceToDetectorDistance>900</SourceToDetectorDistance>\n"
      << common;
  for (auto const& projection : projections) {
    auto const matrix = pyronn::rtk::matrix(projection);
    out << "<Projection>\n<GantryAngle>" << projection.gantry_angle * 180 / pyronn::pi
        << "</GantryAngle>\n<SourceOffsetX>" << projection.source_offset_x
        << "</SourceOffsetX>\n<Matrix>\n";
    for (int i = 0; i < 12; ++i) out << matrix.row[i / 4][i % 4] << (i % 4 == 3 ? '\n' : ' ');
    out << "</Matrix>\n</Projection>\n";
  }
  out << "</RTKThreeDCircularGeometry>\n";
  return out.str();
}

}  // namespace

Reader rtk_xml() {
  return {"rtk_xml",
          {file({{500, 900, 0.5, 0, 0, 3}, {500, 900, 1}}, ""),
           file({{500, 900, 2}}, "<CollimationUInf>1.79769313486232e+308</CollimationUInf>\n"),
           file({{500, 900, 6}}, "<Other unit=\"mm\">7</Other>\n"),
           file({{500, 900, 2}}, "<CollimationVSup>20</CollimationVSup>\n"),
           test::rtk_geometry({{500, 0, 1, 0, 0.1, 3, 4, 5, 6}, {500, 0, 2}})},
          {"<GantryAngle>30</GantryAngle>",
           "<Angle>0</Angle>",
           "<Matrix>",
           "</Matrix>",
           "<Projection>",
           "</Projection>",
           "<Projection/>",
           "<InPlaneAngle>0</InPlaneAngle>",
           "<CollimationVSup>1e308</CollimationVSup>",
           "<ProjectionOffsetY>0.0</ProjectionOffsetY>",
           "<RadiusCylindricalDetector>0</RadiusCylindricalDetector>",
           "<![CDATA[",
           "]]>",
           "<!--",
           "-->",
           "&#0;",
           "&lt;",
           "version=\"2\"",
           "e+308",
           "<a><a><a><a>",
           "1.79769313486232e+308"},
          [](std::filesystem::path const& path) {
            std::size_t notes = 0;
            return returns<pyronn::FileError>([&] {
              auto const note = [&](std::string const&) { ++notes; };
              auto const projections = pyronn::rtk::read_collimated_geometry(path, note);
              promises(!projections.empty(), "there are projections");
              for (auto const& [projection, jaws] : projections) {
                if (projection.is_parallel()) {
                  projection.validate_place();
                } else {
                  projection.validate();
                }
              }
              static_cast<void>(returns<pyronn::FileError>([&] {
                auto const plain = pyronn::rtk::read_geometry(path, note);
                promises(plain.size() == projections.size(), "all projections are read");
              }));
            });
          }};
}

}  // namespace fuzz
