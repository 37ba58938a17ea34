// expects: What a model's 'forward' and 'back' return must be kernels
#include <pyronn/pyronn.hpp>

struct Kernel {
  pyronn::Extents<3> items() const { return {1, 1, 1}; }
  void operator()(pyronn::Vec<int, 3>) const {}
};
struct Model : pyronn::ModelDefaults {
  template <class Interp, class Executor, class Task>
  Kernel forward(Task const&) const {
    return {};
  }
  template <class Interp, class Executor, class Task>
  Kernel back(Task const&) const {
    return {};
  }
};

pyronn::Projector<pyronn::ConeBeam, pyronn::SoftwareInterp, Model> make(
    pyronn::ConeBeam const& scan) {
  return {scan, pyronn::Grid::centered({1, 1, 1}, {1, 1, 1})};
}
