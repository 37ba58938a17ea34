// expects: A BlockReaderOf reads float or pyronn::Half.
#include <pyronn/io/block_reader.hpp>

void read(pyronn::BlockReaderOf<double> const& reader) { reader.extents(); }
