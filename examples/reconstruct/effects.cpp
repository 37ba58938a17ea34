// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "effects.hpp"

#include <algorithm>

#include <pyronn/scan/row_extension.hpp>

#include "bad_input.hpp"
#include "number_text.hpp"

namespace example {

void check_effects(Options const& options, pyronn::Scan const& scan, PlaceOfWork place) {
  std::string const file = options.scan.string();
  if (options.interpolation == "texture" && place == PlaceOfWork::cpu) {
    throw BadInput("--interpolation: texture is a GPU's, and the work is done on the CPU");
  }
  bool const are_lines = scan.measured == pyronn::Measured::line_integrals;
  bool const has_fields = scan.darks || scan.flats;
  auto const refuse = [&](char const* option, bool is_named, std::string const& why) {
    if (is_named) throw BadInput(std::string{option} + ": " + file + why);
  };
  std::string const no_counts = " holds line integrals, not counts";
  refuse("--repair", options.repair && are_lines, no_counts + ", by which pixels are judged");
  refuse("--least-transmission", options.least_light && are_lines, no_counts);
  refuse("--fields", !options.fields.empty() && !has_fields, " has no dark and no flat fields");
  constexpr int least_columns = 3;
  int const columns = scan.detector_size()[0];
  refuse("--rings", options.rings && columns < least_columns,
         " has " + counted(columns, "column") + "; stripes are told by the " +
             std::to_string(least_columns - 1) + " beside them");
  bool const is_for_arcs = options.redundancy == "parker" || options.redundancy == "riess";
  if (is_for_arcs && scan.circle && pyronn::is_full_turn(*scan.circle)) {
    throw BadInput("--redundancy: " + options.redundancy +
                   " is for less than a full turn, not for " + file +
                   "; uniform and wang are for full turns");
  }
  if (auto const column = options.axis_column(); column && scan.circle) {
    if (!(*column >= -0.5 && *column <= columns - 0.5)) {
      throw BadInput("--center: " + number_text(*column) + " is outside of the columns, 0 to " +
                     std::to_string(columns - 1));
    }
  }
}

std::string warning_of_axis(pyronn::Scan const& scan) {
  if (!scan.circle || pyronn::is_full_turn(*scan.circle)) return "";
  double const before = scan.circle->column_of_axis() + 0.5;
  int const columns = scan.circle->size[0];
  double const nearer = std::min(before, columns - before);
  if (nearer >= columns / 8.0) return "";
  return "the axis, in column " + number_text(scan.circle->column_of_axis()) + " of " +
         std::to_string(columns) + ", has " + number_text(std::max(nearer, 0.0)) +
         " columns to one side: all views see " +
         number_text(2 * std::max(nearer, 0.0) * scan.circle->pixel_at_axis()[0]) +
         " mm about it, and what is farther out is wrong; see --center";
}

}  // namespace example
