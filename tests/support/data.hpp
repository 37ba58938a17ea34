// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
// Scans and results of others that tests compare with, where they are at hand: in the folder that
// PYRONN_TEST_DATA names, else beside the project.
#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/geometry/cone_beam.hpp>
#include <pyronn/io/npy.hpp>

namespace test {

inline std::filesystem::path data_path(std::string const& name) {
  char const* const named = std::getenv("PYRONN_TEST_DATA");
  return std::filesystem::path{named != nullptr ? named : PYRONN_TEST_DATA_DIR} / name;
}

/// For BOOST_TEST_DECORATOR(*boost::unit_test::precondition(test::DataPresent{"oracles/..."})):
/// skips the case visibly where the folder is absent.
class DataPresent {
 public:
  explicit DataPresent(std::string folder) : folder_{std::move(folder)} {}

  boost::test_tools::assertion_result operator()(boost::unit_test::test_unit_id) const {
    boost::test_tools::assertion_result result{std::filesystem::exists(data_path(folder_))};
    if (!result) result.message() << "there is no test data in " << data_path(folder_).string();
    return result;
  }

 private:
  std::string folder_;
};

/// The scan of the oracle cone_shepp3d_mirt.
inline pyronn::ConeBeam mirt_scan() {
  std::string const folder = "oracles/cone_shepp3d_mirt/";
  constexpr double pitch = 3.6;
  auto const read = [&](char const* name) {
    return pyronn::read_npy<double>(data_path(folder + name)).data;
  };
  std::vector<double> const source = read("source_f64.npy");
  std::vector<double> const center = read("detcenter_f64.npy");
  std::vector<double> const u = read("u_f64.npy");
  std::vector<double> const v = read("v_f64.npy");
  auto const row = [](std::vector<double> const& values, std::size_t n) {
    return pyronn::Vec3d{values[3 * n], values[3 * n + 1], values[3 * n + 2]};
  };
  std::vector<pyronn::ConeVectors> views;
  for (std::size_t n = 0; n < source.size() / 3; ++n) {
    views.push_back({row(source, n), row(center, n), pitch * row(u, n), pitch * row(v, n)});
  }
  return pyronn::ConeBeam::from_vectors({128, 112}, views);
}

}  // namespace test
