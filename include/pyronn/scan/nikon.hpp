// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Scans of Nikon's (X-Tek's) scanners: .xtekct files with TIFF images beside them. Needs libtiff,
/// as tiff_images.hpp.
#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include <pyronn/interop/detail/text_file.hpp>
#include <pyronn/scan/detail/angle_table.hpp>
#include <pyronn/scan/detail/nikon_angles.hpp>
#include <pyronn/scan/detail/nikon_file.hpp>
#include <pyronn/scan/image_files.hpp>
#include <pyronn/scan/scan.hpp>
#include <pyronn/scan/tiff_images.hpp>

namespace pyronn {

namespace detail {

/// The folder of the images: the file names it by its last part at least, wherever the scan was.
inline std::filesystem::path nikon_image_folder(std::filesystem::path const& path,
                                                std::string const& named) {
  std::filesystem::path beside = path.parent_path().empty() ? "." : path.parent_path();
  if (named.empty()) return beside;
  std::string plain = named;
  std::replace(plain.begin(), plain.end(), '\\', '/');
  while (plain.size() > 1 && plain.back() == '/') plain.pop_back();
  std::error_code unknown;
  for (std::filesystem::path const& folder :
       {beside / plain, beside / std::filesystem::path{plain}.filename()}) {
    if (std::filesystem::is_directory(folder, unknown)) return folder;
  }
  return beside;
}

/// The angles of the file beside a scan that has one of `names`, or else of the only one that ends
/// in `end`, which is in small letters; nothing where there is none.
inline std::optional<NikonAngleTable> nikon_angle_table(std::filesystem::path const& path,
                                                        std::vector<std::string> const& names,
                                                        std::string const& end) {
  std::filesystem::path const folder = path.parent_path().empty() ? "." : path.parent_path();
  std::vector<std::filesystem::path> found;
  for (auto const& file : files_that_end_in(folder, {end.substr(end.rfind('.'))})) {
    std::string const name = lower_case(file.filename().string());
    bool const is_one = name.size() >= end.size() && name.substr(name.size() - end.size()) == end;
    if (is_one) found.push_back(file);
  }
  auto const is_named = [&names](std::filesystem::path const& file) {
    return std::any_of(names.begin(), names.end(), [&file](std::string const& name) {
      return lower_case(name) == lower_case(file.filename().string());
    });
  };
  auto file = std::find_if(found.begin(), found.end(), is_named);
  if (file == found.end() && found.size() == 1) file = found.begin();
  if (file == found.end()) return std::nullopt;
  return NikonAngleTable{*file, parse_angle_table(*file, read_text_file(*file))};
}

}  // namespace detail

/// Reads the scan of an .xtekct file and of the TIFF images that it names: those in
/// InputFolderName, or beside it, which are called InputName, InputSeparator and a number. Images
/// are intensities with the flat field corrected to WhiteLevel; z is along their rows from first to
/// last. Angles are InitialAngle and AngularStep, or those of an .ang file beside it where the file
/// says so. ObjectOffsetX and ObjectRoll, or CentreOfRotationTop and Bottom where the former is
/// missing or 0, say where the axis is; 0 is unknown. A tilt of the axis makes it no circle.
/// `hardening` has CoefX0 to CoefX4. Throws FileError for whatever is missing or contradictory,
/// with its key; `facts` lists what was assumed.
[[nodiscard]] inline Scan read_nikon(std::filesystem::path const& path,
                                     GivenOfScan const& given = {}) {
  detail::NikonFile const file{path, detail::read_text_file(path)};
  std::string const stem = path.stem().string();
  detail::NikonAngleTables const tables{
      detail::nikon_angle_table(path, {stem + ".ang", file.name() + ".ang"}, ".ang"),
      detail::nikon_angle_table(
          path, {"_ctdata.txt", stem + "_ctdata.txt", file.name() + "_ctdata.txt"}, "_ctdata.txt")};
  auto images = image_files(detail::nikon_image_folder(path, file.image_folder()),
                            {".tif", ".tiff"}, file.image_prefix());
  Scan scan = file.scan(tiff_images(images), given, tables);
  scan.files = {path};
  for (auto const& table : {tables.ang, tables.ctdata}) {
    if (table) scan.files.push_back(table->path);
  }
  scan.files.insert(scan.files.end(), images.begin(), images.end());
  return scan;
}

}  // namespace pyronn
