// expects: An executor must have 'void* allocate(std::size_t bytes) const'
#include <pyronn/pyronn.hpp>

struct Executor {
  struct Cache {};
  template <class Kernel>
  void for_each(pyronn::Extents<3>, Kernel const&) const {}
  void deallocate(void*, std::size_t) const noexcept {}
  void check_reachable(void const*, char const*) const {}
};

void allocate() { pyronn::Buffer<float, Executor> const buffer{Executor{}, 1}; }
