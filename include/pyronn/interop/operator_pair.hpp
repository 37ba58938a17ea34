// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// OperatorPair: a projector and its transpose behind one type without templates, as frameworks of
/// neural networks call them. A program makes it where the kernels are compiled, of a
/// CpuOperatorPair (operator_kernels.hpp, any C++ compiler) or a CudaOperatorPair
/// (operator_kernels.cuh, nvcc), and hands it to torch.hpp, jax.hpp or tensorflow.hpp in a file
/// that knows the framework. Neither file needs the other's headers, and the kernels are the same
/// for all frameworks and their releases.
#include <cstddef>
#include <vector>

#include <pyronn/core/error.hpp>
#include <pyronn/interop/dlpack.hpp>

namespace pyronn {

/// Where the memory of a call comes from beyond its arrays: a framework's allocator.
class CallMemory {
 public:
  CallMemory() = default;
  CallMemory(CallMemory const&) = delete;
  CallMemory& operator=(CallMemory const&) = delete;
  virtual ~CallMemory() = default;

  /// Memory on the device of the call's arrays, aligned to 512 bytes, on cores to 64, which the
  /// framework takes back when the CallMemory goes, in the stream's order. Throws what the
  /// framework throws.
  virtual void* allocate(std::size_t bytes) = 0;
};

/// Where a call works and with what.
struct CallContext {
  int threads = 1;              ///< on cores
  void* stream = nullptr;       ///< on a CUDA device: its cudaStream_t; the device must be current
  CallMemory* memory;           ///< never null
  std::size_t workspace_limit;  ///< of what is allocated [bytes]
};

/// The arrays of a call and what it must know of them. Tensors are contiguous, slowest axis first:
/// volumes (..., z, y, x), in the plane (..., y, x); projections (..., view, v, u), in the plane
/// (..., view, u). Leading axes, as many as there are, are those of a batch.
struct TensorCall {
  dlpack::Tensor input;         ///< a volume, of the transpose projections
  dlpack::Tensor output;        ///< the other one, of the same element type and leading axes
  dlpack::Tensor geometry;      ///< in host memory, as GeometryTensor says
  std::vector<double> spacing;  ///< of voxels, in the order of the volume's axes [mm]
  std::vector<double> origin;   ///< of the first voxel's centre, the same; empty: centred about 0
  std::vector<double> model;    ///< the model's numbers: of RayMarch its step; empty: its defaults
};

/// A projector and its transpose. Calls may come from several threads. What is set up for a
/// geometry and a grid is kept for the next calls with the same. Calls on a CUDA device do not
/// synchronise.
class OperatorPair {
 public:
  OperatorPair() = default;
  OperatorPair(OperatorPair const&) = delete;
  OperatorPair& operator=(OperatorPair const&) = delete;
  virtual ~OperatorPair() = default;

  /// 3 in space, 2 in the plane.
  [[nodiscard]] virtual int dimension() const = 0;

  /// Axes of a geometry's tensor without those of a batch.
  [[nodiscard]] virtual int geometry_rank() const = 0;

  /// output = A input. Throws as LinearOperator's calls, and InvalidArgument for tensors that do
  /// not fit one another.
  virtual void project(TensorCall const& call, CallContext const& context) const = 0;

  /// output = the transpose of A, times input.
  virtual void backproject(TensorCall const& call, CallContext const& context) const = 0;
};

/// A projector of one pair with the backprojector of another in the transpose's place, of which it
/// is none: what PYRO-NN called the gradient of a projector is the backprojector of filtered
/// backprojection, a pair of DistanceWeighted. Both pairs must be for the same geometry and outlive
/// this one.
class UnmatchedOperatorPair : public OperatorPair {
 public:
  /// Projects as `forward` and backprojects as `back`. Throws InvalidArgument for pairs of another
  /// dimension or form of geometry.
  UnmatchedOperatorPair(OperatorPair const& forward, OperatorPair const& back)
      : forward_{&forward}, back_{&back} {
    detail::expects(
        forward.dimension() == back.dimension() && forward.geometry_rank() == back.geometry_rank(),
        "UnmatchedOperatorPair: the pairs have dimensions ", forward.dimension(), " and ",
        back.dimension(), " and geometries of ", forward.geometry_rank(), " and ",
        back.geometry_rank(), " axes; both must be for the same geometry");
  }

  [[nodiscard]] int dimension() const override { return forward_->dimension(); }
  [[nodiscard]] int geometry_rank() const override { return forward_->geometry_rank(); }
  void project(TensorCall const& call, CallContext const& context) const override {
    forward_->project(call, context);
  }
  void backproject(TensorCall const& call, CallContext const& context) const override {
    back_->backproject(call, context);
  }

 private:
  OperatorPair const* forward_;
  OperatorPair const* back_;
};

}  // namespace pyronn
