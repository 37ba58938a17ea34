// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <type_traits>

#include <boost/test/unit_test.hpp>

#include <pyronn/pyronn.hpp>

// Checked by the compiler; at run time there is nothing left to do.

using pyronn::Extents;
using pyronn::is_executor_v;
using pyronn::is_model_v;

namespace {

// Executors

struct GoodExecutor {
  struct Cache {};
  template <class Kernel>
  void for_each(Extents<3> items, Kernel const& kernel) const;
  void* allocate(std::size_t bytes) const;
  void deallocate(void* memory, std::size_t bytes) const noexcept;
  void check_reachable(void const* memory, char const* what) const;
};
static_assert(is_executor_v<pyronn::CpuExecutor>);
static_assert(is_executor_v<GoodExecutor>);
static_assert(!is_executor_v<int>);
struct NoForEach : GoodExecutor {
  void for_each() const;
};
static_assert(!is_executor_v<NoForEach>);
struct NoMemory : GoodExecutor {
  void* allocate() const;
};
static_assert(!is_executor_v<NoMemory>);
struct TakesNothingBack : GoodExecutor {
  void deallocate(void* memory) const;
};
static_assert(!is_executor_v<TakesNothingBack>);
struct ChecksNothing : GoodExecutor {
  void check_reachable() const;
};
static_assert(!is_executor_v<ChecksNothing>);
struct NoResources {
  template <class Kernel>
  void for_each(Extents<3> items, Kernel const& kernel) const;
  void* allocate(std::size_t bytes) const;
  void deallocate(void* memory, std::size_t bytes) const noexcept;
  void check_reachable(void const* memory, char const* what) const;
};
static_assert(!is_executor_v<NoResources>);

// Models

struct Kernel {
  using Block = pyronn::BlockShape<1, 1, 1>;
  Extents<3> items() const;
  void operator()(pyronn::Vec<int, 3> item) const;
};
template <class Forward, class Back = Kernel>
struct Model : pyronn::ModelDefaults {
  template <class Interp, class Executor, class Task>
  Forward forward(Task const& task) const;
  template <class Interp, class Executor, class Task>
  Back back(Task const& task) const;
};
static_assert(is_model_v<pyronn::Joseph>);
static_assert(is_model_v<pyronn::RayMarch>);
static_assert(is_model_v<pyronn::Siddon>);
static_assert(is_model_v<pyronn::VoxelDriven>);
static_assert(is_model_v<pyronn::DistanceWeighted>);
static_assert(is_model_v<Model<Kernel>>);
static_assert(!is_model_v<int>);
static_assert(!is_model_v<pyronn::SoftwareInterp>);
static_assert(!is_model_v<pyronn::ModelDefaults>);

struct NoBlock {
  Extents<3> items() const;
  void operator()(pyronn::Vec<int, 3> item) const;
};
static_assert(!is_model_v<Model<NoBlock>>);
static_assert(!is_model_v<Model<Kernel, NoBlock>>);
struct ItemsOfTwoAxes : Kernel {
  Extents<2> items() const;
};
static_assert(!is_model_v<Model<ItemsOfTwoAxes>>);
struct KernelIsNotConst : Kernel {
  void operator()(pyronn::Vec<int, 3> item);
};
static_assert(!is_model_v<Model<KernelIsNotConst>>);
struct KernelThatCannotTravel : Kernel {
  KernelThatCannotTravel(KernelThatCannotTravel const&);
};
static_assert(!is_model_v<Model<KernelThatCannotTravel>>);
struct NoForward : pyronn::ModelDefaults {
  template <class Interp, class Executor, class Task>
  Kernel back(Task const& task) const;
};
static_assert(!is_model_v<NoForward>);
struct ForwardIsNotConst : NoForward {
  template <class Interp, class Executor, class Task>
  Kernel forward(Task const& task);
};
static_assert(!is_model_v<ForwardIsNotConst>);
struct NoBack : pyronn::ModelDefaults {
  template <class Interp, class Executor, class Task>
  Kernel forward(Task const& task) const;
};
static_assert(!is_model_v<NoBack>);
/// A model without defaults.
struct NoDefaults {
  template <class Interp, class Executor, class Task>
  Kernel forward(Task const& task) const;
  template <class Interp, class Executor, class Task>
  Kernel back(Task const& task) const;
};
static_assert(!is_model_v<NoDefaults>);
struct OwnViews : NoDefaults {
  template <class View>
  using ForwardView = pyronn::detail::ray_view_t<View>;
  template <class View>
  using BackView = pyronn::detail::full_view_t<View>;
};
static_assert(!is_model_v<OwnViews>);
struct OwnSpecialViews : OwnViews {
  template <class View, int Dimension>
  using SpecialForwardView = void;
  template <class View, int Dimension>
  using SpecialBackView = void;
  template <class Interp, class Executor, int Dimension>
  static constexpr bool prefers_special_back = false;
};
static_assert(!is_model_v<OwnSpecialViews>);
struct OwnSources : OwnSpecialViews {
  template <class Interp, class Executor, int Dimension>
  using VolumeSource = pyronn::InPlaceSlices<Interp>;
  template <class Interp, class Executor>
  using ProjectionSource = pyronn::InPlaceSlices<Interp>;
};
static_assert(!is_model_v<OwnSources>);
struct OwnChecks : OwnSources {
  template <class Geometry>
  static constexpr void check_forward() {}
  template <class Geometry>
  static constexpr void check_back() {}
};
static_assert(is_model_v<OwnChecks>);

// A number of threads is no executor by accident

static_assert(!std::is_convertible_v<int, pyronn::CpuExecutor>);

}  // namespace

BOOST_AUTO_TEST_SUITE(executor_and_model_traits)

BOOST_AUTO_TEST_CASE(hold_at_compile_time) {
  pyronn::check_executor<GoodExecutor>();
  pyronn::check_model<Model<Kernel>>();
  BOOST_TEST(true);
}

BOOST_AUTO_TEST_SUITE_END()
