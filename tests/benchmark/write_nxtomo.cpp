// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

/// Writes a scan of parallel rays as large as those of synchrotrons, at the speed of the disk:
/// write_nxtomo FILE COLUMNS ROWS VIEWS [AXIS_COLUMN]
///
/// 16-bit counts in one piece, 10 darks and 10 flats before views of half a turn. The object is
/// made of cylinders along the axis, whose attenuation has one of 16 values along the rows. Needs
/// HDF5's C library: g++ -std=c++17 -O2 -isystem /usr/include/hdf5/serial write_nxtomo.cpp
/// -lhdf5_serial -pthread
#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <hdf5.h>
#include <unistd.h>

namespace {

constexpr int darks = 10;
constexpr int flats = 10;
constexpr int slabs = 16;  ///< along the rows
constexpr double pi = 3.14159265358979323846;

struct Sizes {
  int columns;
  int rows;
  int views;
  double axis_column;

  [[nodiscard]] int frames() const { return darks + flats + views; }
  [[nodiscard]] std::size_t frame_bytes() const {
    return 2 * static_cast<std::size_t>(columns) * static_cast<std::size_t>(rows);
  }
};

/// Within the circle of radius 1 that all views see.
struct Cylinder {
  double x, y, radius, attenuation;
};
constexpr Cylinder object[] = {{0, 0, 0.85, 0.9},      {0.3, 0.2, 0.3, -0.5},
                               {-0.35, 0.1, 0.2, 0.8}, {0.05, -0.5, 0.15, 1.5},
                               {-0.2, -0.3, 0.06, 3},  {0.55, -0.3, 0.04, 5}};

double line_integral(double angle, double u) {
  double sum = 0;
  for (Cylinder const& cylinder : object) {
    double const off = u - (cylinder.y * std::cos(angle) - cylinder.x * std::sin(angle));
    double const squared = cylinder.radius * cylinder.radius - off * off;
    if (squared > 0) sum += 2 * cylinder.attenuation * std::sqrt(squared);
  }
  return sum;
}

double dark_count(int column) { return 100 + column % 7; }
double flat_count(int column) { return 50000 + 3000 * std::sin(0.01 * column) + column % 5; }

double count(Sizes const& sizes, int frame, int slab, int column) {
  if (frame < darks) return dark_count(column);
  if (frame < darks + flats) return flat_count(column);
  double const angle = pi * (frame - darks - flats) / sizes.views;
  double const u = (column - sizes.axis_column) / (0.5 * sizes.columns);
  double const strength = 0.5 + 0.5 * (slab + 1.0) / slabs;
  double const light = std::exp(-strength * line_integral(angle, u));
  return dark_count(column) + (flat_count(column) - dark_count(column)) * light;
}

void fill(Sizes const& sizes, int frame, std::vector<std::uint16_t>& numbers) {
  auto const columns = static_cast<std::size_t>(sizes.columns);
  int last_slab = -1;
  for (int row = 0; row < sizes.rows; ++row) {
    auto* const out = numbers.data() + static_cast<std::size_t>(row) * columns;
    int const slab = static_cast<int>(std::int64_t{row} * slabs / sizes.rows);
    if (slab == last_slab) {
      std::copy_n(out - columns, columns, out);
      continue;
    }
    for (int column = 0; column < sizes.columns; ++column) {
      out[column] = static_cast<std::uint16_t>(std::lround(count(sizes, frame, slab, column)));
    }
    last_slab = slab;
  }
}

template <class T>
void write_list(hid_t file, char const* name, hid_t type, std::vector<T> const& values,
                char const* units) {
  hid_t const links = H5Pcreate(H5P_LINK_CREATE);
  H5Pset_create_intermediate_group(links, 1);
  hsize_t const size = values.size();
  hid_t const space = size == 1 ? H5Screate(H5S_SCALAR) : H5Screate_simple(1, &size, nullptr);
  hid_t const set = H5Dcreate2(file, name, type, space, links, H5P_DEFAULT, H5P_DEFAULT);
  H5Dwrite(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
  if (units != nullptr) {
    hid_t const text = H5Tcopy(H5T_C_S1);
    H5Tset_size(text, std::string{units}.size() + 1);
    hid_t const scalar = H5Screate(H5S_SCALAR);
    hid_t const attribute = H5Acreate2(set, "units", text, scalar, H5P_DEFAULT, H5P_DEFAULT);
    H5Awrite(attribute, text, units);
    H5Aclose(attribute);
    H5Sclose(scalar);
    H5Tclose(text);
  }
  H5Dclose(set);
  H5Sclose(space);
  H5Pclose(links);
}

/// Everything but the numbers of frames; returns where they begin.
haddr_t write_frame_of_file(char const* path, Sizes const& sizes) {
  hid_t const file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  if (file < 0) return HADDR_UNDEF;
  std::vector<unsigned char> keys;
  std::vector<double> angles;
  for (int frame = 0; frame < sizes.frames(); ++frame) {
    int const view = frame - darks - flats;
    keys.push_back(static_cast<unsigned char>(frame < darks ? 2 : view < 0 ? 1 : 0));
    angles.push_back(view < 0 ? 0 : 180.0 * view / sizes.views);
  }
  std::string const detector = "entry/instrument/detector/";
  write_list(file, (detector + "image_key").c_str(), H5T_NATIVE_UCHAR, keys, nullptr);
  for (char const* axis : {"x", "y"}) {
    write_list(file, (detector + axis + "_pixel_size").c_str(), H5T_NATIVE_DOUBLE,
               std::vector<double>{1}, "mm");
  }
  write_list(file, (detector + "x_rotation_axis_pixel_position").c_str(), H5T_NATIVE_DOUBLE,
             std::vector<double>{sizes.axis_column}, nullptr);
  write_list(file, "entry/sample/rotation_angle", H5T_NATIVE_DOUBLE, angles, "degree");

  hid_t const how = H5Pcreate(H5P_DATASET_CREATE);
  H5Pset_alloc_time(how, H5D_ALLOC_TIME_EARLY);
  H5Pset_fill_time(how, H5D_FILL_TIME_NEVER);
  hsize_t const shape[] = {static_cast<hsize_t>(sizes.frames()), static_cast<hsize_t>(sizes.rows),
                           static_cast<hsize_t>(sizes.columns)};
  hid_t const space = H5Screate_simple(3, shape, nullptr);
  hid_t const set = H5Dcreate2(file, (detector + "data").c_str(), H5T_STD_U16LE, space, H5P_DEFAULT,
                               how, H5P_DEFAULT);
  haddr_t const offset = H5Dget_offset(set);
  H5Dclose(set);
  H5Sclose(space);
  H5Pclose(how);
  H5Fclose(file);
  return offset;
}

bool write_numbers(char const* path, Sizes const& sizes, haddr_t offset) {
  int const file = open(path, O_WRONLY | O_CLOEXEC);
  if (file < 0) return false;
  std::atomic<int> next{0};
  std::atomic<bool> is_ok{true};
  auto const work = [&] {
    std::vector<std::uint16_t> numbers(sizes.frame_bytes() / 2);
    for (int frame = next++; frame < sizes.frames() && is_ok; frame = next++) {
      fill(sizes, frame, numbers);
      auto const* bytes = reinterpret_cast<char const*>(numbers.data());
      auto const at =
          static_cast<off_t>(offset + static_cast<haddr_t>(frame) * sizes.frame_bytes());
      for (std::size_t done = 0; done < sizes.frame_bytes() && is_ok;) {
        auto const got =
            pwrite(file, bytes + done, sizes.frame_bytes() - done, at + static_cast<off_t>(done));
        if (got <= 0) is_ok = false;
        done += static_cast<std::size_t>(std::max<ssize_t>(got, 0));
      }
    }
  };
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < std::max(1U, std::thread::hardware_concurrency()); ++i) {
    threads.emplace_back(work);
  }
  for (auto& thread : threads) thread.join();
  return close(file) == 0 && is_ok;
}

}  // namespace

int main(int argc, char** argv) {
  Sizes sizes{argc > 2 ? std::atoi(argv[2]) : 0, argc > 3 ? std::atoi(argv[3]) : 0,
              argc > 4 ? std::atoi(argv[4]) : 0, 0};
  if (sizes.columns < 1 || sizes.rows < 1 || sizes.views < 1) {
    std::fprintf(stderr, "write_nxtomo FILE COLUMNS ROWS VIEWS [AXIS_COLUMN]\n");
    return 1;
  }
  sizes.axis_column = argc > 5 ? std::atof(argv[5]) : 0.5 * (sizes.columns - 1);
  haddr_t const offset = write_frame_of_file(argv[1], sizes);
  if (offset == HADDR_UNDEF || !write_numbers(argv[1], sizes, offset)) {
    std::fprintf(stderr, "%s: cannot be written\n", argv[1]);
    return 1;
  }
  return 0;
}
