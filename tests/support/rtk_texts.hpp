// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Geometry files as RTK 2.7 writes them.
#include <string>

namespace test {

/// As RTK 2.7 writes it: common numbers once, the rest in each projection.
inline std::string const cone_of_rtk = R"(<?xml version="1.0"?>
<!DOCTYPE RTKGEOMETRY>
<RTKThreeDCircularGeometry version="3">
    <SourceToIsocenterDistance>500</SourceToIsocenterDistance>
    <SourceToDetectorDistance>900</SourceToDetectorDistance>
    <ProjectionOffsetX>1</ProjectionOffsetX>
    <ProjectionOffsetY>-2</ProjectionOffsetY>
  <Projection>
    <GantryAngle>30</GantryAngle>
    <Matrix>
        -779.922863405995                   0    449.133974596216                 500
                        1                -900    1.73205080756888               -1000
                      0.5                   0   0.866025403784439                -500
    </Matrix>
  </Projection>
  <Projection>
    <GantryAngle>30</GantryAngle>
    <SourceOffsetX>6</SourceOffsetX>
    <SourceOffsetY>7</SourceOffsetY>
    <InPlaneAngle>5</InPlaneAngle>
    <OutOfPlaneAngle>4</OutOfPlaneAngle>
    <CollimationUInf>1.79769313486232e+308</CollimationUInf>
    <Matrix>
        -776.698868747171   -78.5978745336021     447.86855371377                2900
         41.1492536151621   -895.019024351885   -85.6077389907867                1800
        0.498782025129912 -0.0697564737441253   0.863915809427104                -500
    </Matrix>
  </Projection>
</RTKThreeDCircularGeometry>
)";

/// Parallel rays, as RTK 2.7 writes AddProjection(500, 0, 30, 1, -2, 4, 5, 6, 7): there is no
/// distance to the detector at all.
inline std::string const parallel_of_rtk = R"(<?xml version="1.0"?>
<!DOCTYPE RTKGEOMETRY>
<RTKThreeDCircularGeometry version="3">
    <SourceToIsocenterDistance>500</SourceToIsocenterDistance>
    <ProjectionOffsetX>1</ProjectionOffsetX>
  <Projection>
    <GantryAngle>30</GantryAngle>
    <SourceOffsetX>6</SourceOffsetX>
    <SourceOffsetY>7</SourceOffsetY>
    <ProjectionOffsetY>-2</ProjectionOffsetY>
    <InPlaneAngle>5</InPlaneAngle>
    <OutOfPlaneAngle>4</OutOfPlaneAngle>
    <Matrix>
        0.865769754303134  0.0869434357387572  -0.492832194074039                  -1
      -0.0407335726544365   0.993768017875764   0.103758868084034                   2
                        0                   0                   0                   1
    </Matrix>
  </Projection>
</RTKThreeDCircularGeometry>
)";

}  // namespace test
