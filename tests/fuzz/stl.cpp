// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <cstddef>

#include <pyronn/interop/stl.hpp>

#include "../support/meshes.hpp"
#include "../support/temporary_folder.hpp"
#include "fuzz.hpp"

namespace fuzz {
namespace {

void check_mesh(pyronn::TriangleMesh const& mesh) {
  promises(std::isfinite(mesh.volume()), "the volume is finite");
  for (pyronn::Vec3d const& vertex : mesh.vertices()) {
    for (double const number : vertex.data) {
      promises(std::abs(number) <= 1e30, "vertices are finite, and near");
    }
  }
  auto const count = static_cast<int>(mesh.vertices().size());
  for (pyronn::Vec<int, 3> const& corners : mesh.triangles()) {
    for (int const corner : corners.data) {
      promises(corner >= 0 && corner < count, "triangles have vertices");
    }
  }
}

}  // namespace

Reader stl() {
  test::Triangles const pyramid = test::tetrahedron({0, 0, 0}, {9, 0, 0}, {0, 9.5, 0}, {0, 0, 9});
  test::Triangles const hollow = test::joined(
      test::box({-1, -1, -1}, {1, 1, 1}), test::reversed(test::box({0, 0, 0}, {0.5, 0.5, 0.5})));
  return {
      "stl",
      {test::text_stl(pyramid), test::binary_stl(pyramid), test::text_stl(hollow),
       test::binary_stl(hollow, "solid part"), test::text_stl(pyramid) + test::text_stl(hollow)},
      {"solid",
       "solid part\n",
       "endsolid",
       "facet",
       "normal 0 0 1",
       "outer loop",
       "vertex",
       "vertex 0 0 0\n",
       "endloop",
       "endfacet\n",
       "\n",
       "\r\n",
       " ",
       "\xef\xbb\xbf",
       std::string(1, '\0'),
       std::string(50, '\0'),
       "\x7f\xc0",
       "\x80\x7f",
       "-0",
       "nan"},
      [](std::filesystem::path const& file) {
        bool const is_whole =
            returns<pyronn::FileError>([&] { (void)pyronn::detail::read_stl_triangles(file); });
        bool const is_body =
            returns<pyronn::FileError>([&] { check_mesh(pyronn::read_stl(file)); });
        promises(is_whole || !is_body, "a mesh has triangles");
        return is_body;
      }};
}

}  // namespace fuzz
