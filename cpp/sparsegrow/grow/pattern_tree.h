// Pattern inputs: inputs that are live when the last characters equal a given string. Patterns form
// a tree in which each extends its parent by one character further back, laid out in the order of
// their creation. Each may be wired to any of the outputs.
#pragma once

#include <cstdint>
#include <vector>

#include "sparsegrow/backend/one_hot.h"
#include "sparsegrow/base/span.h"
#include "sparsegrow/graph/remap.h"
#include "sparsegrow/text/alphabet.h"

namespace sparsegrow {

// An edge to be made: from the pattern `parent` extended by `symbol`, or from `parent` itself where
// symbol is kSamePattern.
struct PatternEdge {
  std::int32_t parent = 0;
  std::int32_t symbol = 0;
  std::int32_t output = 0;
};
constexpr std::int32_t kSamePattern = -1;

class PatternTree {
 public:
  static constexpr std::int32_t kRoot = 0;  // the empty string; it has no edges
  static constexpr std::int32_t kNone = -1;
  static constexpr std::int32_t kMaxPatterns = 1 << 24;
  static constexpr std::int32_t kMaxDepth = 32;

  PatternTree();
  // A tree as its arrays say; throws invalid_argument for anything that add() could not have made.
  PatternTree(std::vector<std::int32_t> parent, std::vector<std::uint8_t> symbol, InputRows rows);

  std::int32_t patterns() const { return static_cast<std::int32_t>(parent_.size()); }
  std::int32_t edges() const { return rows_.edges(); }
  std::int32_t wired() const;  // patterns with edges
  const InputRows& rows() const { return rows_; }
  const std::vector<std::int32_t>& parents() const { return parent_; }
  const std::vector<std::uint8_t>& symbols() const { return symbol_; }
  std::int32_t depth(std::int32_t pattern) const;  // characters
  bool has_edge(std::int32_t pattern, std::int32_t output) const;
  std::int64_t bytes() const;

  // The pattern that extends `pattern` by `symbol`, or kNone. Expected O(1).
  std::int32_t child(std::int32_t pattern, std::int32_t symbol) const;

  // The patterns that are live after text[place], shallow first, into `live` (room for kMaxDepth);
  // returns how many.
  std::int32_t walk(Span<const Token> text, std::int64_t place, std::int32_t* live) const;

  // Makes the edges, and the patterns they need; `bare` patterns are made without edges, so that
  // they can be extended later, and their outputs mean nothing. What exists already stays as it is.
  // Returns old places of the edges as a map. Throws invalid_argument for a parent that does not
  // exist yet or cannot be extended, a symbol or an output that there is not, and an edge of the
  // root; then nothing has changed. Cost O(patterns + edges).
  Remap add(const std::vector<PatternEdge>& edges, const std::vector<PatternEdge>& bare);
  // Removes edges by their place in rows(), rising; the patterns stay. Cost O(patterns + edges).
  Remap remove(const std::vector<std::int32_t>& places);

 private:
  void require_pattern_of(const PatternEdge& edge) const;
  std::int32_t find_or_make(const PatternEdge& edge);
  void insert(std::int32_t pattern);
  void rebuild_index(std::size_t slots);

  std::vector<std::int32_t> parent_;  // [patterns]; the root's is kNone
  std::vector<std::uint8_t> symbol_;  // [patterns]
  InputRows rows_;
  std::vector<std::uint64_t> index_;  // open addressing: (parent, symbol) above, pattern below
};

}  // namespace sparsegrow
