#include "sparsegrow/grow/char_batch.h"

#include <algorithm>

#include "sparsegrow/base/parallel.h"

namespace sparsegrow {
namespace {

constexpr std::int64_t kSamplesPerChunk = 64;

template <class Body>
void for_samples(std::int32_t batch, Body body) {
  parallel_for((batch + kSamplesPerChunk - 1) / kSamplesPerChunk, [&](std::int64_t chunk) {
    const std::int64_t last = std::min<std::int64_t>(batch, (chunk + 1) * kSamplesPerChunk);
    for (std::int64_t b = chunk * kSamplesPerChunk; b < last; ++b)
      body(static_cast<std::size_t>(b));
  });
}

void place_samples(Span<const Token> text, Span<const std::int64_t> start, CharBatch& batch) {
  const auto count = static_cast<std::size_t>(batch.batch());
  batch.place.resize(count);
  batch.label.resize(count);
  for (std::size_t b = 0; b < count; ++b) {
    const std::size_t streams = static_cast<std::size_t>(batch.streams);
    const auto last = static_cast<std::int64_t>(text.size()) - 1;
    batch.place[b] = std::min(last, start[b % streams] + static_cast<std::int64_t>(b / streams));
    const auto next = static_cast<std::size_t>(batch.place[b] + 1);
    const Token label = next < text.size() ? text[next] : Token{0};
    require_tokens({&label, 1}, "read_batch");
    batch.label[b] = label;
  }
}

// Samples of one position in the order of their symbols, by counting.
void sort_position(LiveSymbols& live, std::int32_t position) {
  const auto batch = static_cast<std::size_t>(live.batch);
  const auto* const symbol = live.symbol.data() + static_cast<std::size_t>(position) * batch;
  auto* const column = live.column.data() + static_cast<std::size_t>(position) * batch;
  auto* const begin = live.begin.data() + std::size_t(position) * std::size_t(live.symbols + 1);
  std::int32_t next[kVocabulary + 1] = {};
  for (std::size_t b = 0; b < batch; ++b) ++next[symbol[b] + 1];
  for (int c = 0; c < kVocabulary; ++c) next[c + 1] += next[c];
  std::copy(next, next + kVocabulary + 1, begin);
  for (std::size_t b = 0; b < batch; ++b) {
    column[next[symbol[b]]++] = static_cast<std::int32_t>(b);
  }
}

void read_symbols(Span<const Token> text, std::int32_t positions, const CharBatch& batch,
                  LiveSymbols& live) {
  const auto count = static_cast<std::size_t>(batch.batch());
  live.batch = batch.batch();
  live.positions = positions;
  live.symbols = kVocabulary;
  live.symbol.resize(static_cast<std::size_t>(positions) * count);
  live.column.resize(live.symbol.size());
  live.begin.resize(static_cast<std::size_t>(positions) * (kVocabulary + 1));
  parallel_for(positions, [&](std::int64_t p) {
    auto* const symbol = live.symbol.data() + static_cast<std::size_t>(p) * count;
    for (std::size_t b = 0; b < count; ++b) {
      const std::int64_t at = batch.place[b] - p;
      symbol[b] = at >= 0 ? text[static_cast<std::size_t>(at)] : kBeforeText;
    }
  });
  require_tokens(live.symbol, "read_batch");  // whoever owns the text may have changed it since
  parallel_for(positions,
               [&](std::int64_t p) { sort_position(live, static_cast<std::int32_t>(p)); });
}

// The samples of each live pattern, patterns in the order in which they are first met.
void group_patterns(std::int32_t patterns, LiveRows& live) {
  thread_local std::vector<std::int32_t> place;  // [patterns] in live.live, or -1
  place.resize(static_cast<std::size_t>(patterns), -1);
  live.live.clear();
  live.live_begin.assign(1, 0);
  for (const std::int32_t row : live.row) {
    auto& at = place[static_cast<std::size_t>(row)];
    if (at < 0) {
      at = static_cast<std::int32_t>(live.live.size());
      live.live.push_back(row);
      live.live_begin.push_back(0);
    }
    ++live.live_begin[static_cast<std::size_t>(at) + 1];
  }
  for (std::size_t k = 1; k < live.live_begin.size(); ++k) {
    live.live_begin[k] += live.live_begin[k - 1];
  }
  std::vector<std::int32_t> next(live.live_begin.begin(), live.live_begin.end() - 1);
  live.column.resize(live.row.size());
  for (std::int32_t b = 0; b < live.batch; ++b) {
    const auto i = static_cast<std::size_t>(b);
    for (std::int32_t k = live.sample_begin[i]; k < live.sample_begin[i + 1]; ++k) {
      const std::int32_t at =
          place[static_cast<std::size_t>(live.row[static_cast<std::size_t>(k)])];
      live.column[static_cast<std::size_t>(next[static_cast<std::size_t>(at)]++)] = b;
    }
  }
  for (const std::int32_t row : live.live) place[static_cast<std::size_t>(row)] = -1;
}

void read_patterns(Span<const Token> text, const PatternTree& tree, CharBatch& batch) {
  const auto count = static_cast<std::size_t>(batch.batch());
  batch.deepest.resize(count);
  batch.deepness.resize(count);
  static thread_local std::vector<std::int32_t> found;  // [batch][kMaxDepth]
  found.resize(count * PatternTree::kMaxDepth);
  std::int32_t* const all = found.data();
  for_samples(batch.batch(), [&](std::size_t b) {
    std::int32_t* const live = all + b * PatternTree::kMaxDepth;
    const std::int32_t depth = tree.walk(text, batch.place[b], live);
    batch.deepness[b] = depth;
    batch.deepest[b] = depth > 0 ? live[depth - 1] : PatternTree::kRoot;
  });
  LiveRows& live = batch.patterns;
  const auto& row_begin = tree.rows().row_begin;
  live.batch = batch.batch();
  live.sample_begin.assign(1, 0);
  live.row.clear();
  for (std::size_t b = 0; b < count; ++b) {
    const std::int32_t* const own = all + b * PatternTree::kMaxDepth;
    for (std::int32_t d = 0; d < batch.deepness[b]; ++d) {
      const auto row = static_cast<std::size_t>(own[d]);
      if (row_begin[row + 1] > row_begin[row]) live.row.push_back(own[d]);
    }
    live.sample_begin.push_back(static_cast<std::int32_t>(live.row.size()));
  }
  group_patterns(tree.patterns(), live);
}

}  // namespace

void read_batch(Span<const Token> text, Span<const std::int64_t> start, std::int32_t steps,
                std::int32_t positions, const PatternTree& tree, CharBatch& batch) {
  batch.streams = static_cast<std::int32_t>(start.size());
  batch.steps = steps;
  place_samples(text, start, batch);
  read_symbols(text, positions, batch, batch.symbols);
  read_patterns(text, tree, batch);
}

}  // namespace sparsegrow
