// What a LazyBackend hands out: arrays of the inner device, which live on for as long as kept work
// needs them.
#pragma once

#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

#include "sparsegrow/backend/backend.h"

namespace sparsegrow::test {

class LazyBuffer final : public Buffer {
 public:
  explicit LazyBuffer(std::shared_ptr<Buffer> memory)
      : Buffer(memory->data(), memory->bytes()), memory_(std::move(memory)) {}
  const std::shared_ptr<Buffer>& memory() const { return memory_; }

 private:
  std::shared_ptr<Buffer> memory_;
};

class LazyCsr final : public DeviceCsr {
 public:
  LazyCsr(std::shared_ptr<const Csr> host, std::shared_ptr<DeviceCsr> inner)
      : DeviceCsr(std::move(host)), inner_(std::move(inner)) {}
  const std::shared_ptr<DeviceCsr>& inner() const { return inner_; }

 private:
  std::shared_ptr<DeviceCsr> inner_;
};

// Both throw for what another device made.
inline std::shared_ptr<Buffer> memory_of(const Buffer& buffer) {
  const auto* const ours = dynamic_cast<const LazyBuffer*>(&buffer);
  if (!ours) throw std::invalid_argument("[LazyBackend] got a buffer of another device");
  return ours->memory();
}

inline std::shared_ptr<DeviceCsr> inner_of(const DeviceCsr& csr) {
  const auto* const ours = dynamic_cast<const LazyCsr*>(&csr);
  if (!ours) throw std::invalid_argument("[LazyBackend] got a Csr of another device");
  return ours->inner();
}

inline std::shared_ptr<Buffer> memory_of(const Buffer* buffer) {
  return buffer ? memory_of(*buffer) : nullptr;
}

// The arrays of GatedEdges, kept alive.
struct LazyEdges {
  std::shared_ptr<Buffer> weight, gate, weight_sum, gate_sum;

  explicit LazyEdges(const GatedEdges& edges)
      : weight(memory_of(*edges.weight)),
        gate(memory_of(*edges.gate)),
        weight_sum(memory_of(edges.weight_sum)),
        gate_sum(memory_of(edges.gate_sum)) {}
  GatedEdges view() const { return {weight.get(), gate.get(), weight_sum.get(), gate_sum.get()}; }
};

// The lists of a CellRows, copied.
struct LazyCells {
  std::vector<std::int32_t> rows, cells;
  std::int32_t streams;

  explicit LazyCells(const CellRows& given)
      : rows(given.rows.begin(), given.rows.end()),
        cells(given.cells.begin(), given.cells.end()),
        streams(given.streams) {}
  CellRows view() const { return {rows, cells, streams}; }
};

// Samples in host memory, copied.
class LazySamples {
 public:
  LazySamples(const SampleMatrix& source, Span<const std::int64_t> chosen)
      : source_(source), chosen_(chosen.begin(), chosen.end()) {
    const auto* const begin = static_cast<const char*>(source.data);
    const auto row = static_cast<std::size_t>(source.features) * size_of(source.dtype);
    for (std::size_t b = 0; b < chosen_.size() && row > 0; ++b) {
      const char* const from = begin + static_cast<std::size_t>(chosen[b]) * row;
      rows_.insert(rows_.end(), from, from + row);
      chosen_[b] = static_cast<std::int64_t>(b);
    }
    source_.samples = static_cast<std::int64_t>(chosen_.size());
  }
  SampleMatrix view() const {
    SampleMatrix rows = source_;
    rows.data = rows_.data();
    return rows;
  }
  const std::vector<std::int64_t>& chosen() const { return chosen_; }

 private:
  SampleMatrix source_;
  std::vector<std::int64_t> chosen_;
  std::vector<char> rows_;
};

}  // namespace sparsegrow::test
