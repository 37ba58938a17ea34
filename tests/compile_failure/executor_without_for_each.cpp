// expects: An executor must have 'for_each(Extents<3> items, Kernel const& kernel) const'.
#include <cstddef>

#include <pyronn/pyronn.hpp>

struct Executor {
  struct Cache {};
  void* allocate(std::size_t) const { return nullptr; }
  void deallocate(void*, std::size_t) const noexcept {}
  void check_reachable(void const*, char const*) const {}
};

void project(pyronn::Projector<pyronn::ConeBeam, pyronn::SoftwareInterp> const& projector,
             pyronn::ArrayView<float, 3> volume, pyronn::ArrayView<float, 3> projections) {
  projector(Executor{}, volume, projections);
}
