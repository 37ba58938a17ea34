// expects: A Quotient is one of floats or of doubles.
#include <pyronn/exec/quotient.hpp>

void divide(int const* numbers) { pyronn::Quotient const quotient{numbers, numbers + 1}; }
