// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

/// Memory that runs out at the first, second, ... allocation of a call: the call throws
/// std::bad_alloc, of which OutOfMemory is one, and has written nothing; or it does all its work.
#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <functional>
#include <new>
#include <sstream>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include <pyronn/cpu.hpp>
#include <pyronn/interop/geometry_json.hpp>
#include <pyronn/interop/matrix_text.hpp>
#include <pyronn/interop/rtk_xml.hpp>
#include <pyronn/io/atomic_file.hpp>
#include <pyronn/io/metaimage.hpp>
#include <pyronn/io/npy.hpp>

#include "support/temporary_folder.hpp"

namespace {

/// How many allocations go well before one fails; negative: all do.
std::atomic<long> until_failure{-1};

void* allocate(std::size_t bytes, std::size_t alignment) noexcept {
  if (until_failure >= 0 && until_failure-- == 0) return nullptr;
  std::size_t const whole = (bytes + alignment - 1) / alignment * alignment;
  return std::aligned_alloc(alignment, whole == 0 ? alignment : whole);
}

void* allocate_or_throw(std::size_t bytes, std::size_t alignment) {
  void* const memory = allocate(bytes, alignment);
  if (memory == nullptr) throw std::bad_alloc{};
  return memory;
}

constexpr std::size_t usual = alignof(std::max_align_t);

}  // namespace

void* operator new(std::size_t bytes) { return allocate_or_throw(bytes, usual); }
void* operator new[](std::size_t bytes) { return allocate_or_throw(bytes, usual); }
void* operator new(std::size_t bytes, std::align_val_t alignment) {
  return allocate_or_throw(bytes, static_cast<std::size_t>(alignment));
}
void* operator new(std::size_t bytes, std::nothrow_t const&) noexcept {
  return allocate(bytes, usual);
}
void* operator new(std::size_t bytes, std::align_val_t alignment, std::nothrow_t const&) noexcept {
  return allocate(bytes, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::nothrow_t const&) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t, std::nothrow_t const&) noexcept {
  std::free(memory);
}

