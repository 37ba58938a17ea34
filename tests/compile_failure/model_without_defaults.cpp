// expects: pyronn::ModelDefaults has them for models that follow rays.
#include "support/geometry.hpp"
#include "support/model.hpp"

struct Model : HasForward<Kernel>, HasBack<Kernel> {};

pyronn::Projector<pyronn::ConeBeam, pyronn::SoftwareInterp, Model> const op{cone_beam, one_voxel};
