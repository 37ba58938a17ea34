// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A scan in DICOM-CT-PD files, which may be changed.
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>
#include <dcmtk/oflog/oflog.h>

#include <pyronn/scan/dicom_ct_pd.hpp>

#include "dicom_writer.hpp"
#include "temporary_folder.hpp"

namespace test::dicom {

inline constexpr int columns = 4;
inline constexpr int rows = 3;
inline constexpr int views = 5;
inline constexpr DicomKey pixel_data{0x7FE0, 0x0010};

enum class Layout { swapped, direct };

inline std::uint16_t stored(int view, int row, int column) {
  return static_cast<std::uint16_t>(40000 + 1000 * view + 10 * row + column);
}
inline float line_integral(int view, int row, int column) {
  return static_cast<float>(0.0005 * stored(view, row, column) - 2.5);
}
inline float angle(int view) { return static_cast<float>(0.25 + 0.5 * view); }

inline DicomWriter view_file(int view, Layout layout = Layout::swapped) {
  DicomWriter file;
  bool const is_swapped = layout == Layout::swapped;
  file.text({0x0008, 0x0060}, "CS", "CT");
  file.text({0x0020, 0x000E}, "UI", "1.2.3.77");
  file.text({0x0020, 0x0013}, "IS", std::to_string(view + 1));
  file.shorts({0x0028, 0x0002}, {1});
  file.shorts({0x0028, 0x0010}, {static_cast<std::uint16_t>(is_swapped ? columns : rows)});
  file.shorts({0x0028, 0x0011}, {static_cast<std::uint16_t>(is_swapped ? rows : columns)});
  file.shorts({0x0028, 0x0100}, {16});
  file.shorts({0x0028, 0x0101}, {16});
  file.shorts({0x0028, 0x0103}, {0});
  file.text({0x0028, 0x1052}, "DS", "-2.5");
  file.text({0x0028, 0x1053}, "DS", "5e-4");
  file.text({0x7029, 0x0010}, "LO", "MAYO");
  file.floats({0x7029, 0x1002}, {1.5F});
  file.floats({0x7029, 0x1006}, {1.25F});
  file.text({0x7029, 0x100B}, "CS", "FLAT");
  file.shorts({0x7029, 0x1010}, {rows});
  file.shorts({0x7029, 0x1011}, {columns});
  file.floats({0x7031, 0x1001}, {angle(view)});
  file.floats({0x7031, 0x1002}, {-310.5F});
  file.floats({0x7031, 0x1003}, {595});
  file.floats({0x7031, 0x1031}, {1085.5F});
  file.floats({0x7031, 0x1033}, {2.75F, 2.25F});
  file.floats({0x7033, 0x100B}, {0});
  file.text({0x7033, 0x100E}, "CS", "FFSNONE");
  file.shorts({0x7033, 0x1013}, {1152});
  file.text({0x7041, 0x1001}, "DS", "0.0192");
  std::vector<std::uint16_t> pixels;
  for (int a = 0; a < (is_swapped ? columns : rows); ++a) {
    for (int b = 0; b < (is_swapped ? rows : columns); ++b) {
      pixels.push_back(is_swapped ? stored(view, b, a) : stored(view, a, b));
    }
  }
  file.shorts(pixel_data, pixels, "OW");
  return file;
}

using Change = std::function<void(DicomWriter&, int)>;

struct Folder {
  TemporaryFolder folder;

  Folder() { OFLog::configure(OFLogger::OFF_LOG_LEVEL); }

  void write(
      DicomSyntax syntax, Change const& change = [](DicomWriter&, int) {},
      Layout layout = Layout::swapped) const {
    for (int view = 0; view < views; ++view) {
      DicomWriter file = view_file(view, layout);
      change(file, view);
      // The order of the names is not that of the views.
      write_bytes(folder / ("view" + std::to_string(views - view) + ".dcm"), file.file(syntax));
    }
  }
  [[nodiscard]] pyronn::DicomCtPd read() const {
    return pyronn::read_dicom_ct_pd_views(folder / "");
  }

  /// Whatever the file of view 2 is changed to is refused.
  void refuses(Change const& change, std::string const& reason) const {
    for (auto const syntax : {DicomSyntax::implicit_little, DicomSyntax::explicit_little}) {
      write(syntax, [&](DicomWriter& file, int view) {
        if (view == 2) change(file, view);
      });
      BOOST_TEST_CONTEXT(reason) {
        BOOST_CHECK_EXCEPTION(static_cast<void>(read()), pyronn::FileError, says(reason));
      }
    }
  }
};

inline void check_images(pyronn::ImageStack const& images) {
  BOOST_TEST_REQUIRE((images.extents() == pyronn::Extents<3>{columns, rows, views}));
  for (int first = 0; first < views; ++first) {
    for (int row = 0; row < rows; ++row) {
      int const count = views - first;
      std::vector<float> found(static_cast<std::size_t>(columns * (rows - row) * count));
      images.read({first, count, row, rows - row}, found.data());
      std::size_t at = 0;
      for (int i = first; i < views; ++i) {
        for (int v = row; v < rows; ++v) {
          for (int u = 0; u < columns; ++u) {
            BOOST_REQUIRE(found[at++] == line_integral(i, v, u));
          }
        }
      }
    }
  }
}

}  // namespace test::dicom
