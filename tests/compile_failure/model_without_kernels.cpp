// expects: What a model's 'forward' and 'back' return must be kernels
#include "support/geometry.hpp"
#include "support/model.hpp"

struct Model : pyronn::ModelDefaults, HasForward<NoKernel>, HasBack<NoKernel> {};

pyronn::Projector<pyronn::ConeBeam, pyronn::SoftwareInterp, Model> const op{cone_beam, one_voxel};
