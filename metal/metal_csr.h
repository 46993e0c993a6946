// A Csr on the GPU: its arrays, copied once per commit into shared buffers.
#pragma once

#include <memory>

#include "metal/metal_buffer.h"
#include "sparsegrow/backend/device_csr.h"

namespace sparsegrow::metal {

// One direction of the edges.
struct CsrSide {
  const Pattern* pattern;
  const RowPlan* plan;
  std::unique_ptr<MetalBuffer> row_begin;  // int32 [rows + 1]
  std::unique_ptr<MetalBuffer> column;     // int32 [edges]
  std::unique_ptr<MetalBuffer> plan_rows;  // int32 [rows]
};

class MetalCsr final : public DeviceCsr {
 public:
  // Cost O(rows + edges); throws runtime_error when there is no room.
  MetalCsr(const std::shared_ptr<Engine>& engine, std::shared_ptr<const Csr> csr);

  const CsrSide& by_target() const { return by_target_; }
  const CsrSide& by_source() const { return by_source_; }
  const MetalBuffer& position() const { return *position_; }        // int32 [edges]
  const MetalBuffer& edge_target() const { return *edge_target_; }  // int32 [edges]

 private:
  CsrSide by_target_, by_source_;
  std::unique_ptr<MetalBuffer> position_, edge_target_;
};

// Throws invalid_argument for a Csr that another device holds.
const MetalCsr& device_csr(const DeviceCsr& csr);

}  // namespace sparsegrow::metal
