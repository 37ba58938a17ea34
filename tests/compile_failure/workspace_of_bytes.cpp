// expects: A workspace is made for an executor: Workspace{executor, bytes}.
#include <pyronn/pyronn.hpp>

pyronn::Workspace const workspace{1024};
