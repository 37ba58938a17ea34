// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <type_traits>

#include <boost/test/unit_test.hpp>

#include <pyronn/pyronn.hpp>

#include "support/custom_geometries.hpp"

// Checked by the compiler; at run time there is nothing left to do.

using pyronn::DetectorPoint;
using pyronn::Extents;
using pyronn::is_interp_v;
using pyronn::is_projectable_geometry_v;
using pyronn::is_projective_view_v;
using pyronn::is_traceable_geometry_v;
using pyronn::Ray;
using pyronn::Vec3d;
using pyronn::Vec3f;

namespace {

// Geometries

struct FullView {
  Ray<float> ray(float u, float v) const;
  DetectorPoint<float> project(Vec3f point) const;
};
template <class View_>
struct Geometry {
  int num_views() const;
  Extents<2> detector_size() const;
  View_ view(int n) const;
};

template <class G>
inline constexpr bool is_geometry_v = is_traceable_geometry_v<G> || is_projectable_geometry_v<G>;
template <class G>
inline constexpr bool is_full_geometry_v =
    is_traceable_geometry_v<G>&& is_projectable_geometry_v<G>;

static_assert(is_full_geometry_v<pyronn::ConeBeam>);
static_assert(is_full_geometry_v<test::Laminography<float>>);
static_assert(is_full_geometry_v<test::Laminography<double>>);
static_assert(is_full_geometry_v<test::Calibrated>);
static_assert(is_full_geometry_v<Geometry<FullView>>);
static_assert(is_full_geometry_v<Geometry<FullView const&>>);
static_assert(is_traceable_geometry_v<test::OnlyRays>);
static_assert(!is_projectable_geometry_v<test::OnlyRays>);
static_assert(!is_traceable_geometry_v<test::OnlyPoints>);
static_assert(is_projectable_geometry_v<test::OnlyPoints>);

static_assert(!is_geometry_v<int>);
static_assert(!is_geometry_v<pyronn::Detector>);
static_assert(!is_geometry_v<Geometry<int>>);
static_assert(!is_geometry_v<Geometry<void>>);

struct NoViewCount {
  Extents<2> detector_size() const;
  FullView view(int n) const;
};
static_assert(!is_geometry_v<NoViewCount>);
struct ViewCountIsNoInt : Geometry<FullView> {
  std::size_t num_views() const;
};
static_assert(!is_geometry_v<ViewCountIsNoInt>);
struct NoDetectorSize {
  int num_views() const;
  FullView view(int n) const;
};
static_assert(!is_geometry_v<NoDetectorSize>);
struct DetectorOfThreeAxes : Geometry<FullView> {
  Extents<3> detector_size() const;
};
static_assert(!is_geometry_v<DetectorOfThreeAxes>);
struct NoView {
  int num_views() const;
  Extents<2> detector_size() const;
};
static_assert(!is_geometry_v<NoView>);
struct ViewIsNotConst : Geometry<FullView> {
  FullView view(int n);
};
static_assert(!is_geometry_v<ViewIsNotConst>);
struct ViewThatCannotTravel : FullView {
  ViewThatCannotTravel(ViewThatCannotTravel const&);
};
static_assert(!is_geometry_v<Geometry<ViewThatCannotTravel>>);
struct PairInsteadOfRay {
  Vec3f ray(float u, float v) const;
  Vec3f project(Vec3f point) const;
};
static_assert(!is_geometry_v<Geometry<PairInsteadOfRay>>);
struct RayWithoutConst {
  Ray<float> ray(float u, float v);
  DetectorPoint<float> project(Vec3f point);
};
static_assert(!is_geometry_v<Geometry<RayWithoutConst>>);

// What a view says besides

static_assert(is_projective_view_v<pyronn::ConeView>);
static_assert(pyronn::has_projective_rays_v<pyronn::ConeView>);
static_assert(pyronn::has_parallel_rays_v<pyronn::ParallelView>);
static_assert(!pyronn::has_parallel_rays_v<pyronn::ConeView>);
static_assert(!pyronn::has_parallel_rays_v<FullView>);
static_assert(!is_projective_view_v<FullView>);
static_assert(!pyronn::has_projective_rays_v<FullView>);
static_assert(is_projective_view_v<test::MatrixPinhole::View>);
static_assert(!is_projective_view_v<test::Pinhole::View>);
static_assert(std::is_same_v<pyronn::view_t<pyronn::ConeBeam>, pyronn::ConeView>);
static_assert(std::is_same_v<pyronn::projection_scalar_t<FullView>, float>);
static_assert(std::is_same_v<pyronn::projection_scalar_t<pyronn::ConeView>, double>);

// Interpolation policies

static_assert(is_interp_v<pyronn::SoftwareInterp>);
static_assert(is_interp_v<pyronn::TextureInterp>);
static_assert(is_interp_v<pyronn::DoubleInterp>);
static_assert(!is_interp_v<int>);
static_assert(!is_interp_v<pyronn::Joseph>);
struct BlendsTwo {
  static float blend(float a, float s0, float s1);
};
static_assert(!is_interp_v<BlendsTwo>);
struct BlendsInDouble {
  static double blend(float a, float b, float s00, float s10, float s01, float s11);
};
static_assert(!is_interp_v<BlendsInDouble>);
struct BlendsAsAnObject {
  float blend(float a, float b, float s00, float s10, float s01, float s11) const;
};
static_assert(!is_interp_v<BlendsAsAnObject>);

// What travels into kernels

template <class... Types>
inline constexpr bool all_trivially_copyable_v = (std::is_trivially_copyable_v<Types> && ...);
static_assert(all_trivially_copyable_v<
              Extents<3>, Vec3f, Vec3d, pyronn::Grid, Ray<float>, Ray<double>, DetectorPoint<float>,
              pyronn::ProjectionMatrix, pyronn::ConeView, pyronn::ArrayView<float, 3>,
              pyronn::SoftwareInterp, pyronn::TextureInterp,
              pyronn::detail::LinearSamples<pyronn::SoftwareInterp, float>>);

static_assert(all_trivially_copyable_v<pyronn::Half, pyronn::BFloat16>);
static_assert(sizeof(pyronn::Half) == 2 && sizeof(pyronn::BFloat16) == 2);
static_assert(std::is_trivial_v<pyronn::Half> && std::is_trivial_v<pyronn::BFloat16>);

// Who may write may read, never the other way round

using Writable = pyronn::ArrayView<float, 3>;
using ReadOnly = pyronn::ArrayView<float const, 3>;
static_assert(std::is_convertible_v<Writable, ReadOnly>);
static_assert(!std::is_convertible_v<ReadOnly, Writable>);
static_assert(!std::is_convertible_v<pyronn::ArrayView<double, 3>, ReadOnly>);

}  // namespace

BOOST_AUTO_TEST_SUITE(traits)

BOOST_AUTO_TEST_CASE(hold_at_compile_time) {
  pyronn::check_traceable_geometry<test::OnlyRays>();
  pyronn::check_projectable_geometry<test::OnlyPoints>();
  pyronn::check_interp<pyronn::SoftwareInterp>();
  BOOST_TEST(true);
}

BOOST_AUTO_TEST_SUITE_END()
