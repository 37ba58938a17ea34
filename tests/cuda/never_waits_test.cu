// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "support/backends.hpp"
//
#include <cstddef>
#include <new>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/cuda.cuh>
#include <pyronn/simulate/noise.hpp>

#include "cuda/streams.cuh"
#include "support/numbers.hpp"
#include "support/operators.hpp"

// The linker sends this program's calls of functions that wait, or may wait, here first: of each
// --wrap in CMakeLists.txt.
namespace {
int waiting_calls = 0;
int textures = 0;  // that live
bool counts = false;
}  // namespace

#define PYRONN_TEST_COUNT(function, parameters, arguments) \
  extern "C" cudaError_t __real_##function parameters;     \
  extern "C" cudaError_t __wrap_##function parameters {    \
    if (counts) ++waiting_calls;                           \
    return __real_##function arguments;                    \
  }
PYRONN_TEST_COUNT(cudaStreamSynchronize, (cudaStream_t stream), (stream))
PYRONN_TEST_COUNT(cudaDeviceSynchronize, (), ())
PYRONN_TEST_COUNT(cudaEventSynchronize, (cudaEvent_t event), (event))
PYRONN_TEST_COUNT(cudaMalloc, (void** memory, std::size_t bytes), (memory, bytes))
PYRONN_TEST_COUNT(cudaFree, (void* memory), (memory))
PYRONN_TEST_COUNT(cudaMallocHost, (void** memory, std::size_t bytes), (memory, bytes))
PYRONN_TEST_COUNT(cudaFreeHost, (void* memory), (memory))
PYRONN_TEST_COUNT(cudaMemcpy, (void* to, void const* from, std::size_t bytes, cudaMemcpyKind kind),
                  (to, from, bytes, kind))
PYRONN_TEST_COUNT(cudaMemcpyAsync,
                  (void* to, void const* from, std::size_t bytes, cudaMemcpyKind kind,
                   cudaStream_t stream),
                  (to, from, bytes, kind, stream))
PYRONN_TEST_COUNT(cudaMemset, (void* to, int value, std::size_t bytes), (to, value, bytes))

extern "C" cudaError_t __real_cudaCreateTextureObject(cudaTextureObject_t* object,
                                                      cudaResourceDesc const* resource,
                                                      cudaTextureDesc const* texture,
                                                      cudaResourceViewDesc const* view);
extern "C" cudaError_t __wrap_cudaCreateTextureObject(cudaTextureObject_t* object,
                                                      cudaResourceDesc const* resource,
                                                      cudaTextureDesc const* texture,
                                                      cudaResourceViewDesc const* view) {
  ++textures;
  return __real_cudaCreateTextureObject(object, resource, texture, view);
}
extern "C" cudaError_t __real_cudaDestroyTextureObject(cudaTextureObject_t object);
extern "C" cudaError_t __wrap_cudaDestroyTextureObject(cudaTextureObject_t object) {
  --textures;
  return __real_cudaDestroyTextureObject(object);
}

namespace {
int until_failure = -1;  // how many allocations of host memory go well before one fails
}  // namespace

extern "C" void* __real__Znwm(std::size_t bytes);  // operator new
extern "C" void* __wrap__Znwm(std::size_t bytes) {
  if (until_failure >= 0 && until_failure-- == 0) throw std::bad_alloc{};
  return __real__Znwm(bytes);
}

using pyronn::ArrayView;
using pyronn::ConeBeam;
using pyronn::CudaExecutor;
using pyronn::Extents;
using pyronn::FanBeam;
using pyronn::Grid;
using pyronn::SoftwareInterp;
using pyronn::TextureInterp;
using Workspace = pyronn::Workspace<CudaExecutor>;

namespace {

constexpr int num_arrays = 100;
// Rows of 256 bytes, so that textures can read projections in place.
ConeBeam const scan =
    ConeBeam::circular({60, 90, pyronn::equal_angles(8, 0.1)}, {{64, 8}, {1.3, 0.9}});
Extents<3> const views_size{64, 8, 8};
Grid const grid = Grid::centered({64, 8, 8}, {0.5, 0.7, 1.9});

/// As many inputs in one array, each aligned as textures need it, and an output.
struct Arrays {
  test::Array<float, 4> inputs;
  test::Array<float, 3> output;

