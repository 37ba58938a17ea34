// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "rank_report.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <ios>
#include <sstream>
#include <string>
#include <vector>

#include "rank_work.hpp"
#include "report.hpp"

namespace example {
namespace {

/// "slices 0 to 11"
std::string text_of(std::string const& planes, int first, int count) {
  if (count == 0) return "no " + planes;
  return planes + " " + std::to_string(first) + " to " + std::to_string(first + count - 1);
}

void print_rank(pyronn::Scan const& scan, pyronn::Grid const& grid, Ranks const& ranks, int rank,
                std::string const& text, std::vector<double> const& seconds) {
  pyronn::Slab const slab = slab_of(scan, grid, ranks, rank);
  std::string const time = text_of_seconds(seconds[static_cast<std::size_t>(rank)]);
  std::printf("rank %d of %d: %s, %s, about %s\n", rank, ranks.size(),
              text_of("slices", slab.first_slice, slab.num_slices).c_str(), text.c_str(),
              time.c_str());
}

}  // namespace

void print_bands_of_ranks(BandPlan const& plan, pyronn::Scan const& scan, pyronn::Grid const& grid,
                          Ranks const& ranks, std::vector<double> const& seconds) {
  for (int rank = 0; rank < ranks.size(); ++rank) {
    auto const bands = bands_of_rank(plan, scan, grid, ranks, rank).bands;
    int first = bands.empty() ? 0 : bands.front().rows.first;
    int end = first;
    for (Band const& band : bands) {
      first = std::min(first, band.rows.first);
      end = std::max(end, band.rows.first + band.rows.count);
    }
    print_rank(scan, grid, ranks, rank, text_of("rows", first, end - first) + " of all views",
               seconds);
  }
}

void print_shares_of_ranks(pyronn::Scan const& scan, pyronn::Grid const& grid, Ranks const& ranks,
                           std::vector<double> const& seconds) {
  for (int rank = 0; rank < ranks.size(); ++rank) {
    auto const views = pyronn::share_of_rank(scan.num_views(), rank, ranks.size());
    print_rank(scan, grid, ranks, rank, text_of("views", views.first, views.count), seconds);
  }
}

void print_rank_plans(std::vector<pyronn::RankPlan> const& plans) {
  std::ostringstream text;
  text.exceptions(std::ios::badbit);
  char const* name = "projection";
  for (pyronn::RankPlan const& plan : plans) {
    text << name << ": " << plan << '\n';
    name = "backprojection";
  }
  std::printf("%s", text.str().c_str());
}

}  // namespace example
