// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// save_state and load_state: a solver's state in a file, from which another one goes on with the
/// bits that it would have had without a stop.
///
/// A solver tells what its iterations read, in a public member:
/// @code
///   template <class State>
///   void visit_state(State& state) {
///     state.system(system_);                        // its name and problem
///     state.option("strength", options_.strength);  // a number that must be the same
///     state.option("spacing", options_.spacing);    // or an optional one on each axis
///     state.order(order_);                          // of subsets, which must be the same
///     state.image(image_);                          // a view, empty before the start
///     state.memory(memory_);                        // a Buffer<std::byte, Executor>
///     state.number(square_);                        // a double
///   }
/// @endcode
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <pyronn/core/error.hpp>
#include <pyronn/exec/backend.hpp>
#include <pyronn/exec/host_copy.hpp>
#include <pyronn/io/atomic_file.hpp>
#include <pyronn/io/detail/file_error.hpp>
#include <pyronn/io/npy.hpp>
#include <pyronn/io/npy_header.hpp>
#include <pyronn/io/readable_file.hpp>
#include <pyronn/recon/solver/detail/state_marks.hpp>
#include <pyronn/recon/solver/detail/state_parts.hpp>

namespace pyronn {

namespace detail {

/// What is copied to or from the host at a time [bytes].
inline constexpr std::size_t state_chunk = std::size_t{1} << 24;

/// Calls use(part, bytes) for one piece of memory after another.
template <class Use>
void for_each_chunk(StateMemory const& memory, Use const& use) {
  for (std::size_t done = 0; done < memory.bytes; done += state_chunk)
    use(memory.data + done, std::min(state_chunk, memory.bytes - done));
}

/// Image, then the other arrays.
template <class Executor>
std::vector<StateMemory> arrays_of(StateParts<Executor> const& parts) {
  std::vector<StateMemory> result{parts.image()};
  result.insert(result.end(), parts.memory().begin(), parts.memory().end());
  return result;
}

/// The marks of a solver's arrays and of its map, as they are in a file.
template <class Executor>
struct StateMarks {
  typename ArrayMarks<Executor>::Marks arrays;
  MarksOfMap map;
};

/// The size of what follows the text: marks, numbers, arrays.
template <class Executor>
std::int64_t state_bytes(StateParts<Executor> const& parts) {
  std::size_t bytes = sizeof(StateMarks<Executor>) + parts.numbers().size() * sizeof(double);
  for (StateMemory const& memory : arrays_of(parts)) bytes += memory.bytes;
  return static_cast<std::int64_t>(bytes);
}

template <class Executor, class Solver>
typename ArrayMarks<Executor>::Marks marks_of_arrays(Executor const& executor, Solver& solver) {
  ArrayMarks<Executor> marks{executor};
  solver.visit_state(marks);
  return marks.marks();
}

/// Of the map, by the image that the solver has.
template <class Executor, class Solver>
MarksOfMap marks_of_map(Executor const& executor, Solver& solver) {
  MapMarks marks{executor, solver.image()};
  solver.visit_state(marks);
  return marks.marks();
}

/// Throws InvalidArgument where arrays have other marks than those of a file.
template <class Marks>
void expect_same_arrays(char const* solver, std::filesystem::path const& path, Marks const& held,
                        Marks const& own) {
  char const* const names[] = {"data are not those", "weights are not those", "mask is not that"};
  for (std::size_t n = 0; n < held.size(); ++n) {
    expects(held[n] == own[n], "load_state: the ", solver, "'s ", names[n / 3], " of the state in ",
            path.string(), "; give it the same numbers");
  }
}

/// The first line in which texts differ.
inline std::string first_difference(std::string const& held, std::string const& own) {
  std::size_t const most = std::min(held.size(), own.size());
  auto const at = static_cast<std::size_t>(
      std::mismatch(own.begin(), own.begin() + static_cast<std::ptrdiff_t>(most), held.begin())
          .first -
      own.begin());
  std::size_t const before = at == 0 ? std::string::npos : own.rfind('\n', at - 1);
  std::size_t const begin = before == std::string::npos ? 0 : before + 1;
  auto const line = [&](std::string const& text) {
    return quoted(text.substr(begin, text.find('\n', begin) - begin));
  };
  return message("says ", line(held), " where the solver has ", line(own));
}

/// A file of a state, opened, with the text that it must have.
class StateFile {
 public:
  StateFile(std::filesystem::path const& path, std::string const& text, std::int64_t bytes)
      : file_{path} {
    NpyHeader const header = read_npy_header(path);
    if (header.type != NumberType::uint8 || header.shape.size() != 1) {
      fail_file(path, "is not the state of a solver");
    }
    position_ = header.data_offset;
    auto const own = static_cast<std::int64_t>(text.size());
    std::string held(static_cast<std::size_t>(std::min(own, header.shape[0])), '\0');
    read(held.data(), held.size());
    check_title(path, held);
    if (held != text) {
      fail_file(path, first_difference(held, text),
                "; make it as the one whose state was saved, with the same problem and options");
    }
    if (header.shape[0] != own + bytes) {
      fail_file(path, "holds ", header.shape[0], " bytes of a state that takes ", own + bytes);
    }
  }

