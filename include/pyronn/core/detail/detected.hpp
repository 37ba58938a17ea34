// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The detection idiom of C++17.
#include <type_traits>

namespace pyronn::detail {

/// Is true where `Operation<Types...>` names a type.
template <class Void, template <class...> class Operation, class... Types>
struct Detected : std::false_type {};

template <template <class...> class Operation, class... Types>
struct Detected<std::void_t<Operation<Types...>>, Operation, Types...> : std::true_type {};

template <template <class...> class Operation, class... Types>
inline constexpr bool is_detected_v = Detected<void, Operation, Types...>::value;

/// False, for what must not compile where a template is used.
template <class>
inline constexpr bool is_never_v = false;

}  // namespace pyronn::detail
