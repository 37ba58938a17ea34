// expects: A model must have 'forward<Interp, Backend>(Task const& task) const'
#include "support/geometry.hpp"
#include "support/model.hpp"

struct Model : pyronn::ModelDefaults, HasBack<Kernel> {};

pyronn::Projector<pyronn::ConeBeam, pyronn::SoftwareInterp, Model> const op{cone_beam, one_voxel};
