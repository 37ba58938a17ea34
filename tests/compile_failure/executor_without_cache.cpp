// expects: An executor must name a type 'Cache'
#include <cstddef>

#include <pyronn/pyronn.hpp>

struct Executor {
  template <class Kernel>
  void for_each(pyronn::Extents<3>, Kernel const&) const {}
  void* allocate(std::size_t) const { return nullptr; }
  void deallocate(void*, std::size_t) const noexcept {}
  void check_reachable(void const*, char const*) const {}
};

void project(pyronn::Projector<pyronn::ConeBeam, pyronn::SoftwareInterp> const& projector,
             pyronn::ArrayView<float, 3> volume, pyronn::ArrayView<float, 3> projections) {
  projector(Executor{}, volume, projections);
}
