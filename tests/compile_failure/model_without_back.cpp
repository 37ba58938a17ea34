// expects: A model must have 'back<Interp, Backend>(Task const& task) const'
#include "support/geometry.hpp"
#include "support/model.hpp"

struct Model : pyronn::ModelDefaults, HasForward<Kernel> {};

pyronn::Projector<pyronn::ConeBeam, pyronn::SoftwareInterp, Model> const op{cone_beam, one_voxel};
