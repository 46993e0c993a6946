// The text of all kernels, in one piece: kernels/*.metal and what they include, put together by
// cmake/embed_kernels.cmake when the engine is built.
#pragma once

namespace sparsegrow::metal {

extern const char* const kKernelSource;

}  // namespace sparsegrow::metal
