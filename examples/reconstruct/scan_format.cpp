// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "scan_format.hpp"

#include <algorithm>
#include <fstream>
#include <ios>
#include <system_error>

#include <pyronn/core/error.hpp>
#include <pyronn/scan/scan_facts.hpp>

#include "bad_input.hpp"

namespace example {
namespace {

std::string lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
  });
  return text;
}

FileSigns signs_of(std::filesystem::path const& path) {
  std::error_code absent;
  FileSigns signs{path, lower_case(path.extension().string()), "",
                  std::filesystem::is_directory(path, absent)};
  if (signs.is_folder) return signs;
  constexpr std::size_t enough = 512;
  signs.start.resize(enough);
  std::ifstream file{path, std::ios::binary};
  file.read(signs.start.data(), static_cast<std::streamsize>(enough));
  signs.start.resize(static_cast<std::size_t>(file.gcount()));
  return signs;
}

void check_existence(std::filesystem::path const& path) {
  std::error_code absent;
  if (!std::filesystem::exists(path, absent)) throw BadInput(path.string() + ": does not exist");
  if (std::filesystem::is_empty(path, absent)) throw BadInput(path.string() + ": is empty");
}

/// Throws BadInput where views are no counts, or have flat fields.
void set_full_intensity(ScanSource const& source, pyronn::Scan& scan) {
  auto const& given = source.given;
  if (!given.full_intensity) return;
  std::string const name = "--full-intensity: " + source.path.string();
  if (scan.flats) throw BadInput(name + " has flat fields");
  if (scan.measured != pyronn::Measured::intensities) throw BadInput(name + " holds no counts");
  scan.full_intensity = given.full_intensity;
  std::string const what = "full intensity";
  auto const is_replaced = [&](pyronn::ScanFact const& fact) { return fact.what == what; };
  scan.facts.erase(std::remove_if(scan.facts.begin(), scan.facts.end(), is_replaced),
                   scan.facts.end());
  pyronn::ScanFacts facts;
  facts.note(what, *given.full_intensity, pyronn::ScanFact::Origin::given, "");
  scan.facts.push_back(facts.list().front());
}

}  // namespace

std::vector<ScanFormat> const& scan_formats() {
  static std::vector<ScanFormat> const formats{hdf5_format(),   nikon_format(), skyscan_format(),
                                               zeiss_format(),  dicom_format(), rtk_format(),
                                               varian_format(), json_format()};
  return formats;
}

pyronn::Scan read_scan(ScanSource const& source) {
  check_existence(source.path);
  FileSigns const signs = signs_of(source.path);
  auto const& formats = scan_formats();
  auto const format = std::find_if(formats.begin(), formats.end(),
                                   [&](ScanFormat const& known) { return known.is(signs); });
  std::string const name = source.path.string();
  if (format == formats.end()) {
    std::string known;
    for (ScanFormat const& each : formats)
      known += (known.empty() ? "" : ", ") + std::string{each.name};
    throw BadInput(name + ": is of no format that is known: " + known +
                   "; images alone want a description");
  }
  if (format->takes_projections && source.projections.empty()) {
    throw BadInput(name + ": describes a geometry; name its images with --projections");
  }
  if (!format->takes_projections && !source.projections.empty()) {
    throw BadInput("--projections: " + name + " names its images itself");
  }
  if (!source.entry.empty() && !format->has_entries) {
    throw BadInput("--entry: " + name + " holds one scan; those in NXtomo files have names");
  }
  try {
    auto scan = format->read(source);
    set_full_intensity(source, scan);
    return scan;
  } catch (pyronn::FileError const& error) {
    throw BadInput(error.what());
  } catch (pyronn::InvalidArgument const& error) {
    throw BadInput(name + ": " + error.what());
  }
}

}  // namespace example
