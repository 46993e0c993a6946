#include "sparsegrow/train/state_table.h"

#include <cstring>
#include <utility>

#include "sparsegrow/backend/element.h"
#include "sparsegrow/base/check.h"

namespace sparsegrow {
namespace {

// The map of an array of several components: each component moves like the first.
std::vector<std::int32_t> repeat_map(const std::vector<std::int32_t>& map, std::int32_t components,
                                     std::int32_t old_size) {
  std::vector<std::int32_t> repeated;
  repeated.reserve(map.size() * static_cast<std::size_t>(components));
  for (std::int32_t c = 0; c < components; ++c) {
    for (const std::int32_t old : map) repeated.push_back(old == kNew ? kNew : old + c * old_size);
  }
  return repeated;
}

const StateEntry* find(const std::vector<StateEntry>& entries, const std::string& name) {
  for (const auto& entry : entries) {
    if (entry.name == name) return &entry;
  }
  return nullptr;
}

}  // namespace

StateTable::StateTable(std::shared_ptr<Backend> backend, DType dtype, std::int32_t edges,
                       std::int32_t rows)
    : backend_(std::move(backend)), dtype_(dtype), edges_(edges), rows_(rows) {}

std::int64_t StateTable::count(const StateEntry& entry) const {
  return size_of_domain(entry.domain) * entry.components;
}

std::int64_t StateTable::bytes() const {
  std::int64_t total = 0;
  for (const auto& entry : entries_) {
    total += count(entry) * static_cast<std::int64_t>(size_of(dtype_));
  }
  return total;
}

void StateTable::add(const std::string& name, Domain domain, std::int32_t components, double fill) {
  SG_REQUIRE(!has(name), "StateTable.add", "'", name, "' is already in the table");
  StateEntry entry{name, domain, components, fill, nullptr};
  entry.buffer = filled(entry);
  entries_.push_back(std::move(entry));
}

std::shared_ptr<Buffer> StateTable::filled(const StateEntry& entry) const {
  const std::int64_t size = count(entry);
  std::shared_ptr<Buffer> made =
      backend_->allocate(static_cast<std::size_t>(size) * size_of(dtype_));
  for (std::int64_t i = 0; entry.fill != 0 && i < size; ++i) {
    store_element(*made, dtype_, i, entry.fill);
  }
  return made;
}

bool StateTable::has(const std::string& name) const { return find(entries_, name) != nullptr; }

const StateEntry& StateTable::entry(const std::string& name) const {
  const StateEntry* found = find(entries_, name);
  if (!found) throw_range("StateTable.entry", concat("no state is called '", name, "'"));
  return *found;
}

void StateTable::carry(const Remap& remap) {
  std::vector<StateEntry> moved = entries_;
  for (auto& entry : moved) {
    const bool edge = entry.domain == Domain::edge;
    const auto& map = edge ? remap.edge : remap.row;
    const std::int32_t old_size = edge ? remap.old_edges : remap.old_rows;
    const auto wide = entry.components == 1 ? std::vector<std::int32_t>{}
                                            : repeat_map(map, entry.components, old_size);
    const Span<const std::int32_t> full =
        entry.components == 1 ? Span<const std::int32_t>(map) : Span<const std::int32_t>(wide);
    const auto source = std::move(entry.buffer);
    entry.buffer = backend_->allocate(full.size() * size_of(dtype_));
    backend_->gather(full, dtype_, *source, entry.fill, *entry.buffer);
  }
  backend_->finish();
  entries_ = std::move(moved);
  edges_ = static_cast<std::int32_t>(remap.edge.size());
  rows_ = static_cast<std::int32_t>(remap.row.size());
}

std::shared_ptr<Buffer> StateTable::copy_of(const Buffer& buffer) const {
  std::shared_ptr<Buffer> copy = backend_->allocate(buffer.bytes());
  if (buffer.bytes() > 0) std::memcpy(copy->data(), buffer.data(), buffer.bytes());
  return copy;
}

void StateTable::own(const std::string& name) {
  backend_->finish();
  for (auto& entry : entries_) {
    if (entry.name == name) entry.buffer = copy_of(*entry.buffer);
  }
}

StateTable::Snapshot StateTable::snapshot() const {
  backend_->finish();
  Snapshot saved{dtype_, edges_, rows_, entries_};
  for (auto& entry : saved.entries) entry.buffer = copy_of(*entry.buffer);
  return saved;
}

void StateTable::require_fit(const Snapshot& saved) const {
  SG_REQUIRE(saved.dtype == dtype_, "StateTable.restore", "got a snapshot of ",
             name_of(saved.dtype), ", expected ", name_of(dtype_));
  for (const StateEntry& kept : saved.entries) {
    const StateEntry* ours = find(entries_, kept.name);
    SG_REQUIRE(ours && ours->domain == kept.domain && ours->components == kept.components,
               "StateTable.restore", "got a snapshot with '", kept.name,
               "', which this table does not have or has in another shape");
  }
}

void StateTable::restore(const Snapshot& saved) {
  require_fit(saved);
  backend_->finish();
  StateTable next(backend_, dtype_, saved.edges, saved.rows);
  for (StateEntry entry : entries_) {
    const StateEntry* kept = find(saved.entries, entry.name);
    entry.buffer = kept ? copy_of(*kept->buffer) : next.filled(entry);
    next.entries_.push_back(std::move(entry));
  }
  *this = std::move(next);
}

}  // namespace sparsegrow
