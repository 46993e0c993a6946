#include "metal/metal_csr.h"

#include <algorithm>
#include <cstring>

#include "sparsegrow/base/check.h"

namespace sparsegrow::metal {
namespace {

using EnginePointer = std::shared_ptr<Engine>;

std::unique_ptr<MetalBuffer> copied(const EnginePointer& engine,
                                    const std::vector<std::int32_t>& values) {
  const std::size_t bytes = values.size() * sizeof(std::int32_t);
  auto buffer = std::make_unique<MetalBuffer>(engine, bytes);
  if (bytes > 0) std::memcpy(buffer->data(), values.data(), bytes);
  return buffer;
}

CsrSide side_of(const EnginePointer& engine, const Pattern& pattern, const RowPlan& plan) {
  return {&pattern, &plan, copied(engine, pattern.row_begin), copied(engine, pattern.column),
          copied(engine, plan.rows)};
}

// The row that each edge is in.
std::unique_ptr<MetalBuffer> rows_of_edges(const EnginePointer& engine, const Pattern& pattern) {
  auto buffer = std::make_unique<MetalBuffer>(engine, pattern.column.size() * sizeof(std::int32_t));
  auto* const row_of = buffer->as<std::int32_t>();
  for (std::int32_t r = 0; r < pattern.rows(); ++r) {
    std::fill(row_of + pattern.row_begin[static_cast<std::size_t>(r)],
              row_of + pattern.row_begin[static_cast<std::size_t>(r) + 1], r);
  }
  return buffer;
}

}  // namespace

MetalCsr::MetalCsr(const EnginePointer& engine, std::shared_ptr<const Csr> csr)
    : DeviceCsr(std::move(csr)),
      by_target_(side_of(engine, host().by_target, host().target_plan)),
      by_source_(side_of(engine, host().by_source, host().source_plan)),
      position_(copied(engine, host().position)),
      edge_target_(rows_of_edges(engine, host().by_target)) {}

const MetalCsr& device_csr(const DeviceCsr& csr) {
  const auto* const ours = dynamic_cast<const MetalCsr*>(&csr);
  if (!ours) throw_invalid("Metal", "got a graph that another device holds");
  return *ours;
}

}  // namespace sparsegrow::metal