namespace {

/// What a call did: nothing, as memory ran out, or all.
enum class Outcome { nothing, all };

/// Lets allocation 0, 1, ... of the call fail until there is none to fail. After each call
/// `check(outcome)` looks at what is there. Returns how often memory ran out.
template <class Call, class Check>
long every_allocation_fails(Call const& call, Check const& check) {
  long refused = 0;
  for (long allocation = 0;; ++allocation) {
    Outcome outcome = Outcome::nothing;
    std::string other_error;
    until_failure = allocation;
    try {
      call();
      outcome = Outcome::all;
    } catch (std::bad_alloc const&) {
    } catch (std::exception const& error) {
      other_error = error.what();
    }
    bool const has_failed = until_failure.exchange(-1) < 0;
    BOOST_TEST_CONTEXT("allocation " << allocation) {
      BOOST_TEST(other_error == "");
      check(outcome);
    }
    refused += outcome == Outcome::nothing ? 1 : 0;
    if (!has_failed) return refused;
  }
}

/// A writer of one file: it is not there, or whole, and nothing lies beside it.
template <class Write>
void check_writer(std::string const& name, Write const& write) {
  test::TemporaryFolder const folder;
  auto const path = folder / name;
  write(path);
  std::string const whole = test::read_bytes(path);
  std::filesystem::remove(path);
  long const refused = every_allocation_fails(
      [&] { write(path); },
      [&](Outcome outcome) {
        BOOST_TEST((outcome == Outcome::all) == std::filesystem::exists(path));
        BOOST_TEST(folder.entry_count() == (outcome == Outcome::all ? 1 : 0));
        if (outcome == Outcome::all) BOOST_TEST(test::read_bytes(path) == whole);
        for (auto const& entry : std::filesystem::directory_iterator{path.parent_path()}) {
          std::filesystem::remove(entry);
        }
      });
  BOOST_TEST(refused > 0);
}

/// A reader: it returns all that it returns where memory suffices.
template <class Read, class Same>
void check_reader(Read const& read, Same const& is_same) {
  auto const expected = read();
  auto result = expected;
  bool is_right = true;
  long const refused = every_allocation_fails([&] { is_right = is_same(read(), expected); },
                                              [&](Outcome outcome) {
                                                if (outcome == Outcome::all) BOOST_TEST(is_right);
                                              });
  BOOST_TEST(refused > 0);
}

std::vector<pyronn::ProjectionMatrix> const matrices(
    3, {{{1.25, -2, 3, 4}, {5, 6e-10, 7, 8}, {9, 10, 11, 1.0 / 3}}});

bool is_same(pyronn::ProjectionMatrix const& a, pyronn::ProjectionMatrix const& b) {
  return std::equal(&a.row[0][0], &a.row[0][0] + 12, &b.row[0][0]);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(allocation_faults)

BOOST_AUTO_TEST_CASE(writers) {
  std::vector<float> const values{1, 2, 3, 4, 5, 6, 7, 8};
  check_writer("array.npy", [&](auto const& path) {
    pyronn::write_npy(path, values.data(), {2, 2, 2});
  });
  pyronn::Grid const grid = pyronn::Grid::centered({2, 2, 2}, {0.1, 0.2, 1.0 / 3});
  check_writer("volume.mha", [&](auto const& path) {
    pyronn::write_metaimage(path, pyronn::VolumeView<float const>{values.data(), grid.size}, grid);
  });
  check_writer("matrices.txt", [&](auto const& path) {
    pyronn::write_matrices(path, matrices, pyronn::MatrixOrder::row_major);
  });
}

BOOST_AUTO_TEST_CASE(files_that_are_not_committed) {
  test::TemporaryFolder const folder;
  auto const path = folder / "volume.mha";
  long const refused =
      every_allocation_fails([&] { pyronn::AtomicFile const file{path}; },
                             [&](Outcome) { BOOST_TEST(folder.entry_count() == 0); });
  BOOST_TEST(refused > 0);
}

BOOST_AUTO_TEST_CASE(readers_of_arrays) {
  test::TemporaryFolder const folder;
  auto const path = folder / "array.npy";
  std::vector<std::uint8_t> const values{1, 2, 3, 4, 5, 6, 7, 8};
  pyronn::write_npy(path, values.data(), {2, 2, 2});
  auto const same = [](auto const& a, auto const& b) {
    return a.shape == b.shape && a.data == b.data;
  };
  check_reader([&] { return pyronn::read_npy<std::uint8_t>(path); }, same);
  check_reader([&] { return pyronn::read_npy<float>(path); }, same);
  std::string bytes = test::read_bytes(path);
  test::write_bytes(path, bytes.replace(bytes.find("False"), 5, "True "));
  check_reader([&] { return pyronn::read_npy<float>(path); }, same);
}

BOOST_AUTO_TEST_CASE(readers_of_texts) {
  test::TemporaryFolder const folder;
  auto const path = folder / "text";
  pyronn::write_matrices(path, matrices, pyronn::MatrixOrder::row_major);
  check_reader([&] { return pyronn::read_matrices(path, pyronn::MatrixOrder::row_major); },
               [](auto const& a, auto const& b) {
                 return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), is_same);
               });
  test::write_bytes(path, R"(<RTKThreeDCircularGeometry version="3">
    <SourceToIsocenterDistance>500</SourceToIsocenterDistance>
    <SourceToDetectorDistance>900</SourceToDetectorDistance>
    <Projection><GantryAngle>30</GantryAngle>
      <Matrix>-779.422863405995 0 450 0 0 -900 0 0 0.5 0 0.866025403784439 -500</Matrix>
    </Projection></RTKThreeDCircularGeometry>)");
  check_reader([&] { return pyronn::rtk::read_geometry(path); },
               [](auto const& a, auto const& b) {
                 return a.size() == 1 && a[0].gantry_angle == b[0].gantry_angle;
               });
  nlohmann::json const json =
      pyronn::ConeBeam::circular({500, 900, pyronn::equal_angles(3)}, {{4, 3}, {1, 1}});
  check_reader([&] { return json.get<pyronn::ConeBeam>(); },
               [](auto const& a, auto const& b) {
                 return a.num_views() == 3 && a.detector_size() == b.detector_size();
               });
}

