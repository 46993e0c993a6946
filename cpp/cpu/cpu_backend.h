// The CPU backend: SIMD kernels chosen at run time, on the worker pool of base/parallel.
#pragma once

#include <memory>

#include "sparsegrow/backend/backend.h"

namespace sparsegrow {

std::shared_ptr<Backend> make_cpu_backend();

}  // namespace sparsegrow
