// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// ScanMap: the linear map of a scan of any geometry, so that each solver is compiled but once.
#include <cstddef>
#include <memory>
#include <utility>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/operators/part.hpp>

namespace example {

/// A linear map from volumes (x, y, z) to projections (u, v, view), whose own type is forgotten. In
/// the plane there are one slice and one row.
template <class Executor>
class ScanMap {
  using Volume = pyronn::ArrayView<float, 3>;
  using ConstVolume = pyronn::ArrayView<float const, 3>;

 public:
  using DomainElement = float;
  using RangeElement = float;

  /// Of a SystemMatrix.
  template <class Map>
  explicit ScanMap(Map map) : held_{std::make_shared<Held<Map> const>(std::move(map))} {}

  [[nodiscard]] pyronn::Extents<3> domain() const { return held_->domain(); }
  [[nodiscard]] pyronn::Extents<3> range() const { return held_->range(); }
  [[nodiscard]] int num_views() const { return range()[2]; }
  [[nodiscard]] ScanMap subset(pyronn::ViewSelection const& views) const {
    return ScanMap{held_->subset(views)};
  }
  [[nodiscard]] std::size_t workspace_bytes(Executor const& executor, std::size_t limit) const {
    return held_->workspace_bytes(executor, limit);
  }
  void apply(Executor const& executor, ConstVolume x, Volume y,
             pyronn::Workspace<Executor>& workspace) const {
    held_->apply(executor, x, y, workspace);
  }
  void apply_transpose(Executor const& executor, ConstVolume y, Volume x,
                       pyronn::Workspace<Executor>& workspace) const {
    held_->apply_transpose(executor, y, x, workspace);
  }

 private:
  struct AnyMap {
    AnyMap() = default;
    AnyMap(AnyMap const&) = delete;
    AnyMap& operator=(AnyMap const&) = delete;
    virtual ~AnyMap() = default;
    [[nodiscard]] virtual pyronn::Extents<3> domain() const = 0;
    [[nodiscard]] virtual pyronn::Extents<3> range() const = 0;
    [[nodiscard]] virtual std::shared_ptr<AnyMap const> subset(
        pyronn::ViewSelection const& views) const = 0;
    [[nodiscard]] virtual std::size_t workspace_bytes(Executor const& executor,
                                                      std::size_t limit) const = 0;
    virtual void apply(Executor const& executor, ConstVolume x, Volume y,
                       pyronn::Workspace<Executor>& workspace) const = 0;
    virtual void apply_transpose(Executor const& executor, ConstVolume y, Volume x,
                                 pyronn::Workspace<Executor>& workspace) const = 0;
  };

  template <class Map>
  struct Held final : AnyMap {
    static constexpr bool is_plane = Map::dimension == 2;
    Map map;

    explicit Held(Map of) : map{std::move(of)} {}

    [[nodiscard]] pyronn::Extents<3> domain() const override {
      auto const extents = map.domain();
      if constexpr (is_plane) {
        return {extents[0], extents[1], 1};
      } else {
        return extents;
      }
    }
    [[nodiscard]] pyronn::Extents<3> range() const override {
      auto const extents = map.range();
      if constexpr (is_plane) {
        return {extents[0], 1, extents[1]};
      } else {
        return extents;
      }
    }
    [[nodiscard]] std::shared_ptr<AnyMap const> subset(
        pyronn::ViewSelection const& views) const override {
      return std::make_shared<Held const>(map.subset(views));
    }
    [[nodiscard]] std::size_t workspace_bytes(Executor const& executor,
                                              std::size_t limit) const override {
      return map.workspace_bytes(executor, limit);
    }
    void apply(Executor const& executor, ConstVolume x, Volume y,
               pyronn::Workspace<Executor>& workspace) const override {
      map.apply(executor, volume(x), projections(y), workspace);
    }
    void apply_transpose(Executor const& executor, ConstVolume y, Volume x,
                         pyronn::Workspace<Executor>& workspace) const override {
      map.apply_transpose(executor, projections(y), volume(x), workspace);
    }

   private:
    template <class T>
    static auto volume(pyronn::ArrayView<T, 3> of) {
      if constexpr (is_plane) {
        return pyronn::ArrayView<T, 2>{of.data, {of.extents[0], of.extents[1]}};
      } else {
        return of;
      }
    }
    template <class T>
    static auto projections(pyronn::ArrayView<T, 3> of) {
      if constexpr (is_plane) {
        return pyronn::ArrayView<T, 2>{of.data, {of.extents[0], of.extents[2]}};
      } else {
        return of;
      }
    }
  };

  explicit ScanMap(std::shared_ptr<AnyMap const> held) : held_{std::move(held)} {}

  std::shared_ptr<AnyMap const> held_;
};

}  // namespace example
