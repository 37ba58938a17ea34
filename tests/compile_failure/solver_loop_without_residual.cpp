// expects: The solver of a SolverLoop must have 'double const* queue_residual_square()'
#include <pyronn/pyronn.hpp>
#include <pyronn/recon/solver/solver_loop.hpp>

struct Solver {
  void iterate() {}
};

void run(Solver& solver) { pyronn::SolverLoop loop{pyronn::CpuExecutor{}, solver, {10}}; }
