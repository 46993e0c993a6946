// The CPU backend: SIMD kernels chosen at run time, on the worker pool of base/parallel.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "sparsegrow/backend/backend.h"

namespace sparsegrow {

// With the kernels of active_isa().
std::shared_ptr<Backend> make_cpu_backend();

// With the kernels of a named instruction set; throws invalid_argument for one that
// supported_isas() does not list. Tests compare them with one another.
std::shared_ptr<Backend> make_cpu_backend(const std::string& isa);

// Bytes of all CPU buffers of the process: those alive now, and the most there were at one time
// since the last reset (or the start).
struct CpuMemory {
  std::int64_t live_bytes = 0;
  std::int64_t peak_bytes = 0;
};
CpuMemory cpu_memory();
void reset_cpu_peak();

}  // namespace sparsegrow
