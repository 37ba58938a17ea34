// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "support/backends.hpp"
//
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <exception>
#include <type_traits>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/cuda.cuh>

#include "cuda/cone_calls.cuh"
#include "cuda/streams.cuh"
#include "support/numbers.hpp"
#include "support/operators.hpp"
#include "support/temporary_folder.hpp"

using pyronn::ArrayView;
using pyronn::ConeBeam;
using pyronn::CudaExecutor;
using pyronn::Extents;
using pyronn::SoftwareInterp;
using pyronn::TextureInterp;
using test::says;
using namespace test::cone_calls;
using Workspace = pyronn::Workspace<CudaExecutor>;

namespace {

/// Adds one where an item is.
struct CountItems {
  using Block = pyronn::BlockShape<32, 4, 1>;
  pyronn::ArrayView<float, 3> counts;
  PYRONN_HOST_DEVICE void operator()(pyronn::Vec<int, 3> item) const {
    counts(item[0], item[1], item[2]) += 1.0F;
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(cuda_executor, *boost::unit_test::precondition(test::device_present))

BOOST_AUTO_TEST_CASE_TEMPLATE(streams_do_not_disturb_each_other, Case, test::AllCases) {
  in_both_directions<Case>([](auto const& op) {
    test::Stream const streams[2];
    CudaExecutor const executors[2] = {CudaExecutor{streams[0].get()},
                                       CudaExecutor{streams[1].get()}};
    Arrays arrays[2] = {{op, 52}, {op, 53}};
    std::size_t const bytes = op.workspace_bytes(executors[0], arrays[0].in.view());
    Workspace workspaces[2] = {Workspace{executors[0], bytes}, Workspace{executors[1], bytes}};
    for (int repeat = 0; repeat < 20; ++repeat) {
      for (int n = 0; n < 2; ++n) {
        op(executors[n], arrays[n].in.view(), arrays[n].out.view(), workspaces[n]);
      }
    }
    for (int n = 0; n < 2; ++n) {
      streams[n].synchronize();
      BOOST_TEST((arrays[n].out.values() == test::run(op, arrays[n].values)));
    }
  });
}

BOOST_AUTO_TEST_CASE(aligned_projections_are_read_in_place) {
  pyronn::Backprojector<ConeBeam, TextureInterp> const op{scan, grid};
  auto const values = test::random_values(54, projections_size.count());
  test::Array<float, 3> aligned{projections_size, values};
  test::Array<float, 1> longer{{static_cast<int>(values.size()) + 1}};
  ArrayView<float, 3> const unaligned{longer.view().data + 1, projections_size};
  BOOST_TEST(op.workspace_bytes(test::executor(), aligned.view()) == 0U);
  BOOST_TEST(op.workspace_bytes(test::executor(), unaligned) > 0U);
  BOOST_TEST((test::run(op, values) == test::run_between_guards(op, values)));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(chunks_add_up_to_the_whole, Case, test::AllCases) {
  in_both_directions<Case>([](auto const& op) {
    Arrays arrays{op, 55};
    // A pointer that no texture takes makes the workspace necessary.
    std::vector<float> longer = arrays.values;
    longer.insert(longer.begin(), 0.0F);
    test::Array<float, 1> source{{static_cast<int>(longer.size())}, longer};
    ArrayView<float const, 3> const in{source.view().data + 1, arrays.in.view().extents};
    std::size_t const limit = op.workspace_bytes(test::executor(), in) / 3;
    std::size_t const bytes = op.workspace_bytes(test::executor(), in, limit);
    BOOST_TEST(bytes <= limit);
    // Where too few views fit, software backprojects from them in place, and models with copies of
    // their own project a volume in place of which fewer than eight slices fit.
    using Model = typename Case::Model;
    using Back = typename Case::template Backprojector<ConeBeam>;
    bool const is_back = std::is_same_v<std::decay_t<decltype(op)>, Back>;
    bool const is_software = std::is_same_v<typename Case::Interp, SoftwareInterp>;
    bool const may_be_none = std::is_same_v<Model, pyronn::RayMarch> ||
                             (is_software && (is_back || !std::is_same_v<Model, pyronn::Joseph>));
    BOOST_TEST((bytes > 0U || limit == 0U || may_be_none));
    Workspace workspace{test::executor(), bytes};
    op(test::executor(), in, arrays.out.view(), workspace);
    // Where slabs of a volume meet, two weights are rounded in place of one.
    BOOST_TEST(test::relative_l2(arrays.out.values(), test::run(op, arrays.values)) <
               test::bound<typename Case::Interp>(1e-6, 1e-2));
  });
}

BOOST_AUTO_TEST_CASE_TEMPLATE(no_workspace_is_enough, Case, test::AllCases) {
  in_both_directions<Case>([](auto const& op) {
    Arrays arrays{op, 56};
    std::size_t const bytes = op.workspace_bytes(test::executor(), arrays.in.view());
    BOOST_TEST(op.workspace_bytes(test::executor(), arrays.in.view(), 0) == 0U);
    auto const expected = test::run(op, arrays.values);
    op(test::executor(), arrays.in.view(), arrays.out.view());
    // A texture's coordinates are rounded before its weights are. Half of the samples of so small a
    // volume lie at its borders, where textures take one rounded weight in place of two.
    BOOST_TEST(test::relative_l2(arrays.out.values(), expected) <
               test::bound<typename Case::Interp>(1e-6, 2e-3));
    Workspace small{test::executor(), std::size_t{bytes == 0 ? 0U : 1U}};
    auto const in_place = arrays.out.values();
    test::fill_with_nan(arrays.out.view(), test::executor().stream());
    op(test::executor(), arrays.in.view(), arrays.out.view(), small);
    BOOST_TEST((arrays.out.values() == in_place));
  });
}

BOOST_AUTO_TEST_CASE_TEMPLATE(memory_comes_from_the_resource, Case, test::AllCases) {
  in_both_directions<Case>([](auto const& op) {
    test::CountingResource memory;
    {
      CudaExecutor const executor{test::executor().stream(), memory};
      Arrays arrays{op, 57};
      std::size_t const bytes = op.workspace_bytes(executor, arrays.in.view());
      Workspace workspace{executor, bytes};
      for (int repeat = 0; repeat < 3; ++repeat) {
        op(executor, arrays.in.view(), arrays.out.view(), workspace);
      }
      BOOST_TEST(memory.in_use() == bytes);
      BOOST_TEST(memory.allocated() == bytes);
    }
    BOOST_TEST(memory.in_use() == 0U);
  });
}

/// What nvcc makes of the CPU backend, in a program that has both.
BOOST_AUTO_TEST_CASE(the_host_gives_the_same) {
  in_both_directions<test::JosephSoftware>([](auto const& op) {
    Arrays arrays{op, 62};
    std::vector<float> on_host(static_cast<std::size_t>(arrays.out.view().extents.count()),
                               test::nan);
    op(pyronn::CpuExecutor{2},
       ArrayView<float const, 3>{arrays.values.data(), arrays.in.view().extents},
       ArrayView<float, 3>{on_host.data(), arrays.out.view().extents});
    BOOST_TEST(test::relative_l2(on_host, test::run(op, arrays.values)) < 1e-5);
  });
}

/// A grid holds fewer blocks along its second and third axis than a call may have items.
BOOST_AUTO_TEST_CASE(any_number_of_items_along_any_axis) {
  for (Extents<3> const items :
       {Extents<3>{2, 1, 70001}, Extents<3>{1, 700003, 1}, Extents<3>{3, 66000, 2}}) {
    test::Array<float, 3> counts{items, 0.0F};
    test::executor().for_each(items, CountItems{counts.view()});
    auto const values = counts.values();
    BOOST_TEST(std::count(values.begin(), values.end(), 1.0F) ==
               static_cast<std::ptrdiff_t>(items.count()));
  }
}

BOOST_AUTO_TEST_CASE(misaligned_memory_is_refused) {
  test::CountingResource memory{/*misalign_by=*/4};
  pyronn::Projector<ConeBeam, TextureInterp> const op{scan, grid};
  CudaExecutor const executor{test::executor().stream(), memory};
  Arrays arrays{op, 58};
  auto const call = [&] {
    Workspace workspace{executor, op.workspace_bytes(executor, arrays.in.view())};
    op(executor, arrays.in.view(), arrays.out.view(), workspace);
  };
  BOOST_CHECK_THROW(call(), pyronn::InvalidArgument);
  BOOST_TEST(memory.in_use() == 0U);
}

/// Both would write the workspace at the same time.
BOOST_AUTO_TEST_CASE(workspaces_of_other_streams_are_refused) {
  pyronn::Projector<ConeBeam, SoftwareInterp> const projector{scan, grid};
  pyronn::Fdk<ConeBeam, SoftwareInterp> const fdk{scan, grid};
  pyronn::RowFilter const filter{projections_size};
  test::Array<float, 3> volume{grid.size};
  test::Array<float, 3> projections{projections_size};
  test::Array<float, 1> response{Extents<1>{filter.response_length()}};
  test::Stream const stream;
  CudaExecutor const other{stream.get()};
  auto const refuses = [&](auto const& call) {
    Workspace workspace{other, std::size_t{1} << 20};
    BOOST_CHECK_EXCEPTION(call(test::executor(), workspace), pyronn::InvalidArgument,
                          says("belongs to an executor on another stream"));
    call(other, workspace);
    call(CudaExecutor{stream.get()}, workspace);
    stream.synchronize();
  };
  refuses([&](CudaExecutor const& executor, Workspace& workspace) {
    projector(executor, volume.view(), projections.view(), workspace);
  });
  refuses([&](CudaExecutor const& executor, Workspace& workspace) {
    projector.adjoint()(executor, projections.view(), volume.view(), workspace);
  });
  refuses([&](CudaExecutor const& executor, Workspace& workspace) {
    fdk(executor, projections.view(), volume.view(), workspace);
  });
  refuses([&](CudaExecutor const& executor, Workspace& workspace) {
    filter(executor, projections.view(), response.view(), projections.view(), workspace);
  });
  refuses([&](CudaExecutor const& executor, Workspace& workspace) {
    pyronn::sum(executor, volume.view(), response.view().data, workspace);
  });
}

BOOST_AUTO_TEST_CASE(host_memory_is_refused) {
  int reads_host_memory = 0;
  pyronn::check_cuda(cudaDeviceGetAttribute(&reads_host_memory, cudaDevAttrPageableMemoryAccess, 0),
                     "cudaDeviceGetAttribute");
  if (reads_host_memory != 0) {
    BOOST_TEST_MESSAGE("this device reads all of the host's memory");
    return;
  }
  pyronn::Projector<ConeBeam, SoftwareInterp> const op{scan, grid};
  Arrays arrays{op, 59};
  ArrayView<float, 3> const on_host{arrays.values.data(), grid.size};
  BOOST_CHECK_EXCEPTION(op(test::executor(), on_host, arrays.out.view()), pyronn::InvalidArgument,
                        says("Projector: volume: address"));
}

BOOST_AUTO_TEST_SUITE_END()
