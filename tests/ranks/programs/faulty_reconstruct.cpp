// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// `reconstruct` on several ranks, of which one cannot do its first, second, ... call of the system
// that reads or writes files, or that wants memory: all ranks end with the same sentence, or the
// volume is there as ever; what is not whole has no name. faulty_reconstruct SCAN FOLDER
#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include <dlfcn.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>

#include "../../../examples/reconstruct/command_line.hpp"
#include "../../../examples/reconstruct/rank_work.hpp"
#include "../../../examples/reconstruct/ranks.hpp"
#include "../../../examples/reconstruct/scan_format.hpp"

namespace {

enum Kind { reading, writing, allocating, num_kinds };
constexpr char const* names[] = {"read", "write", "allocation"};

/// How many calls of a kind go well before one fails; negative: all do.
std::atomic<long> until_failure[num_kinds] = {{-1}, {-1}, {-1}};

/// All go well from here on. Whether one has failed.
bool end_failures(Kind kind) { return until_failure[kind].exchange(-1) < 0; }

bool fails(Kind kind) {
  auto& left = until_failure[kind];
  return left >= 0 && left-- == 0;
}

/// What MPI reads and writes are no files as a rule.
bool file_fails(Kind kind, int file) {
  struct stat status {};
  if (fstat(file, &status) != 0 || !S_ISREG(status.st_mode) || !fails(kind)) return false;
  errno = kind == reading ? EIO : ENOSPC;
  return true;
}

/// The function of the system that is called here instead of this one.
template <class Function>
Function* next(char const* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

void* allocate(std::size_t bytes, std::size_t alignment) noexcept {
  if (fails(allocating)) return nullptr;
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

// Those of the program are found before those of the system, by the C++ library, too.
extern "C" {
ssize_t read(int file, void* bytes, std::size_t count) {
  static auto* const of_system = next<ssize_t(int, void*, std::size_t)>("read");
  return file_fails(reading, file) ? -1 : of_system(file, bytes, count);
}
ssize_t pread(int file, void* bytes, std::size_t count, off_t offset) {
  static auto* const of_system = next<ssize_t(int, void*, std::size_t, off_t)>("pread");
  return file_fails(reading, file) ? -1 : of_system(file, bytes, count, offset);
}
ssize_t write(int file, void const* bytes, std::size_t count) {
  static auto* const of_system = next<ssize_t(int, void const*, std::size_t)>("write");
  return file_fails(writing, file) ? -1 : of_system(file, bytes, count);
}
ssize_t writev(int file, iovec const* parts, int count) {
  static auto* const of_system = next<ssize_t(int, iovec const*, int)>("writev");
  return file_fails(writing, file) ? -1 : of_system(file, parts, count);
}
int fsync(int file) {
  static auto* const of_system = next<int(int)>("fsync");
  return file_fails(writing, file) ? -1 : of_system(file);
}
int rename(char const* from, char const* to) noexcept {
  static auto* const of_system = next<int(char const*, char const*)>("rename");
  if (!fails(writing)) return of_system(from, to);
  errno = ENOSPC;
  return -1;
}
}

namespace {

class Test {
 public:
  Test(example::Ranks const& ranks, std::string scan, std::string folder)
      : ranks_{ranks}, scan_{std::move(scan)}, folder_{std::move(folder)} {}

  /// Returns how many faults did not end as they should.
  int operator()() {
    check({"--method", "fbp"});
    check({"--method", "cgls", "--iterations", "1"});
    check({"--center", "auto", "--size", "9", "9", "2"});  // less slices than ranks
    return failures_;
  }

 private:
  void check(std::vector<std::string> const& options) {
    static_cast<void>(run(options, reading, -1));
    if (!sentence_.empty()) return fail("nothing is at fault, but: " + sentence_);
    expected_ = volume();
    for (int const bad : {0, ranks_.size() - 1}) {
      for (Kind const kind : {reading, writing, allocating}) {
        faults_ = 0;
        // The first ones, then some of many.
        for (long call = 0; check(options, bad, kind, call); call += 1 + call / 16) continue;
        if (ranks_.rank() > 0) continue;
        std::printf("%s, rank %d: %d %ss failed\n", options[1].c_str(), bad, faults_, names[kind]);
        // The first rank alone writes.
        if (faults_ == 0 && (bad == 0 || kind != writing)) fail("no call failed");
      }
    }
  }

  /// Whether there was such a call.
  bool check(std::vector<std::string> const& options, int bad, Kind kind, long call) {
    remove_volume();
    bool const has_failed = run(options, kind, ranks_.rank() == bad ? call : -1);
    if (ranks_.largest(ranks_.rank() == bad && has_failed ? 1 : 0) == 0) return false;
    std::string const& sentence = sentence_;
    ++faults_;
    std::string const name = options[1] + ", rank " + std::to_string(bad) + ", " + names[kind] +
                             " " + std::to_string(call);
    if (!is_same(sentence))
      fail(name + ": ranks end with other sentences, here '" + sentence + "'");
    if (ranks_.rank() > 0) return true;
    // What fails when the volume is whole comes too late for it.
    std::string const found = volume();
    bool const is_whole = found == expected_;
    if (sentence.empty() ? !is_whole : !found.empty() && !is_whole) {
      fail(name + ": the volume is not as it should be after '" + sentence + "'");
    }
    std::string const rank = "rank " + std::to_string(bad) + " of " + std::to_string(ranks_.size());
    if (!sentence.empty() && sentence.find(rank) != 0) fail(name + ": '" + sentence + "'");
    if (entries() != (found.empty() ? 0 : 1)) fail(name + ": files are left");
    return true;
  }

  /// Keeps the sentence that it ends with, an empty one if all is well. Whether a call failed.
  bool run(std::vector<std::string> const& options, Kind kind, long call) {
    std::vector<std::string> words{"reconstruct", scan_,      "--quiet",
                                   "--threads",   "1",        "--voxel",
                                   "20",          "--output", folder_ + "/volume.npy"};
    words.insert(words.end(), options.begin(), options.end());
    if (options.size() < 5) words.insert(words.end(), {"--size", "9", "9", "5"});
    std::vector<char*> pointers;
    for (std::string& word : words) pointers.push_back(word.data());
    sentence_.clear();
    bool has_failed = false;
    try {
      int const status = example::run_on(ranks_, [&] {
        auto result = example::parse_options(static_cast<int>(pointers.size()), pointers.data());
        if (call >= 0) until_failure[kind] = call + (kind == allocating ? in_reader(*result) : 0);
        return result;
      });
      has_failed = end_failures(kind);
      if (status != 0) sentence_ = "status";
    } catch (std::exception const& error) {
      has_failed = end_failures(kind);
      sentence_ = error.what();
    }
    return has_failed;
  }

  /// How many allocations go before the first that may fail: JSON's library does not live without
  /// memory.
  [[nodiscard]] long in_reader(example::Options const& options) const {
    constexpr long many = 1L << 40;
    until_failure[allocating] = many;
    {
      example::Options const own = example::options_of_rank(options, ranks_);
      static_cast<void>(example::read_scan({own.scan, own.projections, own.given(), own.entry}));
    }
    return many - until_failure[allocating].exchange(-1);
  }

  /// Whether all ranks have the same text.
  [[nodiscard]] bool is_same(std::string const& text) const {
    constexpr std::size_t most = 500;
    std::string const own = (text + std::string(most, ' ')).substr(0, most);
    std::string all(most * static_cast<std::size_t>(ranks_.size()), ' ');
    ranks_.gather(own.data(), most, all.data());
    for (std::size_t n = 0; n < all.size(); n += most) {
      if (all.compare(n, most, own) != 0) return false;
    }
    return true;
  }

  [[nodiscard]] std::string volume() const {
    std::ifstream file{folder_ + "/volume.npy", std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
  }
  [[nodiscard]] std::ptrdiff_t entries() const {
    return std::distance(std::filesystem::directory_iterator{folder_}, {});
  }
  void remove_volume() const {
    if (ranks_.rank() == 0) std::filesystem::remove(folder_ + "/volume.npy");
    ranks_.barrier();
  }

  void fail(std::string const& what) {
    ++failures_;
    if (ranks_.rank() == 0) std::printf("%s\n", what.c_str());
  }

  example::Ranks const& ranks_;
  std::string scan_;
  std::string folder_;
  std::string expected_;
  std::string sentence_;
  int faults_ = 0;
  int failures_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  auto const ranks = example::started_ranks();
  if (ranks->rank() == 0) {
    std::filesystem::remove_all(argv[2]);
    std::filesystem::create_directories(argv[2]);
  }
  ranks->barrier();
  int const failures = Test{*ranks, argv[1], argv[2]}();
  std::fflush(stdout);
  return failures == 0 ? 0 : 1;
}
