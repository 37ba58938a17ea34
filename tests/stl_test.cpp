// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>

#include <boost/test/unit_test.hpp>

#include <pyronn/interop/stl.hpp>

#include "support/meshes.hpp"
#include "support/temporary_folder.hpp"

using pyronn::FileError;
using pyronn::read_stl;
using pyronn::TriangleMesh;
using pyronn::Vec3d;
using test::binary_start;
using test::binary_stl;
using test::binary_triangles;
using test::box;
using test::reversed;
using test::says_of;
using test::sphere;
using test::TemporaryFolder;
using test::text_stl;
using test::Triangles;

namespace {

/// Numbers that floats hold exactly.
Triangles part() { return box({-1.5, 0, 0.25}, {2, 3.125, 1024}); }

/// A fixture: a file of given bytes.
struct OneFile {
  TemporaryFolder folder;
  std::filesystem::path path = folder / "part.stl";

  TriangleMesh read(std::string const& bytes) const {
    test::write_bytes(path, bytes);
    return read_stl(path);
  }
  void refuses(std::string const& bytes, std::string const& reason) const {
    BOOST_CHECK_EXCEPTION(read(bytes), FileError, says_of(path, reason));
  }
  /// Refuses the text of the part with one piece replaced.
  void refuses_with(std::string const& piece, std::string const& other,
                    std::string const& reason) const {
    std::string text = text_stl(part());
    refuses(text.replace(text.find(piece), piece.size(), other), reason);
  }
};

void check_equal(TriangleMesh const& a, TriangleMesh const& b) {
  BOOST_TEST((a.vertices() == b.vertices()));
  BOOST_TEST((a.triangles() == b.triangles()));
  BOOST_TEST(a.volume() == b.volume());
}

/// One triangle of a text, with a line of its own for every word but numbers.
std::string facet_of(std::string const& normal, std::string const& vertices) {
  return "facet normal " + normal + "\nouter loop\n" + vertices + "\nendloop\nendfacet\n";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(stl)

BOOST_FIXTURE_TEST_CASE(binary_and_text_files_agree, OneFile) {
  TriangleMesh const expected{part()};
  check_equal(read(binary_stl(part())), expected);
  check_equal(read(text_stl(part())), expected);
  TriangleMesh const ball{sphere({1, 2, 3}, 10, 3)};
  TriangleMesh const binary = read(binary_stl(sphere({1, 2, 3}, 10, 3)));
  check_equal(read(text_stl(sphere({1, 2, 3}, 10, 3))), ball);
  BOOST_TEST(binary.volume() == ball.volume(), boost::test_tools::tolerance(1e-6));
  BOOST_TEST(binary.vertices().size() == ball.vertices().size());
}

/// More triangles than are read at a time.
BOOST_FIXTURE_TEST_CASE(large_binary_files, OneFile) {
  TriangleMesh const mesh = read(binary_stl(sphere({0, 0, 0}, 100, 5)));
  BOOST_TEST(mesh.triangles().size() == 8192U);
  BOOST_TEST(mesh.volume() == TriangleMesh{sphere({0, 0, 0}, 100, 5)}.volume(),
             boost::test_tools::tolerance(1e-7));
}

BOOST_FIXTURE_TEST_CASE(binary_files_that_begin_with_solid, OneFile) {
  check_equal(read(binary_stl(part(), "solid part")), TriangleMesh{part()});
  check_equal(read(binary_stl(part(), "solid\nfacet normal 0 0 0" + std::string(58, ' '))),
              TriangleMesh{part()});
  std::string const bytes = binary_stl(part(), "solid " + std::string(74, ' '));
  refuses(bytes.substr(0, bytes.size() - 1),
          "is no whole binary STL file: it says 12 triangles, which need 684 bytes, but the file "
          "has 683");
}

BOOST_FIXTURE_TEST_CASE(other_spellings_of_text, OneFile) {
  std::string text = text_stl(part(), "");
  std::string upper;
  std::string windows;
  std::string one_line;
  for (char const letter : text) {
    upper +=
        letter >= 'a' && letter <= 'z' && letter != 'e' ? static_cast<char>(letter - 32) : letter;
    windows += letter == '\n' ? "\r\n" : std::string(1, letter);
    one_line += letter == '\n' && windows.size() > 8 ? '\t' : letter;
  }
  check_equal(read(upper), TriangleMesh{part()});
  check_equal(read(windows), TriangleMesh{part()});
  check_equal(read(one_line), TriangleMesh{part()});
  check_equal(read("\xef\xbb\xbf\n " + text), TriangleMesh{part()});
  check_equal(read(text_stl(part(), "facet of \xc3\xa4 endsolid")), TriangleMesh{part()});
  for (std::size_t at = 0; (at = text.find("normal 0 0 0", at)) != std::string::npos;) {
    text.replace(at, 12, "normal nan -nan(ind) 1.#QNAN");
  }
  check_equal(read(text), TriangleMesh{part()});
  refuses_with("vertex -1.5 0", "vertex -1,5 0", "'-1,5' is not a finite number");
}

BOOST_FIXTURE_TEST_CASE(solids_of_a_text_are_shells_of_a_mesh, OneFile) {
  Triangles const other = box({10, 10, 10}, {11, 12, 13});
  TriangleMesh const mesh = read(text_stl(part()) + "\n" + text_stl(other, "other"));
  check_equal(mesh, TriangleMesh{test::joined(part(), other)});
}

BOOST_FIXTURE_TEST_CASE(numbers_of_text_keep_their_digits, OneFile) {
  Triangles const exact = box({0.1, 1.0 / 3, 1e-7}, {0.7, 2.0 / 3, 123456.789});
  check_equal(read(text_stl(exact)), TriangleMesh{exact});
}

BOOST_FIXTURE_TEST_CASE(binary_files_of_another_size_are_refused, OneFile) {
  std::string const bytes = binary_stl(part());
  for (std::size_t const size : {0U, 1U, 5U, 83U}) {
    refuses(bytes.substr(0, size), "is no STL file: it has " + std::to_string(size) + " bytes");
  }
  refuses(bytes.substr(0, 84), "it says 12 triangles, which need 684 bytes, but the file has 84");
  refuses(bytes + '\0', "but the file has 685");
  refuses(binary_start("", 11) + binary_triangles(part()), "it says 11 triangles, which need 634");
  refuses(binary_start("", 0xffffffff) + binary_triangles(part()),
          "it says 4294967295 triangles, which need 214748364834 bytes, but the file has 684");
  refuses(binary_start("", 0), "holds no triangle");
}

BOOST_FIXTURE_TEST_CASE(binary_numbers_that_are_not_finite_are_refused, OneFile) {
  constexpr float nan = std::numeric_limits<float>::quiet_NaN();
  constexpr float infinite = std::numeric_limits<float>::infinity();
  std::string bytes = binary_stl(part());
  bytes.replace(84 + 7 * 50 + 12 + 4, 4, test::bytes_of(-infinite));
  refuses(bytes, "triangle 7: vertex (-1.5, -inf, 0.25) must be finite on every axis");
  bytes = binary_stl(part());
  bytes.replace(84 + 50, 12, test::bytes_of(nan) + test::bytes_of(nan) + test::bytes_of(nan));
  check_equal(read(bytes), TriangleMesh{part()});  // a normal
  bytes.replace(84 + 50 + 12, 4, test::bytes_of(3e38F));
  refuses(bytes, "of triangle 1 must be finite on every axis, within 1e30 mm of 0");
}

BOOST_FIXTURE_TEST_CASE(broken_texts_are_refused_with_the_line, OneFile) {
  refuses_with("vertex -1.5 0 0.25", "vertex -1.5 nan 0.25",
               "line 4: 'nan' is not a finite number");
  refuses_with("vertex -1.5 0 0.25", "vertex -1.5 0 1e999", "line 4: '1e999' is not a finite");
  refuses_with("vertex -1.5 0 0.25", "vertex -1.5 0", "line 5: 'vertex' is not a finite number");
  refuses_with("vertex -1.5 0 0.25", "vertex -1.5 0 0.25 7", "line 4: '7' where vertex must stand");
  refuses_with("vertex -1.5 0 0.25", "", "line 7: 'endloop' where vertex must stand");
  refuses_with("    endloop", "vertex 0 0 0", "line 7: 'vertex' where endloop must stand");
  refuses_with("normal 0 0 0", "normal 0 0", "line 3: 'loop' where outer must stand");
  refuses_with("endfacet", "facet", "line 8: 'facet' where endfacet must stand");
  refuses_with("facet normal", "polygon", "line 2: 'polygon' where facet or endsolid must stand");
  refuses_with("\nendsolid part\n", "\n",
               "ends at line 86, where facet or endsolid must follow; 12");
  refuses(text_stl(part()) + "more\n", "line 87: 'more' where solid must stand");
  refuses("solid part\nendsolid part\n", "holds no triangle");
  refuses("solid", "ends at line 1, where facet or endsolid must follow; 0 triangles are whole");
  refuses("solid\n" + facet_of("0 0 1", "vertex 0 0 0"), "line 5: 'endloop' where vertex must");
  refuses("v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n", "is no STL file: it has 32 bytes");
}

BOOST_FIXTURE_TEST_CASE(every_text_that_is_cut_off_is_refused, OneFile) {
  std::string const text = text_stl(test::tetrahedron({0, 0, 0}, {9, 0, 0}, {0, 9, 0}, {0, 0, 9}));
  TriangleMesh const whole = read(text);
  std::size_t const named = text.rfind("endsolid") + 8;
  for (std::size_t size = 0; size < named; ++size) {
    BOOST_CHECK_THROW(read(text.substr(0, size)), FileError);
  }
  check_equal(read(text.substr(0, named)), whole);
}

BOOST_FIXTURE_TEST_CASE(surfaces_that_are_no_body_are_refused_with_the_place, OneFile) {
  Triangles open = part();
  open.pop_back();
  for (std::string const& bytes : {binary_stl(open), text_stl(open)}) {
    refuses(bytes,
            "the surface is open at the edge from (-1.5, 0, 1024) to (-1.5, 3.125, 1024) mm of "
            "triangle 0");
  }
  refuses(binary_stl(reversed(part())), "the surface is inverted: the shell of triangle 0");
  refuses(text_stl(part()) + text_stl(part()), "is shared by 4 triangles");
}

BOOST_AUTO_TEST_CASE(files_that_cannot_be_read) {
  TemporaryFolder const folder;
  BOOST_CHECK_EXCEPTION((void)read_stl(folder / "none.stl"), FileError,
                        says_of(folder / "none.stl", "No such file or directory"));
  BOOST_CHECK_EXCEPTION((void)read_stl(folder / "."), FileError,
                        says_of(folder / ".", "directory"));
  auto const overlong = folder / std::string(5000, 'a');
  BOOST_CHECK_EXCEPTION((void)read_stl(overlong), FileError, says_of(overlong, "name too long"));
}

BOOST_AUTO_TEST_SUITE_END()
