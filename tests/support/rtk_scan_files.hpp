// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// RTK's geometry file and a MetaImage file of projections.
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/scan/rtk_scan.hpp>

#include "rtk_writer.hpp"
#include "temporary_folder.hpp"

namespace test::rtk_scan {

inline constexpr double deg = pyronn::pi / 180;
inline constexpr int columns = 5;
inline constexpr int rows = 4;
inline std::string const place = "Offset = -4 -1 0\nElementSpacing = 2 0.5 1\n";

/// Both as RTK 2.7 wrote them: AddProjection(500, 900, 30, 1, -2, 4, 5, 6, 7) and
/// AddProjection(500, 0, 30, 1, -2, 4, 5, 6, 7).
inline double const cone_matrix[3][4] = {
    {-776.698868747171, -78.5978745336021, 447.86855371377, 2900},
    {41.1492536151621, -895.019024351885, -85.6077389907867, 1800},
    {0.498782025129912, -0.0697564737441253, 0.863915809427104, -500}};
inline double const parallel_matrix[3][4] = {
    {0.865769754303134, 0.0869434357387572, -0.492832194074039, -1},
    {-0.0407335726544365, 0.993768017875764, 0.103758868084034, 2},
    {0, 0, 0, 1}};
inline pyronn::rtk::Projection const general{500, 900, 30 * deg, 4 * deg, 5 * deg, 6, 7, 1, -2};

struct Files {
  TemporaryFolder folder;
  std::filesystem::path geometry = folder / "geometry.xml";
  std::filesystem::path projections;

  void write_geometry(std::vector<pyronn::rtk::Projection> const& views,
                      std::string const& common = "") const {
    write_bytes(geometry, rtk_geometry(views, common));
  }

  /// Images of which pixel i holds i.
  template <class T>
  void write_images(int count, std::string const& type, std::string const& header = place) {
    static int files = 0;
    projections = folder / ("projections" + std::to_string(++files) + ".mha");
    std::vector<T> numbers(static_cast<std::size_t>(columns * rows * count));
    for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<T>(i);
    write_bytes(projections, "NDims = 3\nDimSize = 5 4 " + std::to_string(count) + "\n" + header +
                                 "ElementType = " + type + "\nElementDataFile = LOCAL\n" +
                                 std::string(reinterpret_cast<char const*>(numbers.data()),
                                             numbers.size() * sizeof(T)));
  }

  [[nodiscard]] pyronn::Scan read(pyronn::GivenOfScan const& given = {}) const {
    return pyronn::read_rtk_scan(geometry, projections, given);
  }

  void refuses(std::filesystem::path const& path, std::string const& reason,
               pyronn::GivenOfScan const& given = {}) const {
    BOOST_CHECK_EXCEPTION(static_cast<void>(read(given)), pyronn::FileError, says_of(path, reason));
  }
};

}  // namespace test::rtk_scan
