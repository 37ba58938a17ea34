// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Scans in Data Exchange files, as of the Advanced Photon Source. Needs HDF5's C library, as
/// hdf5_images.hpp. The fields: F. De Carlo et al., J. Synchrotron Rad. 21, 1224 (2014).
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <pyronn/scan/detail/units.hpp>
#include <pyronn/scan/hdf5_images.hpp>
#include <pyronn/scan/scan.hpp>

namespace pyronn {

namespace detail {

inline std::vector<double> data_exchange_angles(Hdf5File const& file, int num_views,
                                                ScanFacts& facts) {
  std::string const name = "exchange/theta";
  if (!file.has(name)) file.fail(name, ": is missing; angles are not guessed");
  auto angles = file.numbers(name);
  if (angles.size() != static_cast<std::size_t>(num_views)) {
    file.fail(name, ": holds ", counted(angles.size(), "angle"), " of ",
              counted(num_views, "view"));
  }
  std::string const unit = file.attribute(name, "units");
  double const rad =
      rad_of_angles(angles, unit, [&](auto const&... parts) { file.fail(name, parts...); });
  facts.note<std::string>("unit of angles", unit.empty() ? "degrees" : unit,
                          unit.empty() ? ScanFact::Origin::assumed : ScanFact::Origin::file,
                          unit.empty() ? "as Data Exchange has them" : name);
  for (double& angle : angles) angle *= rad;
  return angles;
}

/// What the angles of the file and the caller say of the circle.
inline CircularScan data_exchange_circle(Hdf5File const& file, Extents<3> const& extents,
                                         GivenOfScan const& given, ScanFacts& facts) {
  CircularScan circle{{extents[0], extents[1]}, {}, data_exchange_angles(file, extents[2], facts)};
  circle.pixel = facts.choose<Vec2d>("pixel [mm]", given.pixel, {{}, ""}, Vec2d{1, 1},
                                     "the file has no pixel sizes: attenuation is per pixel");
  circle.axis_column = facts.choose<double>("axis column", given.axis_column, {{}, ""},
                                            circle.column_of_axis(), "the middle of the panel");
  circle.roll = facts.choose_angle("roll", given.roll, {{}, ""}, 0.0, "no file says it");
  circle.rotation = facts.choose<Rotation>("rotation", given.rotation, {{}, ""},
                                           Rotation::counter_clockwise, "no file says it");
  return circle;
}

}  // namespace detail

/// Reads the scan of exchange/data, data_dark, data_white and theta: parallel rays. Darks and flats
/// count as taken before the views, as the file does not say. Throws FileError for whatever is
/// missing or contradictory, with its name in the file; `facts` lists what was assumed.
/// `kept_bytes` is what hdf5_images keeps of compressed images, of views, darks and flats together.
[[nodiscard]] inline Scan read_data_exchange(std::filesystem::path const& path,
                                             GivenOfScan const& given = {},
                                             std::int64_t kept_bytes = kept_hdf5_bytes) {
  auto const file = std::make_shared<detail::Hdf5File const>(path);
  auto const kept = std::make_shared<detail::KeptBlocks>(kept_bytes);
  std::vector<std::vector<std::filesystem::path>> sources;
  auto const images = [&](std::string const& name) {
    auto set = detail::open_hdf5_images(file, name);
    sources.push_back(set.storage.files);
    return std::make_shared<detail::Hdf5Images const>(std::move(set), kept);
  };
  std::string const axes = file->attribute("exchange/data", "axes");
  if (!axes.empty() && axes != "theta:y:x") {
    file->fail("exchange/data: has the axes ", axes, ", where theta:y:x is read");
  }
  if (given.source_isocenter || given.source_detector) {
    file->fail("is a Data Exchange file, whose rays are parallel; distances were given");
  }
  auto const views = images("exchange/data");
  auto const extents = views->extents();
  ScanFacts facts;
  CircularScan const circle = detail::data_exchange_circle(*file, extents, given, facts);
  try {
    Scan scan{circle.geometry()};
    scan.circle = circle;
    scan.views = views;
    for (auto const& [name, taken] :
         {std::pair{"exchange/data_dark", &scan.darks}, {"exchange/data_white", &scan.flats}}) {
      if (!file->has(name)) continue;
      auto const found = images(name);
      *taken = {found, std::vector<double>(static_cast<std::size_t>(found->extents()[2]))};
    }
    if (scan.flats) scan.measured = Measured::intensities;
    if (!scan.flats && (scan.darks || is_integer(views->type()))) {
      file->fail("exchange/data_white: is missing, which counts want");
    }
    facts.note<std::string>("images", scan.flats ? "counts" : "line integrals",
                            scan.flats ? ScanFact::Origin::file : ScanFact::Origin::assumed,
                            scan.flats ? "exchange/data_white" : "there is no exchange/data_white");
    scan.facts = facts.list();
    scan.files = detail::all_files(*file, sources);
    scan.validate();
    return scan;
  } catch (InvalidArgument const& error) {
    detail::fail_file(path, error.what());
  }
}

}  // namespace pyronn
