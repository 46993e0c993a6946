// Host memory of the CPU backend: zero-filled, 64-byte aligned, counted.
#pragma once

#include "sparsegrow/backend/buffer.h"

namespace sparsegrow::cpu {

class CpuBuffer final : public Buffer {
 public:
  explicit CpuBuffer(std::size_t bytes);  // runtime_error when there is no such room
  ~CpuBuffer() override;
};

}  // namespace sparsegrow::cpu
