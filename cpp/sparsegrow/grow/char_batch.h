// A window of text as the network sees it: `steps` consecutive characters of each of `streams`
// streams. Sample t * streams + s is step t of stream s.
#pragma once

#include <cstdint>
#include <vector>

#include "sparsegrow/backend/one_hot.h"
#include "sparsegrow/base/span.h"
#include "sparsegrow/grow/pattern_tree.h"
#include "sparsegrow/text/alphabet.h"

namespace sparsegrow {

// What stands before the first character of a text.
constexpr Token kBeforeText = kNewlineToken;

struct CharBatch {
  std::int32_t streams = 0;
  std::int32_t steps = 0;
  std::vector<std::int64_t> place;     // [batch] of the last character that is known
  std::vector<std::int32_t> label;     // [batch] the character after it, 0 where the text ends
  LiveSymbols symbols;                 // of the last `positions` characters
  LiveRows patterns;                   // live patterns that have edges
  std::vector<std::int32_t> deepest;   // [batch] deepest live pattern, with edges or without
  std::vector<std::int32_t> deepness;  // [batch] its length in characters
  std::int32_t batch() const { return streams * steps; }
};

// Reads the windows that begin at `start` (one place per stream) into `batch`, whose memory is used
// again. Throws invalid_argument for what is no token. Cost O(batch * (positions + depth)).
void read_batch(Span<const Token> text, Span<const std::int64_t> start, std::int32_t steps,
                std::int32_t positions, const PatternTree& tree, CharBatch& batch);

}  // namespace sparsegrow
