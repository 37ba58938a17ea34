// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <type_traits>

namespace pyronn::detail {

/// True where `Operation<Types...>` names a type: the detection idiom of C++17.
template <class Void, template <class...> class Operation, class... Types>
struct Detected : std::false_type {};

template <template <class...> class Operation, class... Types>
struct Detected<std::void_t<Operation<Types...>>, Operation, Types...> : std::true_type {};

template <template <class...> class Operation, class... Types>
inline constexpr bool is_detected_v = Detected<void, Operation, Types...>::value;

}  // namespace pyronn::detail
