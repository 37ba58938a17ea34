// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// What Python loads: operators of TensorFlow, whose kernels are in tensorflow_kernels.cpp.
#include <pyronn/interop/tensorflow.hpp>

#include "tensorflow_kernels.hpp"

static auto const library = pyronn::TensorFlowLibrary{"ct"}
                                .add("fan", fan())
                                .add("cone", cone())
                                .add("march", march())
                                .add("own", own())
                                .add("probe", probe())
                                .add("filter", filter());
