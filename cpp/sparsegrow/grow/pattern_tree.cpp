#include "sparsegrow/grow/pattern_tree.h"

#include <algorithm>

#include "sparsegrow/base/check.h"

namespace sparsegrow {
namespace {

std::uint32_t key_of(std::int32_t pattern, std::int32_t symbol) {
  return (static_cast<std::uint32_t>(pattern) << 7) | static_cast<std::uint32_t>(symbol);
}

std::size_t start_of(std::uint32_t key, std::size_t slots) {
  return static_cast<std::size_t>((key * 0x9E3779B97F4A7C15ull) >> 20) & (slots - 1);
}

// The edges to add, sorted by pattern, each once.
struct NewEdge {
  std::int32_t pattern, output;
  bool operator<(const NewEdge& other) const {
    return pattern != other.pattern ? pattern < other.pattern : output < other.output;
  }
  bool operator==(const NewEdge& other) const {
    return pattern == other.pattern && output == other.output;
  }
};

// The outputs of a pattern exist and are there once each.
void require_outputs(const InputRows& rows, std::int32_t pattern) {
  constexpr char where[] = "PatternTree";
  bool seen[kVocabulary] = {};
  const auto p = static_cast<std::size_t>(pattern);
  for (std::int32_t e = rows.row_begin[p]; e < rows.row_begin[p + 1]; ++e) {
    const std::int32_t output = rows.target[static_cast<std::size_t>(e)];
    SG_REQUIRE(output >= 0 && output < kVocabulary, where, "got output ", output,
               ", expected 0 to ", kVocabulary - 1);
    SG_REQUIRE(!seen[output], where, "pattern ", pattern, " has output ", output, " twice");
    seen[output] = true;
  }
}

}  // namespace

PatternTree::PatternTree() : parent_{kNone}, symbol_{0} {
  rows_.outputs = kVocabulary;
  rows_.row_begin = {0, 0};
  rebuild_index(1024);
}

PatternTree::PatternTree(std::vector<std::int32_t> parent, std::vector<std::uint8_t> symbol,
                         InputRows rows)
    : PatternTree() {
  constexpr char where[] = "PatternTree";
  const auto count = static_cast<std::int32_t>(parent.size());
  SG_REQUIRE(count >= 1 && count <= kMaxPatterns && symbol.size() == parent.size() &&
                 rows.inputs() == count,
             where, "got ", count, " parents, ", symbol.size(), " symbols and ", rows.inputs(),
             " rows");
  SG_REQUIRE(rows.row_begin.front() == 0 && rows.row_begin.back() == rows.edges() &&
                 std::is_sorted(rows.row_begin.begin(), rows.row_begin.end()),
             where, "row_begin does not rise from 0 to the ", rows.edges(), " edges");
  SG_REQUIRE(rows.row_begin[1] == 0, where, "the empty pattern has edges, expected none");
  for (std::int32_t p = 0; p < count; ++p) require_outputs(rows, p);
  for (std::int32_t p = 1; p < count; ++p) {
    const auto i = static_cast<std::size_t>(p);
    SG_REQUIRE(parent[i] >= 0 && parent[i] < p && symbol[i] < kVocabulary, where, "pattern ", p,
               " extends ", parent[i], " by ", int{symbol[i]});
    SG_REQUIRE(depth(parent[i]) < kMaxDepth, where, "pattern ", p, " has more than ", kMaxDepth,
               " characters");
    SG_REQUIRE(find_or_make({parent[i], symbol[i], 0}) == p, where, "pattern ", p,
               " is there twice");
  }
  rows_ = std::move(rows);
}

std::int32_t PatternTree::wired() const {
  std::int32_t count = 0;
  for (std::int32_t p = 0; p < patterns(); ++p) {
    count += rows_.row_begin[static_cast<std::size_t>(p) + 1] >
             rows_.row_begin[static_cast<std::size_t>(p)];
  }
  return count;
}

std::int32_t PatternTree::depth(std::int32_t pattern) const {
  std::int32_t depth = 0;
  for (; pattern != kRoot; pattern = parent_[static_cast<std::size_t>(pattern)]) ++depth;
  return depth;
}

bool PatternTree::has_edge(std::int32_t pattern, std::int32_t output) const {
  const auto* const row = rows_.row_begin.data() + pattern;
  const auto first = rows_.target.begin() + row[0], last = rows_.target.begin() + row[1];
  return std::find(first, last, output) != last;
}

std::int64_t PatternTree::bytes() const {
  const std::size_t total =
      parent_.size() * 5 + index_.size() * 8 + (rows_.row_begin.size() + rows_.target.size()) * 4;
  return static_cast<std::int64_t>(total);
}

std::int32_t PatternTree::child(std::int32_t pattern, std::int32_t symbol) const {
  const std::uint32_t key = key_of(pattern, symbol);
  const std::size_t mask = index_.size() - 1;
  for (std::size_t at = start_of(key, index_.size()); index_[at] != 0; at = (at + 1) & mask) {
    if (index_[at] >> 32 == key) return static_cast<std::int32_t>(index_[at] & 0xffffffffu);
  }
  return kNone;
}

std::int32_t PatternTree::walk(Span<const Token> text, std::int64_t place,
                               std::int32_t* live) const {
  std::int32_t count = 0, pattern = kRoot;
  while (count < kMaxDepth && place - count >= 0) {
    pattern = child(pattern, text[static_cast<std::size_t>(place - count)]);
    if (pattern == kNone) break;
    live[count++] = pattern;
  }
  return count;
}

// Index entries hold the pattern's number, never 0: the root extends nothing.
void PatternTree::insert(std::int32_t pattern) {
  const auto i = static_cast<std::size_t>(pattern);
  const std::uint32_t key = key_of(parent_[i], symbol_[i]);
  const std::size_t mask = index_.size() - 1;
  std::size_t at = start_of(key, index_.size());
  while (index_[at] != 0) at = (at + 1) & mask;
  index_[at] = (std::uint64_t{key} << 32) | static_cast<std::uint32_t>(pattern);
}

void PatternTree::rebuild_index(std::size_t slots) {
  index_.assign(slots, 0);
  for (std::int32_t p = 1; p < patterns(); ++p) insert(p);
}

void PatternTree::require_pattern_of(const PatternEdge& edge) const {
  constexpr char where[] = "PatternTree.add";
  SG_REQUIRE(edge.parent >= 0 && edge.parent < patterns(), where, "got pattern ", edge.parent,
             ", expected 0 to ", patterns() - 1);
  if (edge.symbol == kSamePattern) return;
  SG_REQUIRE(edge.symbol >= 0 && edge.symbol < kVocabulary, where, "got symbol ", edge.symbol,
             ", expected 0 to ", kVocabulary - 1);
  SG_REQUIRE(depth(edge.parent) < kMaxDepth, where, "pattern ", edge.parent, " has ", kMaxDepth,
             " characters, the most that there can be");
}

std::int32_t PatternTree::find_or_make(const PatternEdge& edge) {
  if (edge.symbol == kSamePattern) return edge.parent;
  const std::int32_t found = child(edge.parent, edge.symbol);
  if (found != kNone) return found;
  parent_.push_back(edge.parent);
  symbol_.push_back(static_cast<std::uint8_t>(edge.symbol));
  if (parent_.size() * 2 > index_.size())
    rebuild_index(index_.size() * 2);
  else
    insert(patterns() - 1);
  return patterns() - 1;
}

Remap PatternTree::add(const std::vector<PatternEdge>& edges,
                       const std::vector<PatternEdge>& bare) {
  constexpr char where[] = "PatternTree.add";
  const std::size_t most = parent_.size() + edges.size() + bare.size();
  SG_REQUIRE(most <= std::size_t{kMaxPatterns}, where, "got up to ", most,
             " patterns, expected at most ", kMaxPatterns);
  for (const auto& edge : edges) {
    require_pattern_of(edge);
    SG_REQUIRE(edge.output >= 0 && edge.output < kVocabulary, where, "got output ", edge.output,
               ", expected 0 to ", kVocabulary - 1);
    SG_REQUIRE(edge.parent != kRoot || edge.symbol != kSamePattern, where,
               "got an edge of the empty pattern, which has none");
  }
  for (const auto& edge : bare) require_pattern_of(edge);

  std::vector<NewEdge> fresh;
  for (const auto& edge : edges) {
    const std::int32_t before = patterns(), pattern = find_or_make(edge);
    if (pattern < before && pattern < rows_.inputs() && has_edge(pattern, edge.output)) continue;
    fresh.push_back({pattern, edge.output});
  }
  for (const auto& edge : bare) find_or_make(edge);
  std::sort(fresh.begin(), fresh.end());
  fresh.erase(std::unique(fresh.begin(), fresh.end()), fresh.end());

  InputRows next;
  next.outputs = rows_.outputs;
  next.target.reserve(rows_.target.size() + fresh.size());
  Remap remap;
  remap.old_edges = rows_.edges();
  remap.edge.reserve(rows_.target.size() + fresh.size());
  auto added = fresh.begin();
  for (std::int32_t p = 0; p < patterns(); ++p) {
    const bool old = p < rows_.inputs();
    const auto i = static_cast<std::size_t>(p);
    for (std::int32_t e = old ? rows_.row_begin[i] : 0; old && e < rows_.row_begin[i + 1]; ++e) {
      next.target.push_back(rows_.target[static_cast<std::size_t>(e)]);
      remap.edge.push_back(e);
    }
    for (; added != fresh.end() && added->pattern == p; ++added) {
      remap.added.push_back(static_cast<std::int32_t>(next.target.size()));
      next.target.push_back(added->output);
      remap.edge.push_back(kNew);
    }
    next.row_begin.push_back(static_cast<std::int32_t>(next.target.size()));
  }
  rows_ = std::move(next);
  return remap;
}

Remap PatternTree::remove(const std::vector<std::int32_t>& places) {
  InputRows next;
  next.outputs = rows_.outputs;
  Remap remap;
  remap.old_edges = rows_.edges();
  auto gone = places.begin();
  for (std::size_t p = 0; p + 1 < rows_.row_begin.size(); ++p) {
    for (std::int32_t e = rows_.row_begin[p]; e < rows_.row_begin[p + 1]; ++e) {
      if (gone != places.end() && *gone == e) {
        ++gone;
        continue;
      }
      next.target.push_back(rows_.target[static_cast<std::size_t>(e)]);
      remap.edge.push_back(e);
    }
    next.row_begin.push_back(static_cast<std::int32_t>(next.target.size()));
  }
  rows_ = std::move(next);
  return remap;
}

}  // namespace sparsegrow
