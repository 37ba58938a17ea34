// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// Streamed calls from file to file: the numbers of calls on whole arrays.
#include <cstddef>
#include <string>
#include <type_traits>
#include <vector>

#include "support/backends.hpp"
//
#include <boost/test/unit_test.hpp>

#include <pyronn/core/half.hpp>
#include <pyronn/core/view_of.hpp>
#include <pyronn/distributed/streamed.hpp>
#include <pyronn/io/block_reader.hpp>
#include <pyronn/io/block_writer.hpp>
#include <pyronn/io/npy.hpp>

#include "support/numbers.hpp"
#include "support/operators.hpp"
#include "support/temporary_folder.hpp"

using pyronn::BlockReader;
using pyronn::ConeBeam;
using pyronn::Extents;
using pyronn::FileAccess;
using pyronn::FileTransfer;
using pyronn::SoftwareInterp;
using pyronn::StreamLimits;
using Values = std::vector<float>;

namespace {

constexpr std::size_t mib = std::size_t{1} << 20;

ConeBeam scan() {
  return ConeBeam::circular({80, 130, pyronn::equal_angles(29, 0.1)}, {{19, 31}, {1.6, 1.5}});
}
pyronn::Grid grid() { return pyronn::Grid::centered({11, 13, 37}, {1.1, 0.9, 0.7}); }

/// What a call makes of a file of NumPy.
template <class Call>
Values from_file_to_file(Call& call, Values const& in, FileTransfer const& transfer) {
  test::TemporaryFolder const folder;
  pyronn::write_npy(folder / "in.npy", pyronn::view_of(in, call.input_extents()));
  auto const reader = pyronn::npy_block_reader(folder / "in.npy", transfer);
  auto const writer = pyronn::npy_block_writer(folder / "out.npy", call.output_extents(), transfer);
  call(reader.input(), writer->output());
  writer->commit();
  return pyronn::read_npy<float>(folder / "out.npy").data;
}

/// `expected(call, in)` has the bits that files hold.
template <class Op, class Expected>
void check(Op const& op, std::size_t least_bytes, Expected const& expected) {
  FileTransfer const direct{FileAccess::direct, 3, 8192};
  FileTransfer const buffered{FileAccess::buffered, 2, 8192};
  for (std::size_t const bytes : {least_bytes, 2 * least_bytes, mib}) {
    pyronn::Streamed call{test::executor(), op, StreamLimits{bytes, 4 * mib}};
    Values const in = test::random_values(1, call.input_extents().count());
    Values const wanted = expected(call, in);
    BOOST_TEST((from_file_to_file(call, in, direct) == wanted));
    BOOST_TEST((from_file_to_file(call, in, buffered) == wanted));
  }
}

template <class Op>
Values in_core(Op const& op, Values const& in) {
  return test::run(op, test::projection_extents(op.geometry()), in, op.grid().size);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(streamed_files)

BOOST_TEST_DECORATOR(*boost::unit_test::precondition(test::device_present))
BOOST_AUTO_TEST_CASE(filtered_backprojection) {
  pyronn::Fbp<ConeBeam, SoftwareInterp> const op{scan(), grid()};
  test::Array<float, 3> source{test::projection_extents(scan())};
  check(op, std::size_t{100} << 10, [&](auto const& call, Values const& in) {
    test::Array<float, 3> from{call.input_extents(), in};
    test::Array<float, 3> to{call.output_extents()};
    pyronn::Workspace<test::Executor> workspace{test::executor(),
                                                op.workspace_bytes(test::executor(), from.view())};
    op(test::executor(), from.view(), to.view(), workspace);
    return to.values();
  });
}

BOOST_TEST_DECORATOR(*boost::unit_test::precondition(test::device_present))
BOOST_AUTO_TEST_CASE(backprojection) {
  pyronn::Backprojector<ConeBeam, SoftwareInterp> const op{scan(), grid()};
  check(op, std::size_t{64} << 10, [&](auto const&, Values const& in) { return in_core(op, in); });
}

/// Sums of slabs depend on the cut, and are those of functions that take no memory.
BOOST_TEST_DECORATOR(*boost::unit_test::precondition(test::device_present))
BOOST_AUTO_TEST_CASE(projection) {
  pyronn::Projector<ConeBeam, SoftwareInterp> const op{scan(), grid()};
  check(op, std::size_t{64} << 10, [&](auto& call, Values const& in) {
    auto const from = call.input_extents();
    auto const to = call.output_extents();
    Values out(static_cast<std::size_t>(to.count()));
    auto const block_in = [&](pyronn::HostBlock const& block, float* values) {
      for (int z = 0; z < block.num_planes; ++z) {
        auto const row = static_cast<std::ptrdiff_t>(from[0]);
        values =
            std::copy_n(in.begin() + ((block.first_plane + z) * from[1] + block.first_row) * row,
                        block.num_rows * row, values);
      }
    };
    auto const block_out = [&](pyronn::HostBlock const& block, float const* values) {
      for (int n = 0; n < block.num_planes; ++n) {
        auto const row = static_cast<std::ptrdiff_t>(to[0]);
        std::copy_n(values + n * block.num_rows * row, block.num_rows * row,
                    out.begin() + ((block.first_plane + n) * to[1] + block.first_row) * row);
      }
    };
    call({from, block_in}, {to, block_out});
    return out;
  });
}

/// Memory that a call has kept does not fit arrays that lie elsewhere.
BOOST_TEST_DECORATOR(*boost::unit_test::precondition(test::device_present))
BOOST_AUTO_TEST_CASE(arrays_in_memory_and_in_files_by_turns) {
  pyronn::Backprojector<ConeBeam, SoftwareInterp> const op{scan(), grid()};
  pyronn::Streamed call{test::executor(), op, StreamLimits{mib, mib}};
  Values const in = test::random_values(1, call.input_extents().count());
  Values const expected = in_core(op, in);
  for (int turn = 0; turn < 2; ++turn) {
    Values out(expected.size());
    call(pyronn::view_of(in, call.input_extents()), pyronn::view_of(out, call.output_extents()));
    BOOST_TEST((out == expected));
    call(pyronn::view_of(in, call.input_extents()),
         {call.output_extents(), [&](pyronn::HostBlock const& block, float const* values) {
            auto const slice = static_cast<std::ptrdiff_t>(11 * 13);
            std::copy_n(values, block.num_planes * slice, out.begin() + block.first_plane * slice);
          }});
    BOOST_TEST((out == expected));
    BOOST_TEST((from_file_to_file(call, in, {FileAccess::direct, 2, 4096}) == expected));
  }
}

BOOST_TEST_DECORATOR(*boost::unit_test::precondition(test::device_present))
BOOST_AUTO_TEST_CASE(files_of_16_bits) {
  using pyronn::Half;
  pyronn::Fbp<ConeBeam, SoftwareInterp> const op{scan(), grid()};
  pyronn::Streamed<std::decay_t<decltype(op)>, test::Executor, Half, Half> call{
      test::executor(), op, StreamLimits{std::size_t{100} << 10, mib}};
  Values const numbers = test::random_values(1, call.input_extents().count());
  std::vector<Half> in;
  for (float const number : numbers) in.push_back(Half{number});
  std::vector<Half> out(static_cast<std::size_t>(call.output_extents().count()));
  call(pyronn::view_of(in, call.input_extents()), pyronn::view_of(out, call.output_extents()));
  test::TemporaryFolder const folder;
  FileTransfer const transfer{FileAccess::direct, 3, 8192};
  auto const views =
      pyronn::npy_block_writer<Half>(folder / "in.npy", call.input_extents(), transfer);
  views->write({0, 29, 0, 31}, in.data());
  views->commit();
  auto const reader = pyronn::npy_block_reader<Half>(folder / "in.npy", transfer);
  auto const writer =
      pyronn::npy_block_writer<Half>(folder / "out.npy", call.output_extents(), transfer);
  call(reader.input(), writer->output());
  writer->commit();
  // Numbers of NumPy.
  Values const found = pyronn::read_npy<float>(folder / "out.npy").data;
  BOOST_TEST((found == Values(out.begin(), out.end())));
  BOOST_TEST((pyronn::read_npy_header(folder / "out.npy").type == pyronn::NumberType::float16));
  BOOST_CHECK_EXCEPTION(static_cast<void>(pyronn::npy_block_reader(folder / "out.npy")),
                        pyronn::FileError, [](pyronn::FileError const& error) {
                          return std::string{error.what()}.find(
                                     "holds float16; blocks are read of little-endian float32") !=
                                 std::string::npos;
                        });
}

BOOST_TEST_DECORATOR(*boost::unit_test::precondition(test::device_present))
BOOST_AUTO_TEST_CASE(what_files_take_counts) {
  pyronn::Backprojector<ConeBeam, SoftwareInterp> const op{scan(), grid()};
  pyronn::Streamed call{test::executor(), op, StreamLimits{mib, mib}};
  test::TemporaryFolder const folder;
  Values const in = test::random_values(1, call.input_extents().count());
  pyronn::write_npy(folder / "in.npy", pyronn::view_of(in, call.input_extents()));
  auto const plan_of = [&](std::size_t request_bytes) {
    FileTransfer const transfer{FileAccess::direct, 1, request_bytes};
    auto const reader = pyronn::npy_block_reader(folder / "in.npy", transfer);
    auto const writer =
        pyronn::npy_block_writer(folder / "out.npy", call.output_extents(), transfer);
    BOOST_TEST(reader.host_bytes() == request_bytes);
    BOOST_TEST(writer->host_bytes() > request_bytes);
    return call.plan(reader.input(), writer->output());
  };
  BOOST_TEST(plan_of(32768).host_bytes <= mib);
  BOOST_CHECK_THROW(plan_of(mib / 2), pyronn::OutOfMemory);
}

BOOST_AUTO_TEST_SUITE_END()
