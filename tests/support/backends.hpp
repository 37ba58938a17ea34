#pragma once
// A test that includes this header is compiled twice: as C++, where it runs on the host's cores,
// and as CUDA, where it runs on a device. Both see test::Executor, test::executor(), test::Array
// and test::device_present.
#if defined(__CUDACC__)
#include "cuda_backend.cuh"
#else
#include "cpu_backend.hpp"
#endif
