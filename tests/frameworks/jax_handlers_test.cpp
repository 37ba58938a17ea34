// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// Handlers on both platforms, called as XLA calls them, without a device: pairs write down what
// they are told.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/core/error.hpp>
#include <pyronn/interop/jax.hpp>

#include "frameworks/jax_frame.hpp"
#include "frameworks/telling_pair.hpp"

namespace {

using namespace pyronn;
using jax_test::Frame;
using jax_test::told;

bool contains(std::string const& text, std::string const& part) {
  return text.find(part) != std::string::npos;
}

struct Fixture {
  Fixture() { told = {}; }
  float input[30]{};
  float output[42]{};
  double geometry[36]{1, 2, 3};
  std::vector<double> const numbers{geometry, geometry + 36};
  std::vector<std::int64_t> const shape{6, 3, 2};

  /// A call that has all but the geometry.
  Frame frame() {
    Frame made;
    made.operand(XLA_FFI_DataType_F32, input, {1, 5, 6})
        .result(XLA_FFI_DataType_F32, output, {1, 6, 7})
        .attribute("spacing", std::vector<double>{1, 2});
    return made;
  }
  /// The same with it, as attributes.
  Frame whole() {
    Frame made = frame();
    made.attribute("geometry", numbers).attribute("geometry_shape", shape);
    return made;
  }
};

}  // namespace

PYRONN_JAX_OPERATOR(telling, jax_test::pair)
PYRONN_JAX_FILTER(telling, jax_test::filter)

BOOST_FIXTURE_TEST_SUITE(jax_handlers_test, Fixture)

BOOST_AUTO_TEST_CASE(calls_on_devices_have_stream_device_and_geometry_of_the_host) {
  int stream = 0;
  Frame call = whole();
  call.context.stream = &stream;
  call.context.device = 3;
  call.attribute("origin", std::vector<double>{-2, -3})
      .attribute("model", std::vector<double>{0.5});
  BOOST_TEST(call.call(telling_project_cuda) == "");
  BOOST_TEST(told.direction == "project");
  BOOST_TEST(told.context.stream == &stream);
  BOOST_TEST(told.call.input.device.type == dlpack::Device::cuda);
  BOOST_TEST(told.call.input.device.id == 3);
  BOOST_TEST(told.call.output.data == output);
  BOOST_TEST(told.call.geometry.device.type == dlpack::Device::cpu);
  BOOST_TEST(told.geometry == numbers, boost::test_tools::per_element());
  BOOST_TEST(told.call.geometry.ndim == 3);
  BOOST_TEST(told.call.spacing == (std::vector<double>{1, 2}), boost::test_tools::per_element());
  BOOST_TEST(told.call.origin == (std::vector<double>{-2, -3}), boost::test_tools::per_element());
  BOOST_TEST(told.call.model == (std::vector<double>{0.5}), boost::test_tools::per_element());
  BOOST_TEST(whole().call(telling_backproject_cuda) == "");
  BOOST_TEST(told.direction == "backproject");
}