/// What an operator has not begun with stays as it was.
BOOST_AUTO_TEST_CASE(operators) {
  pyronn::CpuExecutor const executor{2};
  auto const scan =
      pyronn::ConeBeam::circular({500, 900, pyronn::equal_angles(12)}, {{8, 6}, {1, 1}});
  auto const grid = pyronn::Grid::centered({5, 5, 5}, {1, 1, 1});
  std::vector<float> volume(125, 1.0F);
  std::vector<float> views(std::size_t{12 * 8 * 6}, 1.0F);
  pyronn::ProjectionView<float> const view{views.data(), {8, 6, 12}};
  auto const check = [&](std::vector<float>& output, auto const& call) {
    call();
    std::vector<float> const right = output;
    std::vector<float> const old(output.size(), -7.0F);
    output = old;
    long const refused = every_allocation_fails(call, [&](Outcome outcome) {
      BOOST_TEST((output == (outcome == Outcome::all ? right : old)));
      output = old;
    });
    BOOST_TEST(refused > 0);
  };
  check(views, [&] {
    pyronn::Projector<pyronn::ConeBeam, pyronn::SoftwareInterp> const project{scan, grid};
    project(executor, pyronn::VolumeView<float const>{volume.data(), grid.size}, view);
  });
  views.assign(views.size(), 1.0F);
  check(volume, [&] {
    pyronn::Projector<pyronn::ConeBeam, pyronn::SoftwareInterp> const project{scan, grid};
    project.adjoint()(executor, pyronn::ProjectionView<float const>{view},
                      pyronn::VolumeView<float>{volume.data(), grid.size});
  });
  check(volume, [&] {
    pyronn::Fdk<pyronn::ConeBeam, pyronn::SoftwareInterp> const fdk{scan, grid};
    pyronn::ProjectionView<float const> const in{view};
    pyronn::Workspace<pyronn::CpuExecutor> workspace{executor, fdk.workspace_bytes(executor, in)};
    fdk(executor, in, pyronn::VolumeView<float>{volume.data(), grid.size}, workspace);
  });
  check(volume, [&] { volume = pyronn::reconstruct(executor, scan, grid, views); });
}

bool is_same_plan(pyronn::Plan const& a, pyronn::Plan const& b) {
  auto const is_same_step = [](pyronn::PlanStep const& one, pyronn::PlanStep const& other) {
    return one.path == other.path && one.block == other.block && one.blocks == other.blocks &&
           one.launches == other.launches && one.num_views == other.num_views;
  };
  return a.steps.size() == b.steps.size() &&
         std::equal(a.steps.begin(), a.steps.end(), b.steps.begin(), is_same_step);
}

/// Plans are whole, and so are their texts unless the stream says that it is bad.
BOOST_AUTO_TEST_CASE(plans) {
  pyronn::CpuExecutor const executor{2};
  auto const scan =
      pyronn::ConeBeam::circular({500, 900, pyronn::equal_angles(12)}, {{8, 6}, {1, 1}});
  auto const grid = pyronn::Grid::centered({5, 5, 5}, {1, 1, 1});
  std::vector<float> volumes(125 * 3);
  std::vector<float> views(std::size_t{12 * 8 * 6 * 3});
  pyronn::ArrayView<float const, 4> const volume{volumes.data(), {5, 5, 5, 3}};
  pyronn::ArrayView<float const, 4> const lines{views.data(), {8, 6, 12, 3}};
  pyronn::Projector<pyronn::ConeBeam, pyronn::SoftwareInterp> const projector{scan, grid};
  pyronn::Projector<pyronn::ConeBeam, pyronn::SoftwareInterp, pyronn::Siddon> const siddon{scan,
                                                                                           grid};
  pyronn::Fdk<pyronn::ConeBeam, pyronn::SoftwareInterp> const fdk{scan, grid};
  check_reader([&] { return projector.plan(executor, volume); }, is_same_plan);
  check_reader([&] { return siddon.plan(executor, volume); }, is_same_plan);
  check_reader([&] { return projector.adjoint().plan(executor, lines); }, is_same_plan);
  check_reader([&] { return fdk.plan(executor, lines); }, is_same_plan);

  pyronn::Plan const plan = fdk.plan(executor, lines);
  auto const print = [&plan](std::ios::iostate exceptions) {
    std::ostringstream out;
    out.exceptions(exceptions);
    out << plan;
    return out.bad() ? throw std::bad_alloc{} : out.str();
  };
  check_reader([&] { return print(std::ios::badbit); }, std::equal_to<>{});
  check_reader([&] { return print(std::ios::goodbit); }, std::equal_to<>{});
}

BOOST_AUTO_TEST_SUITE_END()
