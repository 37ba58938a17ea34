// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/half.hpp>
#include <pyronn/interop/dlpack.hpp>

namespace {

using namespace pyronn;

/// A tensor of (2, 3, 4) floats.
struct Lent {
  std::vector<float> values = std::vector<float>(24);
  std::vector<std::int64_t> shape{2, 3, 4};
  std::vector<std::int64_t> strides{12, 4, 1};

  dlpack::Tensor tensor() {
    return {values.data(), {dlpack::Device::cpu, 0}, 3, dlpack::data_type_of<float>(),
            shape.data(),  strides.data(),           0};
  }
};

std::string refusal(dlpack::Tensor const& tensor) {
  try {
    static_cast<void>(dlpack::array_of<float, 3>(tensor, "test"));
  } catch (InvalidArgument const& error) {
    return error.what();
  }
  return "accepted";
}

bool contains(std::string const& text, std::string const& part) {
  return text.find(part) != std::string::npos;
}

BOOST_AUTO_TEST_SUITE(dlpack_test)

BOOST_AUTO_TEST_CASE(axes_come_in_the_other_order) {
  Lent lent;
  auto const array = dlpack::array_of<float, 3>(lent.tensor(), "test");
  BOOST_TEST((array.extents == Extents<3>{4, 3, 2}));
  array(1, 2, 1) = 7;
  BOOST_TEST(lent.values[12 + 2 * 4 + 1] == 7);
}

BOOST_AUTO_TEST_CASE(strides_of_axes_with_one_element_mean_nothing) {
  Lent lent;
  lent.shape = {1, 3, 4};
  for (std::int64_t const any : {-5L, 0L, 999L, std::numeric_limits<std::int64_t>::max()}) {
    lent.strides = {any, 4, 1};
    BOOST_TEST(refusal(lent.tensor()) == "accepted");
  }
  lent.shape = {2, 3, 1};
  lent.strides = {3, 1, 999};
  BOOST_TEST(refusal(lent.tensor()) == "accepted");
}

BOOST_AUTO_TEST_CASE(no_strides_are_c_order) {
  Lent lent;
  dlpack::Tensor tensor = lent.tensor();
  tensor.strides = nullptr;
  BOOST_TEST(refusal(tensor) == "accepted");
}

BOOST_AUTO_TEST_CASE(the_offset_counts_bytes) {
  Lent lent;
  lent.shape = {1, 3, 4};
  dlpack::Tensor tensor = lent.tensor();
  tensor.byte_offset = 12 * sizeof(float);
  BOOST_TEST((dlpack::array_of<float, 3>(tensor, "test").data == lent.values.data() + 12));
  tensor.byte_offset = 2;
  BOOST_TEST(contains(refusal(tensor), "no multiple of 4 bytes"));
}

BOOST_AUTO_TEST_CASE(what_does_not_fit_is_refused_with_a_sentence) {
  Lent lent;
  lent.strides = {12, 1, 3};
  BOOST_TEST(contains(refusal(lent.tensor()), "not contiguous"));
  lent.strides = {0, 4, 1};
  BOOST_TEST(contains(refusal(lent.tensor()), "not contiguous"));
  lent.strides = {12, 4, -1};
  BOOST_TEST(contains(refusal(lent.tensor()), "not contiguous"));
  lent.strides = {12, 4, 1};

  dlpack::Tensor tensor = lent.tensor();
  tensor.dtype = dlpack::data_type_of<double>();
  BOOST_TEST(contains(refusal(tensor), "of float64; it must be of float32"));
  tensor.dtype = dlpack::data_type_of<BFloat16>();
  BOOST_TEST(contains(refusal(tensor), "of bfloat16"));
  tensor.dtype = {dlpack::DataType::ieee_float, 32, 4};
  BOOST_TEST(contains(refusal(tensor), "float32 x 4"));
  tensor.dtype = {10, 8, 1};
  BOOST_TEST(contains(refusal(tensor), "type 10"));

  tensor = lent.tensor();
  tensor.ndim = 2;
  BOOST_TEST(contains(refusal(tensor), "2 axes; it must have 3"));
  tensor = lent.tensor();
  tensor.data = nullptr;
  BOOST_TEST(contains(refusal(tensor), "no memory"));

  lent.shape = {2, -3, 4};
  BOOST_TEST(contains(refusal(lent.tensor()), "-3 elements along axis 1"));
  lent.shape = {std::int64_t{1} << 40, 1, 1};
  BOOST_TEST(contains(refusal(lent.tensor()), "at most 2^31 - 1"));
  lent.shape = {std::int64_t{1} << 40, std::int64_t{1} << 40, 1};
  BOOST_TEST(contains(refusal(lent.tensor()), "more elements than can be counted"));
  lent.shape = {1 << 30, 1 << 30, 0};
  BOOST_TEST(refusal(lent.tensor()) == "accepted");
}

BOOST_AUTO_TEST_CASE(empty_tensors_need_no_memory_and_no_strides) {
  Lent lent;
  lent.shape = {2, 0, 4};
  lent.strides = {7, 0, -1};
  dlpack::Tensor tensor = lent.tensor();
  tensor.data = nullptr;
  auto const array = dlpack::array_of<float, 3>(tensor, "test");
  BOOST_TEST(array.data == nullptr);
  BOOST_TEST((array.extents == Extents<3>{4, 0, 2}));
}

BOOST_AUTO_TEST_CASE(types_have_the_numbers_of_dlpack) {
  BOOST_TEST((dlpack::data_type_of<float const>() == dlpack::DataType{2, 32, 1}));
  BOOST_TEST((dlpack::data_type_of<double>() == dlpack::DataType{2, 64, 1}));
  BOOST_TEST((dlpack::data_type_of<Half>() == dlpack::DataType{2, 16, 1}));
  BOOST_TEST((dlpack::data_type_of<BFloat16>() == dlpack::DataType{4, 16, 1}));
  BOOST_TEST((dlpack::data_type_of<std::int64_t>() == dlpack::DataType{0, 64, 1}));
  BOOST_TEST((dlpack::data_type_of<std::uint8_t>() == dlpack::DataType{1, 8, 1}));
}

/// An array goes out and comes back; its owner goes when the last borrower does.
template <class Export>
void round_trip(Export const& lend) {
  auto owner = std::make_shared<std::vector<float>>(24, 3.0F);
  std::weak_ptr<std::vector<float>> const watched = owner;
  ArrayView<float, 3> const array{owner->data(), {4, 3, 2}};
  {
    dlpack::ImportedTensor const imported{
        lend(array, dlpack::Device{dlpack::Device::cpu, 0}, owner)};
    owner.reset();
    BOOST_TEST(!watched.expired());
    BOOST_TEST(!imported.is_read_only());
    BOOST_TEST(imported.tensor().shape[0] == 2);
    BOOST_TEST(imported.tensor().strides[0] == 12);
    auto const back = imported.array<float, 3>("test");
    BOOST_TEST((back.data == array.data && back.extents == array.extents));
  }
  BOOST_TEST(watched.expired());
}

BOOST_AUTO_TEST_CASE(what_is_lent_comes_back) {
  round_trip([](auto... arguments) { return dlpack::export_versioned(arguments...); });
  round_trip([](auto... arguments) { return dlpack::export_legacy(arguments...); });
}

BOOST_AUTO_TEST_CASE(read_only_arrays_are_lent_and_taken_as_such) {
  std::vector<float> values(24);
  ArrayView<float const, 3> const array{values.data(), {4, 3, 2}};
  dlpack::ImportedTensor const imported{
      dlpack::export_versioned(array, {dlpack::Device::cpu, 0}, nullptr)};
  BOOST_TEST(imported.is_read_only());
  BOOST_TEST((imported.array<float const, 3>("test").data == values.data()));
  BOOST_CHECK_EXCEPTION(static_cast<void>(imported.array<float, 3>("test")), InvalidArgument,
                        [](auto const& error) { return contains(error.what(), "read-only"); });
}

BOOST_AUTO_TEST_CASE(unknown_versions_are_given_back) {
  std::vector<float> values(24);
  auto* const lent = dlpack::export_versioned(ArrayView<float, 1>{values.data(), {24}},
                                              {dlpack::Device::cpu, 0}, nullptr);
  lent->major = 2;
  BOOST_CHECK_EXCEPTION(dlpack::ImportedTensor{lent}, InvalidArgument,
                        [](auto const& error) { return contains(error.what(), "DLPack 2.0"); });
  BOOST_CHECK_THROW(dlpack::ImportedTensor{static_cast<dlpack::ManagedTensor*>(nullptr)},
                    InvalidArgument);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