BOOST_AUTO_TEST_CASE(calls_on_cores_have_threads_and_operands_as_geometry) {
  Frame call = frame();
  call.operand(XLA_FFI_DataType_F64, geometry, {6, 3, 2});
  BOOST_TEST(call.call(telling_project_cpu) == "");
  BOOST_TEST(told.call.input.device.type == dlpack::Device::cpu);
  BOOST_TEST(told.context.threads == 3);
  BOOST_TEST(told.geometry == numbers, boost::test_tools::per_element());
  call.context.threads = 0;
  BOOST_TEST(call.call(telling_backproject_cpu) == "");
  BOOST_TEST(told.context.threads == 1);
  BOOST_TEST(whole().call(telling_project_cpu) == "");
  BOOST_TEST(told.geometry == numbers, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(numbers_of_registered_geometries_are_int64_whatever_jax_makes_of_them) {
  std::int32_t handles[2]{7, 9};
  Frame call = frame();
  call.operand(XLA_FFI_DataType_S32, handles, {2});
  BOOST_TEST(call.call(telling_project_cpu) == "");
  BOOST_TEST(told.handles == (std::vector<std::int64_t>{7, 9}), boost::test_tools::per_element());
  Frame attribute = frame();
  attribute.attribute("geometry", std::vector<std::int64_t>{11})
      .attribute("geometry_shape", std::vector<std::int64_t>{});
  BOOST_TEST(attribute.call(telling_project_cuda) == "");
  BOOST_TEST(told.handles == (std::vector<std::int64_t>{11}), boost::test_tools::per_element());
  BOOST_TEST(told.call.geometry.ndim == 0);
}

BOOST_AUTO_TEST_CASE(memory_on_devices_is_xlas_and_aligned) {
  Frame call = whole();
  call.attribute("workspace_limit", std::vector<std::int64_t>{5000});
  told.does = [](CallContext const& context) {
    BOOST_TEST(context.workspace_limit == 5000U);
    for (std::size_t const bytes : {std::size_t{5000}, std::size_t{1}}) {
      void* const block = context.memory->allocate(bytes);
      BOOST_TEST(reinterpret_cast<std::uintptr_t>(block) % 512 == 0U);
      std::memset(block, 1, bytes);
    }
  };
  BOOST_TEST(call.call(telling_project_cuda) == "");
  BOOST_TEST(call.context.alignments.size() == 2U);
  BOOST_TEST(call.context.blocks == 0);
  call.context.memory_left = 5000;
  std::string const error = call.call(telling_project_cuda);
  BOOST_TEST(contains(error, "8: XLA's allocator has no 5000 bytes"), error);
  BOOST_TEST(call.context.blocks == 0);
}

BOOST_AUTO_TEST_CASE(a_second_result_is_the_workspace) {
  std::vector<unsigned char> bytes(4096);
  for (XLA_FFI_Handler* const handler : {telling_project_cpu, telling_project_cuda}) {
    Frame call = whole();
    call.result(XLA_FFI_DataType_U8, bytes.data() + 8, {4000});
    told.does = [&](CallContext const& context) {
      BOOST_TEST(context.workspace_limit >= 4000U - 511U);
      BOOST_TEST(context.workspace_limit <= 4000U);
      auto* const block =
          static_cast<unsigned char*>(context.memory->allocate(context.workspace_limit));
      BOOST_TEST(reinterpret_cast<std::uintptr_t>(block) % 512 == 0U);
      BOOST_TEST((block >= bytes.data() + 8));
      BOOST_TEST((block + context.workspace_limit <= bytes.data() + 8 + 4000));
      context.memory->allocate(1);
    };
    std::string const error = call.call(handler);
    BOOST_TEST(contains(error, "8: the workspace, a result of the call, has 0 bytes left"), error);
    BOOST_TEST(call.context.alignments.empty());
  }
  Frame call = whole();
  call.result(XLA_FFI_DataType_F32, bytes.data(), {4});
  std::string const error = call.call(telling_project_cuda);
  BOOST_TEST(contains(error, "3: pyronn::telling_project: the second result is the workspace"),
             error);
}

BOOST_AUTO_TEST_CASE(memory_on_cores_is_aligned) {
  told.does = [](CallContext const& context) {
    BOOST_TEST(context.workspace_limit == std::size_t{256} << 20);
    void* const block = context.memory->allocate(1000);
    BOOST_TEST(reinterpret_cast<std::uintptr_t>(block) % 512 == 0U);
    std::memset(block, 1, 1000);
  };
  BOOST_TEST(whole().call(telling_project_cpu) == "");
}

BOOST_AUTO_TEST_CASE(exceptions_become_errors) {
  auto const error_of = [&](auto const& thrown) {
    told.does = [&](CallContext const&) { throw thrown; };
    std::string const error = whole().call(telling_project_cuda);
    BOOST_TEST(error == whole().call(telling_backproject_cpu));
    return error;
  };
  BOOST_TEST(error_of(InvalidArgument{"a sentence"}) == "3: a sentence");
  BOOST_TEST(error_of(OutOfMemory{"a sentence"}) == "8: a sentence");
  BOOST_TEST(error_of(std::runtime_error{"a sentence"}) == "13: a sentence");
  BOOST_TEST(contains(error_of(std::bad_alloc{}), "8: "));
  BOOST_TEST(error_of(1) == "2: pyronn: an exception of a type that is not known");
}

BOOST_AUTO_TEST_CASE(calls_that_do_not_fit_are_refused) {
  auto const refusal = [](Frame call, XLA_FFI_Handler* handler, std::string const& part) {
    std::string const error = call.call(handler);
    BOOST_TEST(contains(error, "3: pyronn::telling_"), error);
    BOOST_TEST(contains(error, part), error);
    BOOST_TEST(told.direction == "");
  };
  XLA_FFI_Handler* const cpu = telling_project_cpu;
  refusal(frame(), cpu, "the call has 1 operands; it must have the input and the geometry");
  refusal(whole().operand(XLA_FFI_DataType_F64, geometry, {6, 3, 2}), cpu, "has 2 operands");
  refusal(frame().operand(XLA_FFI_DataType_F64, geometry, {6, 3, 2}), telling_project_cuda,
          "the geometry is an operand, which lies on the device");
  refusal(whole().attribute("geometry_shape", std::vector<std::int64_t>{6, 3, 3}), cpu,
          "the attribute 'geometry' has 36 numbers, but 'geometry_shape' says 54");
  refusal(whole().attribute("geometry", std::vector<float>{1}), cpu,
          "the attribute 'geometry' must be an array of float64");
  refusal(whole().attribute("pitch", std::vector<double>{1}), cpu, "there is no attribute 'pitch'");
  refusal(whole().attribute("spacing", std::vector<float>{1, 1}), cpu,
          "the attribute 'spacing' must be an array of float64");
  refusal(whole().scalar_attribute("spacing", 1), cpu,
          "the attribute 'spacing' must be an array of float64");
  refusal(whole().attribute("workspace_limit", std::vector<std::int64_t>{-1}), cpu,
          "the attribute 'workspace_limit' must be one number");
  refusal(whole().attribute("workspace_limit", std::vector<double>{1}), cpu,
          "the attribute 'workspace_limit' must be an array of int64");
  refusal(Frame{}, cpu, "the call has 0 results");
  refusal(Frame{}
              .result(XLA_FFI_DataType_C64, output, {1})
              .operand(XLA_FFI_DataType_C64, input, {1})
              .attribute("geometry", numbers)
              .attribute("geometry_shape", shape),
          cpu, "which operators do not know");
}

BOOST_AUTO_TEST_CASE(filters_have_rows_and_a_response) {
  float response[9]{};
  for (XLA_FFI_Handler* const handler : {telling_filter_cpu, telling_filter_cuda}) {
    Frame call;
    call.operand(XLA_FFI_DataType_F32, input, {3, 7})
        .operand(XLA_FFI_DataType_F32, response, {9})
        .result(XLA_FFI_DataType_F32, output, {3, 7});
    BOOST_TEST(call.call(handler) == "");
    BOOST_TEST(told.direction == "filter");
    BOOST_TEST(told.call.input.data == input);
    BOOST_TEST(told.call.geometry.data == response);
    BOOST_TEST(told.call.output.data == output);
    bool const is_cuda = handler == telling_filter_cuda;
    BOOST_TEST(told.call.geometry.device.type ==
               (is_cuda ? dlpack::Device::cuda : dlpack::Device::cpu));
    std::string const error = Frame{}.result(XLA_FFI_DataType_F32, output, {3, 7}).call(handler);
    BOOST_TEST(contains(error, "3: pyronn::telling_filter: the call has 0 operands"), error);
  }
}

BOOST_AUTO_TEST_CASE(handlers_are_of_the_oldest_interface_and_not_for_command_buffers) {
  for (XLA_FFI_Handler* const handler : {telling_project_cpu, telling_project_cuda}) {
    XLA_FFI_Metadata const metadata = Frame::metadata(handler);
    BOOST_TEST(metadata.api_version.major_version == XLA_FFI_API_MAJOR);
    BOOST_TEST(metadata.api_version.minor_version == XLA_FFI_API_MINOR);
    BOOST_TEST(metadata.traits == 0U);
  }
}

BOOST_AUTO_TEST_SUITE_END()
