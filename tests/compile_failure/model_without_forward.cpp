// expects: A model must have 'forward<Interp, Backend>(Task const& task) const'
#include <pyronn/pyronn.hpp>

struct Kernel {
  using Block = pyronn::BlockShape<1, 1, 1>;
  pyronn::Extents<3> items() const { return {1, 1, 1}; }
  void operator()(pyronn::Vec<int, 3>) const {}
};
struct Model : pyronn::ModelDefaults {
  template <class Interp, class Executor, class Task>
  Kernel back(Task const&) const {
    return {};
  }
};

pyronn::Projector<pyronn::ConeBeam, pyronn::SoftwareInterp, Model> make(
    pyronn::ConeBeam const& scan) {
  return {scan, pyronn::Grid::centered({1, 1, 1}, {1, 1, 1})};
}
