// Whatever must survive a change of topology is in this one list, and one loop moves it by one
// Remap. A new optimizer moment is added here or it does not exist.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sparsegrow/backend/backend.h"
#include "sparsegrow/graph/remap.h"

namespace sparsegrow {

enum class Domain { edge, row };

struct StateEntry {
  std::string name;  // "weight", "weight.m", "bias", ...
  Domain domain = Domain::edge;
  std::int32_t components = 1;  // arrays of `size of the domain` values, one after another
  double fill = 0;              // value of a new edge or row
  std::shared_ptr<Buffer> buffer;
};

class StateTable {
 public:
  StateTable(std::shared_ptr<Backend> backend, DType dtype, std::int32_t edges, std::int32_t rows);

  // Adds an array filled with `fill`. Throws invalid_argument if the name is taken.
  void add(const std::string& name, Domain domain, std::int32_t components = 1, double fill = 0);
  bool has(const std::string& name) const;
  const StateEntry& entry(const std::string& name) const;  // throws out_of_range if absent
  Buffer& buffer(const std::string& name) const { return *entry(name).buffer; }
  std::int64_t count(const StateEntry& entry) const;
  const std::vector<StateEntry>& entries() const { return entries_; }
  DType dtype() const { return dtype_; }
  std::int64_t bytes() const;

  // Moves every array through the remap; all or nothing. Cost O(entries * (V + E)).
  void carry(const Remap& remap);

  // Gives an array memory of its own, so that copies of this table keep what it holds now.
  void own(const std::string& name);

  // Exact copies of all arrays, and back. An entry that was added after the snapshot starts anew.
  // restore() throws invalid_argument, and changes nothing, when the snapshot has another dtype or
  // an entry that this table does not have.
  struct Snapshot {
    DType dtype = DType::f32;
    std::int32_t edges = 0;
    std::int32_t rows = 0;
    std::vector<StateEntry> entries;
  };
  Snapshot snapshot() const;
  void restore(const Snapshot& snapshot);

 private:
  std::int64_t size_of_domain(Domain domain) const {
    return domain == Domain::edge ? edges_ : rows_;
  }
  std::shared_ptr<Buffer> filled(const StateEntry& entry) const;
  std::shared_ptr<Buffer> copy_of(const Buffer& buffer) const;
  void require_fit(const Snapshot& snapshot) const;

  std::shared_ptr<Backend> backend_;
  DType dtype_;
  std::int32_t edges_;
  std::int32_t rows_;
  std::vector<StateEntry> entries_;
};

}  // namespace sparsegrow