  void read(void* target, std::size_t bytes) {
    file_.read(position_, static_cast<std::int64_t>(bytes), target);
    position_ += static_cast<std::int64_t>(bytes);
  }

 private:
  static void check_title(std::filesystem::path const& path, std::string const& held) {
    std::string const title{state_title};
    std::string const own = message(title, state_version, '\n');
    if (held.compare(0, title.size(), title) != 0) fail_file(path, "is not the state of a solver");
    if (held.compare(0, own.size(), own) == 0) return;
    std::string const version = held.substr(title.size(), held.find('\n') - title.size());
    fail_file(path, "is a solver's state of version ", quoted(version), ", and version ",
              state_version,
              " can be read; start the solver anew, or take the pyronn that saved it");
  }

  ReadableFile file_;
  std::int64_t position_ = 0;
};

}  // namespace detail

/// Writes the state of a solver that was started: a .npy file of bytes, which appears whole or not
/// at all. It holds the image and all memory of the solver, among them duals and momentum, and
/// marks of the data, the weights, the mask and the map, for which it takes a call of A, in parts
/// with memory for some of the rays. The executor is that of the solver. Waits. Throws
/// InvalidArgument where the solver was not started, OutOfMemory, FileError where AtomicFile does,
/// and as A does.
template <class Executor, class Solver>
void save_state(std::filesystem::path const& path, Executor const& executor, Solver& solver) {
  detail::StateParts<Executor> parts;
  solver.visit_state(parts);
  detail::expects(parts.image().data != nullptr, "save_state: the ", parts.name(),
                  " was not started; its start() comes first");
  std::string const text = parts.text();
  auto const text_bytes = static_cast<std::int64_t>(text.size());
  std::vector<std::int64_t> const shape(1, text_bytes + detail::state_bytes(parts));
  std::string const header = detail::npy_header_text(NumberType::uint8, shape);
  detail::StateMarks<Executor> const marks{detail::marks_of_arrays(executor, solver),
                                           detail::marks_of_map(executor, solver)};
  AtomicFile file{path};
  file.write(header.data(), static_cast<std::int64_t>(header.size()));
  file.write(text.data(), text_bytes);
  file.write(&marks, sizeof(marks));
  for (double const* const number : parts.numbers()) file.write(number, sizeof(*number));
  std::vector<std::byte> chunk;
  for (detail::StateMemory const& memory : detail::arrays_of(parts)) {
    detail::for_each_chunk(memory, [&](std::byte const* part, std::size_t bytes) {
      chunk.resize(bytes);
      detail::HostCopy<backend_t<Executor>>::to_host(executor, part, bytes, chunk.data());
      file.write(chunk.data(), static_cast<std::int64_t>(bytes));
    });
  }
  file.commit();
}

/// Brings a solver, in place of its start(), to a state that was saved, on whatever executor: it
/// goes on with this image, which becomes that of the state. The solver must be made for the same
/// problem and with the same options, of which a preconditioner's are not known to the state; the
/// executor is its own. Waits, and takes a call of A as save_state does. On several ranks all call
/// it within share_errors, as they do with solvers.
///
/// Throws FileError, before anything is changed, for a file that holds no state, or one of another
/// version, of another solver, of other sizes, bounds or options; InvalidArgument where start()
/// does, for data, weights and a mask that are not the same bit by bit, and for a map that makes
/// other rays of the image than the state's did, by more than rounding (1e-4 of them in float, on a
/// mean); and OutOfMemory. The solver must then be started before it goes on, as after a FileError
/// of a file that cannot be read to its end.
template <class Executor, class Solver>
void load_state(std::filesystem::path const& path, Executor const& executor, Solver& solver,
                typename Solver::Image image) {
  detail::StateParts<Executor> parts;
  solver.visit_state(parts);
  parts.image(image);
  detail::StateFile file{path, parts.text(), detail::state_bytes(parts)};
  try {
    detail::StateImage<Executor, typename Solver::Image> bind{executor, image};
    solver.visit_state(bind);
    detail::StateMarks<Executor> marks{};
    file.read(&marks, sizeof(marks));
    detail::expect_same_arrays(parts.name(), path, marks.arrays,
                               detail::marks_of_arrays(executor, solver));
    for (double* const number : parts.numbers()) file.read(number, sizeof(*number));
    std::vector<std::byte> chunk;
    for (detail::StateMemory const& memory : detail::arrays_of(parts)) {
      detail::for_each_chunk(memory, [&](std::byte* part, std::size_t bytes) {
        chunk.resize(bytes);
        file.read(chunk.data(), bytes);
        detail::HostCopy<backend_t<Executor>>::from_host(executor, chunk.data(), bytes, part);
      });
    }
    detail::expects(
        detail::are_near(marks.map, detail::marks_of_map(executor, solver), parts.ray_bytes()),
        "load_state: the ", parts.name(), "'s map is not that of the state in ", path.string(),
        ", whose image it takes to other rays; give it the same geometry");
  } catch (...) {
    detail::StateWithoutImage<Executor> unbind;
    solver.visit_state(unbind);
    throw;
  }
}

}  // namespace pyronn
