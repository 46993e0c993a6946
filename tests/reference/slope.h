// Slopes by central differences.
#pragma once

namespace sparsegrow::reference {

// Of f(), as `number`, which it reads, moves by h either way; `number` is put back.
template <class Function>
double slope_in(double& number, double h, const Function& f) {
  const double start = number;
  number = start + h;
  const double above = f();
  number = start - h;
  const double below = f();
  number = start;
  return (above - below) / (2 * h);
}

}  // namespace sparsegrow::reference
