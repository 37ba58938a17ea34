// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
// A linear map that is a matrix, with rows in views, and the system whose iterates are known.
#include "backends.hpp"
//
#include <cmath>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/config.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/exec/kernel.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/operators/part.hpp>

namespace test {

/// out[i] = the sum over j of matrix[i first_stride + j second_stride] in[j]
template <class T>
struct DenseProduct {
  using Block = pyronn::BlockShape<32, 1, 1>;

  T const* matrix;
  int rows;
  int columns;
  int row_stride;
  int column_stride;
  T const* in;
  T* out;

  PYRONN_HOST_DEVICE void operator()(pyronn::Vec<int, 3> item) const {
    double sum = 0;
    for (int j = 0; j < columns; ++j) {
      sum += static_cast<double>(matrix[item[0] * row_stride + j * column_stride]) *
             static_cast<double>(in[j]);
    }
    out[item[0]] = static_cast<T>(sum);
  }
};

/// A matrix, row by row, from images (x, y) to sinograms (u, view).
template <class T>
class DenseMap {
 public:
  using DomainElement = T;
  using RangeElement = T;

  DenseMap(pyronn::Extents<2> domain, pyronn::Extents<2> range, std::vector<double> entries)
      : domain_{domain},
        range_{range},
        entries_{std::move(entries)},
        matrix_{std::make_shared<Array<T, 1>>(pyronn::Extents<1>{static_cast<int>(entries_.size())},
                                              std::vector<T>(entries_.begin(), entries_.end()))} {}

  [[nodiscard]] pyronn::Extents<2> domain() const { return domain_; }
  [[nodiscard]] pyronn::Extents<2> range() const { return range_; }
  [[nodiscard]] int num_views() const { return range_[1]; }
  /// Row by row.
  [[nodiscard]] std::vector<double> const& entries() const { return entries_; }

  [[nodiscard]] DenseMap subset(pyronn::ViewSelection const& views) const {
    std::size_t const count = view_entries();
    std::vector<double> rows;
    int const selected = views.count(num_views());
    for (int n = 0; n < selected; ++n) {
      bool const is_list = views.kind() == pyronn::ViewSelection::Kind::list;
      int const view = is_list ? views.indices()[static_cast<std::size_t>(n)]
                               : views.first() + n * views.stride();
      auto const first =
          entries_.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(view) * count);
      rows.insert(rows.end(), first, first + static_cast<std::ptrdiff_t>(count));
    }
    return {domain_, {range_[0], selected}, rows};
  }

  template <class Executor>
  [[nodiscard]] std::size_t workspace_bytes(Executor const&, std::size_t) const {
    return 0;
  }
  template <class Executor>
  void apply(Executor const& executor, pyronn::ArrayView<T const, 2> x, pyronn::ArrayView<T, 2> y,
             pyronn::Workspace<Executor>&) const {
    executor.for_each({rows(), 1, 1}, DenseProduct<T>{matrix_->view().data, rows(), columns(),
                                                      columns(), 1, x.data, y.data});
  }
  template <class Executor>
  void apply_transpose(Executor const& executor, pyronn::ArrayView<T const, 2> y,
                       pyronn::ArrayView<T, 2> x, pyronn::Workspace<Executor>&) const {
    executor.for_each({columns(), 1, 1}, DenseProduct<T>{matrix_->view().data, columns(), rows(), 1,
                                                         columns(), y.data, x.data});
  }

 private:
  [[nodiscard]] int rows() const { return static_cast<int>(range_.count()); }
  [[nodiscard]] int columns() const { return static_cast<int>(domain_.count()); }
  [[nodiscard]] std::size_t view_entries() const {
    return static_cast<std::size_t>(range_[0]) * static_cast<std::size_t>(domain_.count());
  }

  pyronn::Extents<2> domain_;
  pyronn::Extents<2> range_;
  std::vector<double> entries_;
  std::shared_ptr<Array<T, 1>> matrix_;
};

/// Strips of width 1 across four pixels of size 1 at 0, 45 and 90 degrees, 3 a view.
inline std::vector<double> strip_entries() {
  double const q = std::pow(std::sqrt(0.5) - 0.5, 2);
  return {0.5,       0,    0.5,  0,          // 0 degrees
          0.5,       0.5,  0.5,  0.5,        //
          0,         0.5,  0,    0.5,        //
          q,         0,    0.75, q,          // 45 degrees
          1 - 2 * q, 0.25, 0.25, 1 - 2 * q,  //
          q,         0.75, 0,    q,          //
          0,         0,    0.5,  0.5,        // 90 degrees
          0.5,       0.5,  0.5,  0.5,        //
          0.5,       0.5,  0,    0};
}
inline DenseMap<double> strips() { return {{2, 2}, {3, 3}, strip_entries()}; }
inline std::vector<double> strip_truth() { return {1, 2, 3, 5}; }

/// A x on the host.
template <class T>
std::vector<double> product(DenseMap<T> const& map, std::vector<double> const& x) {
  std::vector<double> result;
  std::size_t const columns = x.size();
  for (std::size_t i = 0; i * columns < map.entries().size(); ++i) {
    double sum = 0;
    for (std::size_t j = 0; j < columns; ++j) sum += map.entries()[i * columns + j] * x[j];
    result.push_back(sum);
  }
  return result;
}

}  // namespace test
