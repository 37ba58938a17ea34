// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "volume_files.hpp"

#include "bad_input.hpp"

namespace example {
namespace {

bool is_tiff(std::filesystem::path const& path) {
  return path.extension() == ".tif" || path.extension() == ".tiff";
}
bool is_hdf5(std::filesystem::path const& path) {
  return path.extension() == ".h5" || path.extension() == ".hdf5";
}
bool is_plain(std::filesystem::path const& path) {
  return path.extension() == ".mha" || path.extension() == ".nii" || path.extension() == ".npy";
}

}  // namespace

std::string volume_extensions() {
  std::string text = ".mha .nii .npy";
  if (has_tiff()) text += " .tif";
  if (has_hdf5()) text += " .h5";
  return text;
}

void check_volume_name(std::filesystem::path const& path) {
  if (is_plain(path) || (is_tiff(path) && has_tiff()) || (is_hdf5(path) && has_hdf5())) return;
  throw BadInput("--output: " + path.string() + " must end in one of " + volume_extensions());
}

std::unique_ptr<pyronn::VolumeWriter> open_volume(std::filesystem::path const& path,
                                                  pyronn::Grid const& grid,
                                                  pyronn::WorldAxes axes) {
  if (is_tiff(path)) return open_tiff_volume(path, grid);
  if (is_hdf5(path)) return open_hdf5_volume(path, grid);
  return pyronn::volume_writer(path, grid, axes);
}

}  // namespace example
