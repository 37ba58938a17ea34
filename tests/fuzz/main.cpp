// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

/// Feeds readers with files that are nearly right: readers_fuzz [inputs [reader [first input]]].
/// An input depends on its number and the reader alone. The status is 1 where a reader threw what
/// it must not throw, broke another promise, or took longer than any input may; sanitizers find the
/// rest.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "../support/temporary_folder.hpp"
#include "fuzz.hpp"
#include "mutation.hpp"

namespace {

/// A file in memory where there is such a file system.
std::filesystem::path file_name(test::TemporaryFolder const& folder, std::string const& reader) {
  std::filesystem::path const memory = "/dev/shm";
  std::error_code error;
  if (!std::filesystem::is_directory(memory, error)) return folder / "input";
  return memory / (std::filesystem::path{folder / ""}.parent_path().filename().string() + reader);
}

/// Returns the number of findings.
int run(fuzz::Reader const& reader, std::uint64_t inputs, std::uint64_t first) {
  constexpr std::chrono::seconds longest{20};
  test::TemporaryFolder const folder;
  auto const path = file_name(folder, reader.name);
  constexpr int most_findings = 10;
  std::uint64_t accepted = 0;
  std::uint64_t refused = 0;
  int findings = 0;
  for (std::uint64_t input = first; input < first + inputs && findings < most_findings; ++input) {
    bool const is_whole = input < reader.corpus.size();
    std::string const bytes = is_whole ? reader.corpus[static_cast<std::size_t>(input)]
                                       : fuzz::Mutator{reader, input}.input();
    test::write_bytes(path, bytes);
    auto const begin = std::chrono::steady_clock::now();
    std::string finding;
    try {
      bool const is_accepted = reader.accepts(path);
      ++(is_accepted ? accepted : refused);
      if (is_whole && !is_accepted) finding = "the corpus is refused";
    } catch (std::exception const& error) {
      finding = error.what();
    }
    if (std::chrono::steady_clock::now() - begin > longest) finding = "takes too long";
    if (finding.empty()) continue;
    std::printf("%s, input %llu: %s\n%s\n", reader.name.c_str(),
                static_cast<unsigned long long>(input), finding.c_str(), bytes.c_str());
    ++findings;
  }
  std::printf("%s: %llu accepted, %llu refused, %d findings\n", reader.name.c_str(),
              static_cast<unsigned long long>(accepted), static_cast<unsigned long long>(refused),
              findings);
  std::fflush(stdout);
  std::error_code ignored;
  std::filesystem::remove(path, ignored);
  return findings;
}

}  // namespace

int main(int argc, char** argv) {
  std::uint64_t const inputs = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 2000;
  std::string const only = argc > 2 ? argv[2] : "";
  std::uint64_t const first = argc > 3 ? std::strtoull(argv[3], nullptr, 10) : 0;
  int findings = 0;
  bool is_found = false;
  std::vector<fuzz::Reader (*)()> readers{
      fuzz::npy,       fuzz::matrix_text, fuzz::rtk_xml, fuzz::geometry_json,
      fuzz::beam_json, fuzz::scan,        fuzz::stl,     fuzz::zeiss,
      fuzz::nikon,     fuzz::angle_table, fuzz::skyscan, fuzz::edf,
      fuzz::his,       fuzz::hnc,         fuzz::hnd,     fuzz::xim};
#if __has_include(<zlib.h>)
  readers.push_back(fuzz::metaimage);
#endif
#if __has_include(<hdf5.h>)
  readers.push_back(fuzz::hdf5);
#endif
#if __has_include(<tiffio.h>)
  readers.push_back(fuzz::tiff);
#endif
  for (auto const make : readers) {
    fuzz::Reader const reader = make();
    if (!only.empty() && reader.name != only) continue;
    is_found = true;
    findings += run(reader, std::min(inputs, reader.most_inputs), first);
  }
  if (!is_found) std::printf("%s: no such reader\n", only.c_str());
  return is_found && findings == 0 ? 0 : 1;
}
