// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Marks of a solver's problem, by which a state tells that of another one.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <type_traits>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/config.hpp>
#include <pyronn/core/detail/mixed_bits.hpp>
#include <pyronn/core/storage.hpp>
#include <pyronn/exec/buffer.hpp>
#include <pyronn/exec/detail/elementwise.hpp>
#include <pyronn/exec/detail/reduction.hpp>
#include <pyronn/exec/vector_operations.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/operators/algebra/linear_map.hpp>
#include <pyronn/recon/solver/detail/scalar_steps.hpp>
#include <pyronn/recon/solver/detail/state_parts.hpp>
#include <pyronn/recon/solver/detail/subset_system.hpp>
#include <pyronn/recon/solver/detail/view_steps.hpp>
#include <pyronn/recon/solver/slices_beside.hpp>

namespace pyronn::detail {

/// Some bits of a hash of an element and of where it lies: so few that sums of up to 2^32 of them
/// are exact, in whatever order.
template <class T>
struct BitsTerm {
  static constexpr int bits_of_part = 21;
  static constexpr int parts = 3;

  T const* array;
  std::int64_t before;  ///< elements that others have before these
  int part;

  PYRONN_HOST_DEVICE double operator()(std::int64_t i) const {
    std::uint64_t bits = 0;
    memcpy(&bits, array + i, sizeof(T) < sizeof(bits) ? sizeof(T) : sizeof(bits));
    std::uint64_t const hash =
        mixed_bits(bits + mixed_bits(static_cast<std::uint64_t>(before + i) + 1));
    constexpr std::uint64_t mask = (std::uint64_t{1} << bits_of_part) - 1;
    return static_cast<double>(hash >> static_cast<unsigned>(part * bits_of_part) & mask);
  }
};

/// The square of a ray, or the ray with a sign of its own.
template <class T>
struct RayMarkTerm {
  SubsetRays rays;
  T const* subset;
  std::int64_t before;
  int mark;

  PYRONN_HOST_DEVICE double operator()(std::int64_t i) const {
    auto const ray = static_cast<double>(load_number(subset, i));
    if (mark == 0) return ray * ray;
    std::uint64_t const hash = mixed_bits(static_cast<std::uint64_t>(before + rays(i)) + 1);
    return (hash >> static_cast<unsigned>(mark) & 1U) == 0 ? ray : -ray;
  }
};

/// Counts pixels that are not 0.
template <class T>
struct NotZeroTerm {
  T const* image;

  PYRONN_HOST_DEVICE double operator()(std::int64_t i) const {
    return load_number(image, i) == 0 ? 0 : 1;
  }
};

/// Turns the sign of a fourth of the pixels, at random: done twice, all are what they were.
template <class T>
struct TurnSigns {
  T* image;

  PYRONN_HOST_DEVICE TurnSigns with_scalars() const { return *this; }
  PYRONN_HOST_DEVICE T operator()(std::int64_t i) const {
    bool const turns = (mixed_bits(static_cast<std::uint64_t>(i) + 1) & 3U) == 0;
    return turns ? element_of<T>(-load_number(image, i)) : image[i];
  }
};

/// In an array of the map's range, whose last axis is that of views if it has any.
template <class Map>
std::int64_t rays_of_view(Map const& map) {
  auto view = map.range();
  view[decltype(view)::rank - 1] = 1;
  return view.count();
}

/// How many rays others have before those of the map's range.
template <class Map>
std::int64_t rays_before(Map const& map) {
  return first_own_view(map) * rays_of_view(map);
}

/// Marks of data, weights and mask, which differ for other bits.
template <class Executor>
class ArrayMarks : public StateVisitor<Executor> {
 public:
  using Marks = std::array<double, 9>;

  explicit ArrayMarks(Executor const& executor) : numbers_{executor, Marks{}.size()} {}

  template <class System>
  void system(System& system) {
    auto const& problem = system.problem();
    std::int64_t const before = rays_before(problem.map);
    fill(system.executor(), numbers_.view(Extents<1>{static_cast<int>(marks_.size())}), 0);
    mark(system, problem.data, before, 0);
    mark(system, problem.weights, before, 1);
    mark(system, problem.mask, 0, 2);
    marks_ = numbers_on_host<9>(system.executor(), numbers_.data());
  }

  [[nodiscard]] Marks const& marks() const { return marks_; }

 private:
  template <class System, class T, int Rank>
  void mark(System& system, ArrayView<T const, Rank> array, std::int64_t before, int which) {
    if (array.data == nullptr) return;
    for (int part = 0; part < BitsTerm<T>::parts; ++part) {
      reduce<Unchanged>(system.executor(), {system.name(), "", "", "state"},
                        BitsTerm<T>{array.data, before, part}, array.count(),
                        numbers_.data() + which * BitsTerm<T>::parts + part, system.workspace());
    }
  }

