// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <string>

#include <pyronn/core/error.hpp>
#include <pyronn/scan/scan_json.hpp>

#include "../open_images.hpp"
#include "../scan_format.hpp"

namespace example {
namespace {

/// Descriptions have any name, and begin with a brace.
bool is_json(FileSigns const& file) {
  auto const first = file.start.find_first_not_of("\xef\xbb\xbf \t\r\n");
  return first != std::string::npos && file.start[first] == '{';
}

/// Lets what was given count, as other formats do.
void apply(pyronn::GivenOfScan const& given, pyronn::Scan& scan) {
  bool const is_changed = given.axis_column || given.roll || given.rotation || given.pixel ||
                          given.source_isocenter || given.source_detector;
  if (!is_changed) return;
  if (!scan.circle) {
    throw pyronn::InvalidArgument("describes no circle, of which something was given");
  }
  auto& circle = *scan.circle;
  if (circle.is_plane() && given.pixel && (*given.pixel)[0] != (*given.pixel)[1]) {
    throw pyronn::InvalidArgument("describes a scan of the plane, whose pixels have one size");
  }
  if (circle.is_parallel() && (given.source_isocenter || given.source_detector)) {
    throw pyronn::InvalidArgument("has parallel rays; distances were given");
  }
  circle.axis_column = given.axis_column.value_or(circle.column_of_axis());
  circle.roll = given.roll.value_or(circle.roll);
  circle.rotation = given.rotation.value_or(circle.rotation);
  circle.pixel = given.pixel.value_or(circle.pixel);
  circle.source_isocenter = given.source_isocenter.value_or(circle.source_isocenter);
  circle.source_detector = given.source_detector.value_or(circle.source_detector);
  scan.geometry = circle.geometry();
  scan.validate();
}

}  // namespace

ScanFormat json_format() {
  return {"a description in JSON", is_json, [](ScanSource const& source) {
            auto scan = pyronn::read_scan_json(source.path, open_images);
            apply(source.given, scan);
            return scan;
          }};
}

}  // namespace example
