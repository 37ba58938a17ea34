// expects: pyronn::read_npy<T>: T is float, double, std::uint16_t or std::uint8_t
#include <pyronn/io/npy.hpp>

auto const array = pyronn::read_npy<int>("array.npy");
