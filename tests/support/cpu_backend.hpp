#pragma once
// Where the tests of this translation unit run: on the host's cores.
#include <cstddef>
#include <vector>

#include <boost/test/tree/test_unit.hpp>

#include <pyronn/cpu.hpp>

namespace test {

using Executor = pyronn::CpuExecutor;

inline Executor const& executor() {
  static Executor const instance;
  return instance;
}

/// For BOOST_TEST_DECORATOR(*boost::unit_test::precondition(test::device_present)).
inline boost::test_tools::assertion_result device_present(boost::unit_test::test_unit_id) {
  return true;
}

/// Memory where the executor works, with the ways in and out.
template <class T, int Rank>
class Array {
 public:
  explicit Array(pyronn::Extents<Rank> extents, T value = T{})
      : extents_{extents}, values_(static_cast<std::size_t>(extents.count()), value) {}
  Array(pyronn::Extents<Rank> extents, std::vector<T> const& values)
      : extents_{extents}, values_{values} {}

  [[nodiscard]] pyronn::ArrayView<T, Rank> view() { return {values_.data(), extents_}; }
  [[nodiscard]] std::vector<T> values() const { return values_; }

 private:
  pyronn::Extents<Rank> extents_;
  std::vector<T> values_;
};

}  // namespace test
