// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// STL files, binary and text: surfaces of triangles as CAD and segmentation programs write them.
#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <ios>
#include <string>
#include <system_error>
#include <vector>

#include <pyronn/core/error.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/interop/detail/stl_text.hpp>
#include <pyronn/interop/detail/text_file.hpp>
#include <pyronn/io/detail/file_error.hpp>
#include <pyronn/phantom/mesh.hpp>

namespace pyronn {

namespace detail {

inline constexpr std::int64_t stl_start_bytes = 84;     ///< 80 of any text, and the count
inline constexpr std::int64_t stl_triangle_bytes = 50;  ///< a normal, three vertices, two bytes

/// One triangle of a binary file. Its normal follows from the vertices and is not read.
inline Triangle stl_triangle(std::filesystem::path const& path, std::int64_t number,
                             char const* bytes) {
  Triangle triangle{};
  float numbers[9];
  std::memcpy(numbers, bytes + 3 * sizeof(float), sizeof(numbers));
  for (std::size_t corner = 0; corner < 3; ++corner) {
    float const* const vertex = numbers + 3 * corner;
    triangle[corner] = vec_cast<double>(Vec3f{vertex[0], vertex[1], vertex[2]});
    for (double const coordinate : triangle[corner].data) {
      if (std::isfinite(coordinate)) continue;
      fail_file(path, "triangle ", number, ": vertex ", triangle[corner],
                " must be finite on every axis");
    }
  }
  return triangle;
}

/// The triangles behind the start of a binary file, whose size has been checked.
inline std::vector<Triangle> binary_stl(std::filesystem::path const& path, std::ifstream& file,
                                        std::int64_t count) {
  constexpr std::int64_t most = 4096;
  std::vector<Triangle> triangles;
  triangles.reserve(static_cast<std::size_t>(count));
  std::vector<char> chunk(static_cast<std::size_t>(std::min(count, most) * stl_triangle_bytes));
  for (std::int64_t done = 0; done < count;) {
    std::int64_t const end = std::min(count, done + most);
    errno = 0;
    if (!file.read(chunk.data(), (end - done) * stl_triangle_bytes)) {
      fail_file(path, "cannot be read to its end: ", last_system_error());
    }
    for (char const* bytes = chunk.data(); done < end; ++done, bytes += stl_triangle_bytes) {
      triangles.push_back(stl_triangle(path, done, bytes));
    }
  }
  return triangles;
}

/// Whether a file that is no whole binary file is meant as text. Binary files may begin with
/// `solid` too, but have bytes of value 0 in their first 84.
inline bool is_stl_text(std::string start) {
  if (start.find('\0') != std::string::npos) return false;
  if (start.rfind("\xef\xbb\xbf", 0) == 0) start.erase(0, 3);
  start.erase(0, std::min(start.find_first_not_of(" \t\n\v\f\r"), start.size()));
  return stl_keyword(start.substr(0, 5)) == "solid";
}

/// The triangles of a file, of which nothing but their numbers is checked.
inline std::vector<Triangle> read_stl_triangles(std::filesystem::path const& path) {
  std::error_code error;
  auto const file_bytes = std::filesystem::file_size(path, error);
  if (error) fail_file(path, "cannot be read: ", error.message());
  errno = 0;
  std::ifstream file{path, std::ios::binary};
  if (!file) fail_file(path, "cannot be opened: ", last_system_error());
  auto const bytes = static_cast<std::int64_t>(file_bytes);
  std::string start(static_cast<std::size_t>(std::min(bytes, stl_start_bytes)), '\0');
  if (!file.read(start.data(), static_cast<std::streamsize>(start.size()))) {
    fail_file(path, "cannot be read: ", last_system_error());
  }
  std::int64_t count = 0;
  std::int64_t needed = stl_start_bytes;
  if (bytes >= stl_start_bytes) {
    std::uint32_t stored = 0;
    std::memcpy(&stored, start.data() + stl_start_bytes - sizeof(stored), sizeof(stored));
    count = stored;
    needed += stl_triangle_bytes * count;
    if (bytes == needed) return binary_stl(path, file, count);
  }
  if (is_stl_text(start)) return StlTextReader{path}.read();
  if (bytes < stl_start_bytes) {
    fail_file(path, "is no STL file: it has ", bytes,
              " bytes, and neither the 84 of a binary file's start nor the word solid");
  }
  fail_file(path, "is no whole binary STL file: it says ", count, " triangles, which need ", needed,
            " bytes, but the file has ", bytes, "; nor is it text that begins with solid");
}

}  // namespace detail

/// Reads a surface from an STL file, binary or text, whose numbers are mm: scale those in other
/// units with TriangleMesh::placed. A file whose size is that of the triangles it says it has is
/// binary, whatever it begins with. Normals, colours and names are ignored: outside is where
/// vertices look counter-clockwise. All solids of a text file are shells of one mesh. Throws
/// FileError, with the line or the triangle (counted from 0), for files that are cut off or of
/// another size than they say, for words out of place and numbers that are not finite, and where
/// TriangleMesh throws InvalidArgument: for surfaces that are open, doubled or inverted, with the
/// place in mm. Memory for a binary file's triangles is taken only after the file's size has been
/// checked.
[[nodiscard]] inline TriangleMesh read_stl(std::filesystem::path const& path) {
  std::vector<Triangle> const triangles = detail::read_stl_triangles(path);
  if (triangles.empty()) detail::fail_file(path, "holds no triangle");
  try {
    return TriangleMesh{triangles};
  } catch (InvalidArgument const& error) {
    detail::fail_file(path, error.what());
  }
}

}  // namespace pyronn