  Arrays(Extents<3> from, Extents<3> to)
      : inputs{{from[0], from[1], from[2], num_arrays}, 1.0F}, output{to} {}
  ArrayView<float, 3> input(int n) {
    auto const all = inputs.view();
    return {all.slices(n, 1).data, {all.extents[0], all.extents[1], all.extents[2]}};
  }
};

/// Counts what waits while `call(n)` is made for n = 0, 1, ..., and once more for the first ones.
template <class Call>
void check_never_waits(std::string const& what, Call const& call) {
  waiting_calls = 0;
  counts = true;
  for (int n = 0; n < num_arrays; ++n) call(n);
  for (int n = 0; n < 3; ++n) call(n);
  counts = false;
  BOOST_TEST(waiting_calls == 0,
             what << " called functions that wait " << waiting_calls << " times");
  test::executor();
  test::check(cudaStreamSynchronize(test::executor().stream()));
}

template <class Operator>
void check_operator(std::string const& what, Operator const& op, Extents<3> from, Extents<3> to) {
  Arrays arrays{from, to};
  CudaExecutor const& executor = test::executor();
  {
    Workspace workspace{executor, op.workspace_bytes(executor, arrays.input(0))};
    check_never_waits(
        what, [&](int n) { op(executor, arrays.input(n), arrays.output.view(), workspace); });
  }
  if constexpr (!std::is_same_v<Operator, pyronn::Fdk<ConeBeam, TextureInterp>> &&
                !std::is_same_v<Operator, pyronn::Fdk<ConeBeam, SoftwareInterp>>) {
    check_never_waits(what + " without workspace",
                      [&](int n) { op(executor, arrays.input(n), arrays.output.view()); });
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(never_waits, *boost::unit_test::precondition(test::device_present))

BOOST_AUTO_TEST_CASE(what_waits_is_counted) {
  counts = true;
  waiting_calls = 0;
  test::check(cudaStreamSynchronize(test::executor().stream()));
  counts = false;
  BOOST_TEST(waiting_calls == 1);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(in_both_directions, Case, test::AllCases) {
  typename Case::template Projector<ConeBeam> const op{scan, grid};
  check_operator("forward", op, grid.size, views_size);
  check_operator("back", op.adjoint(), views_size, grid.size);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(reconstructions, Interp, test::Interps) {
  check_operator("fdk", pyronn::Fdk<ConeBeam, Interp>{scan, grid}, views_size, grid.size);
}

/// Nobody waits for textures to be read through, and yet they do not pile up: those of earlier
/// calls are destroyed when later ones make new ones.
BOOST_AUTO_TEST_CASE(textures_do_not_pile_up) {
  pyronn::Backprojector<ConeBeam, TextureInterp> const op{scan, grid};
  Arrays arrays{views_size, grid.size};
  auto const stream = test::executor().stream();
  auto const call = [&] { op(test::executor(), arrays.input(0), arrays.output.view()); };
  auto const settle = [&] {
    test::check(cudaStreamSynchronize(stream));
    call();
    test::check(cudaStreamSynchronize(stream));
    call();
  };
  settle();
  int const before = textures;
  for (int round = 0; round < 20; ++round) {
    for (int n = 0; n < 50; ++n) call();
    settle();
  }
  BOOST_TEST(textures <= before + 2);
  for (int n = 0; n < 200; ++n) {
    test::Graph const graph{stream, call};
    graph.launch(stream);
    test::check(cudaStreamSynchronize(stream));
  }
  settle();
  // CUDA says in a thread of its own that a graph has gone.
  BOOST_TEST(textures <= before + 50);
}

/// Where host memory runs out at the first, second, ... allocation of a call.
BOOST_AUTO_TEST_CASE(textures_are_not_lost_with_memory) {
  pyronn::Backprojector<ConeBeam, TextureInterp> const op{scan, grid};
  Arrays arrays{views_size, grid.size};
  auto const stream = test::executor().stream();
  auto const call = [&] { op(test::executor(), arrays.input(0), arrays.output.view()); };
  auto const live_textures = [&] {
    for (int n = 0; n < 2; ++n) {
      call();
      test::check(cudaStreamSynchronize(stream));
    }
    return textures;
  };
  int const before = live_textures();
  int failures = 0;
  for (bool is_done = false; !is_done; failures += is_done ? 0 : 1) {
    until_failure = failures;
    try {
      call();
      is_done = true;
    } catch (std::bad_alloc const&) {
    }
    until_failure = -1;
    test::check(cudaStreamSynchronize(stream));
  }
  BOOST_TEST(failures >= 3);
  BOOST_TEST(live_textures() == before);
}

/// Workspaces, too, come and go without waiting.
BOOST_AUTO_TEST_CASE(workspaces) {
  pyronn::Backprojector<ConeBeam, TextureInterp> const op{scan, grid};
  Arrays arrays{views_size, grid.size};
  check_never_waits("a workspace a call", [&](int n) {
    Workspace workspace{test::executor(), 4096};
    op(test::executor(), arrays.input(n), arrays.output.view(), workspace);
  });
}

BOOST_AUTO_TEST_CASE(filters_vectors_and_phantoms) {
  CudaExecutor const& executor = test::executor();
  Arrays arrays{views_size, views_size};
  test::Array<float, 3> volume{grid.size};
  test::Array<float, 1> scalar{Extents<1>{1}};
  pyronn::RowFilter const filter{views_size};
  test::Array<float, 1> response{Extents<1>{filter.response_length()}, 1.0F};
  Workspace workspace{executor, std::size_t{1} << 22};
  pyronn::Phantom const phantom{pyronn::Body::ellipsoid({0, 0, 0}, {5, 4, 3}, 0.02)};
  check_never_waits("a pipeline", [&](int n) {
    auto const input = arrays.input(n);
    auto const output = arrays.output.view();
    pyronn::voxelise(executor, phantom, grid, volume.view());
    pyronn::project(executor, phantom, scan, input);
    pyronn::add_gaussian_noise(executor, input, 0.1, 7);
    filter(executor, input, response.view(), output, workspace);
    pyronn::fill(executor, output, 1.0F);
    pyronn::copy(executor, input, output);
    pyronn::axpy(executor, 2.0F, input, output);
    pyronn::dot(executor, input, output, scalar.view().data, workspace);
    pyronn::norm(executor, input, scalar.view().data, workspace);
  });
}

BOOST_AUTO_TEST_SUITE_END()