  Buffer<double, Executor> numbers_;
  Marks marks_{};
};

/// Of MapMarks: the square of all rays, then sums of them with signs.
using MarksOfMap = std::array<double, 5>;

/// Whether marks may be of the same map, whose rays take so many bytes each.
inline bool are_near(MarksOfMap const& a, MarksOfMap const& b, std::size_t ray_bytes) {
  if (!std::isfinite(a[0]) || !std::isfinite(b[0])) {
    return std::isfinite(a[0]) == std::isfinite(b[0]);
  }
  double const tolerance = ray_bytes < 4 ? 1e-3 : ray_bytes < 8 ? 1e-4 : 1e-7;
  double const length = std::sqrt(std::max(a[0], b[0]));
  bool result = std::abs(a[0] - b[0]) <= 2 * tolerance * length * length;
  for (std::size_t n = 1; n < a.size(); ++n) {
    result = result && std::abs(a[n] - b[n]) <= tolerance * length;
  }
  return result;
}

/// Marks of a map: of what it makes of the state's image with some signs turned, or of ones where
/// the image is 0. Parts of the views are made one after another, in little memory. Of the same map
/// marks differ by rounding alone.
template <class Executor, class Pixel, int Rank>
class MapMarks : public StateVisitor<Executor> {
 public:
  /// The image will be what it is. Parts are 16 at most, each of `part_bytes` or more.
  MapMarks(Executor const& executor, ArrayView<Pixel, Rank> image,
           std::int64_t part_bytes = std::int64_t{64} << 20)
      : numbers_{executor, MarksOfMap{}.size()}, image_{image}, part_bytes_{part_bytes} {}

  template <class System>
  void system(System& system) {
    reduce<Unchanged>(system.executor(), {system.name(), "", "", "state"},
                      NotZeroTerm<Pixel>{image_.data}, image_.count(), numbers_.data(),
                      system.workspace());
    bool const is_zero = numbers_on_host<1>(system.executor(), numbers_.data())[0] == 0;
    if (is_zero) fill(system.executor(), image_, 1);
    turn_signs(system);
    try {
      mark(system);
    } catch (...) {
      restore(system, is_zero);
      throw;
    }
    restore(system, is_zero);
  }

  [[nodiscard]] MarksOfMap const& marks() const { return marks_; }

 private:
  template <class System>
  void turn_signs(System& system) const {
    for_each_element(system.executor(), TurnSigns<Pixel>{image_.data}, image_.data, image_.count());
  }
  template <class System>
  void restore(System& system, bool is_zero) const {
    if (is_zero) {
      fill(system.executor(), image_, 0);
    } else {
      turn_signs(system);
    }
  }

  template <class System>
  void mark(System& system) {
    marks_ = {};
    auto const& map = system.problem().map;
    using Map = std::decay_t<decltype(map)>;
    std::size_t const limit = system.workspace().bytes();
    if constexpr (has_views_v<Map>) {
      if constexpr (std::is_same_v<SubsetOf<Map>, Map>) {
        ViewSubsets<Map> const subsets{system.name(), map, parts_of(map)};
        Room<Map> room{system, subsets.most_rays().count(),
                       subsets.workspace_bytes(system.executor(), limit)};
        for (int s = 0; s < subsets.count(); ++s)
          add(system, subsets.map(s), subsets.rays(s), room);
        return;
      }
    }
    Room<Map> room{system, map.range().count(), map.workspace_bytes(system.executor(), limit)};
    add(system, map, {0, 1, 1, map.range().count()}, room);
  }

  /// Memory for calls of parts of a map.
  template <class Map>
  struct Room {
    template <class System>
    Room(System& system, std::int64_t most_rays, std::size_t bytes)
        : rays{system.executor(), static_cast<std::size_t>(most_rays)},
          own{system.executor(), bytes > system.workspace().bytes() ? bytes : 0},
          workspace{own.bytes() > 0 ? &own : &system.workspace()} {}

    Buffer<typename Map::RangeElement, Executor> rays;
    Workspace<Executor> own;  ///< of 0 bytes where the solver's own is enough
    Workspace<Executor>* workspace;
  };

  template <class System, class Map>
  void add(System& system, Map const& part, SubsetRays const& of_part, Room<Map>& room) {
    Executor const& executor = system.executor();
    RangeView<Map> const rays{room.rays.data(), part.range()};
    part.apply(executor, read_only(image_), rays, *room.workspace);
    std::int64_t const before = rays_before(system.problem().map);
    for (int mark = 0; mark < static_cast<int>(marks_.size()); ++mark) {
      RayMarkTerm<typename Map::RangeElement> const term{of_part, rays.data, before, mark};
      reduce<Unchanged>(executor, {system.name(), "", "", "state"}, term, of_part.count(),
                        numbers_.data() + mark, system.workspace());
    }
    auto const found = numbers_on_host<std::tuple_size_v<MarksOfMap>>(executor, numbers_.data());
    for (std::size_t mark = 0; mark < found.size(); ++mark) marks_[mark] += found[mark];
  }

  template <class Map>
  [[nodiscard]] int parts_of(Map const& map) const {
    constexpr std::int64_t most = 16;
    std::int64_t const bytes = rays_of_view(map) * map.num_views() *
                               static_cast<std::int64_t>(sizeof(typename Map::RangeElement));
    std::int64_t const parts = std::min(most, (bytes + (part_bytes_ - 1)) / part_bytes_);
    return static_cast<int>(std::clamp<std::int64_t>(parts, 1, map.num_views()));
  }

  Buffer<double, Executor> numbers_;
  ArrayView<Pixel, Rank> image_;
  std::int64_t part_bytes_;
  MarksOfMap marks_{};
};

}  // namespace pyronn::detail
