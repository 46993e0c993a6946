#include "sparsegrow/grow/scout.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "sparsegrow/base/check.h"
#include "sparsegrow/base/parallel.h"

namespace sparsegrow {
namespace {

constexpr std::uint64_t kAnyOutput = 127;
constexpr std::uint64_t kSameSymbol = 127;  // the pattern itself, not an extension of it
constexpr std::size_t kFirstEntries = 1 << 14;
constexpr std::size_t kMostEntries = 1 << 20;  // 16 MiB
constexpr std::uint32_t kOften = 32;           // meetings that earn a pattern without edges a place

std::uint64_t key_of(std::int32_t parent, std::uint64_t symbol, std::uint64_t output) {
  return ((static_cast<std::uint64_t>(parent) << 14) | (symbol << 7) | output) + 1;
}

std::uint64_t context_of(std::uint64_t key) { return ((key - 1) | kAnyOutput) + 1; }

PatternEdge edge_of(std::uint64_t key) {
  const std::uint64_t bits = key - 1, symbol = (bits >> 7) & 127;
  return {static_cast<std::int32_t>(bits >> 14),
          symbol == kSameSymbol ? kSamePattern : static_cast<std::int32_t>(symbol),
          static_cast<std::int32_t>(bits & 127)};
}

// Whether note() could have made it.
bool is_key(std::uint64_t key, const PatternTree& tree) {
  if (key == 0 || (key - 1) >> 14 >= static_cast<std::uint64_t>(tree.patterns())) return false;
  const PatternEdge edge = edge_of(key);
  const bool possible =
      edge.symbol == kSamePattern
          ? edge.parent != PatternTree::kRoot
          : edge.symbol < kVocabulary && tree.depth(edge.parent) < PatternTree::kMaxDepth;
  return possible && (edge.output < kVocabulary || edge.output == std::int32_t{kAnyOutput});
}

void require_notes(const Scout::Notes& notes, const PatternTree& tree) {
  constexpr char where[] = "Scout.restore";
  SG_REQUIRE(notes.key.size() == notes.count.size() && notes.key.size() == notes.chance.size(),
             where, "got ", notes.key.size(), " keys, ", notes.count.size(), " counts and ",
             notes.chance.size(), " chances, expected as many of each");
  SG_REQUIRE(notes.key.size() <= kMostEntries / 4 * 3, where, "got ", notes.key.size(),
             " notes, the most there can be is ", kMostEntries / 4 * 3);
  for (std::size_t k = 0; k < notes.key.size(); ++k) {
    SG_REQUIRE(is_key(notes.key[k], tree), where, "note ", k, ": got key ", notes.key[k],
               ", which names no pattern, character or output that there is");
    SG_REQUIRE(std::isfinite(notes.chance[k]) && notes.chance[k] >= 0, where, "note ", k,
               ": got chance ", notes.chance[k], ", expected 0 or more");
  }
}

double newton_gain(double meetings, double hits, double chance) {
  const double p = chance / hits, gradient = hits - meetings * p;
  return gradient <= 0 ? 0 : gradient * gradient / (2 * (meetings * p * (1 - p) + 1));
}

std::size_t start_of(std::uint64_t key, std::size_t slots) {
  return static_cast<std::size_t>((key * 0x9E3779B97F4A7C15ull) >> 24) & (slots - 1);
}

}  // namespace

Scout::Scout() : entries_(kFirstEntries) {}

void Scout::clear() {
  entries_.assign(kFirstEntries, Entry{});
  used_ = 0;
}

Scout::Entry& Scout::entry(std::uint64_t key) {
  const std::size_t mask = entries_.size() - 1;
  std::size_t at = start_of(key, entries_.size());
  while (entries_[at].key != 0 && entries_[at].key != key) at = (at + 1) & mask;
  if (entries_[at].key == 0) {
    entries_[at].key = key;
    ++used_;
  }
  return entries_[at];
}

const Scout::Entry* Scout::find(std::uint64_t key) const {
  const std::size_t mask = entries_.size() - 1;
  for (std::size_t at = start_of(key, entries_.size()); entries_[at].key != 0;
       at = (at + 1) & mask) {
    if (entries_[at].key == key) return &entries_[at];
  }
  return nullptr;
}

// keep(entry) may change an entry; false leaves it out.
template <class Keep>
void Scout::rebuild(std::size_t slots, Keep keep) {
  const std::vector<Entry> old = std::move(entries_);
  entries_.assign(slots, Entry{});
  used_ = 0;
  for (Entry e : old) {
    if (e.key != 0 && keep(e)) entry(e.key) = e;
  }
}

// Doubles the table, or, where it is as large as it may be, halves all counts and forgets what was
// met once.
void Scout::make_room() {
  if (entries_.size() < kMostEntries) {
    return rebuild(entries_.size() * 2, [](const Entry&) { return true; });
  }
  rebuild(entries_.size(), [](Entry& e) {
    const std::uint32_t half = e.count / 2;
    e.chance *= static_cast<float>(half) / static_cast<float>(e.count);
    e.count = half;
    return half > 0;
  });
}

void Scout::settle(const PatternTree& tree) {
  rebuild(entries_.size(), [&](const Entry& e) { return edge_of(e.key).parent < tree.patterns(); });
}

void Scout::note(Span<const Token> text, const PatternTree& tree, const CharBatch& batch,
                 Span<const float> chance) {
  const auto add = [&](std::int32_t parent, std::uint64_t symbol, std::uint64_t label, float p) {
    ++entry(key_of(parent, symbol, kAnyOutput)).count;
    Entry& pair = entry(key_of(parent, symbol, label));
    ++pair.count;
    pair.chance += p;
  };
  for (std::size_t b = 0; b < static_cast<std::size_t>(batch.batch()); ++b) {
    if (used_ + 4 > entries_.size() / 4 * 3) make_room();
    const std::int32_t deepest = batch.deepest[b];
    const auto label = static_cast<std::uint64_t>(batch.label[b]);
    const std::int64_t back = batch.place[b] - batch.deepness[b];
    if (back >= 0 && batch.deepness[b] < PatternTree::kMaxDepth) {
      add(deepest, text[static_cast<std::size_t>(back)], label, chance[b]);
    }
    if (deepest != PatternTree::kRoot && !tree.has_edge(deepest, batch.label[b])) {
      add(deepest, kSameSymbol, label, chance[b]);
    }
  }
}

// Of the entries [first, last): edges that gain enough, and patterns that are often met.
void Scout::gains_of(const PatternTree& tree, double least, std::size_t first, std::size_t last,
                     Gains& found) const {
  const auto is_there = [&](const PatternEdge& edge) {
    return edge.symbol == kSamePattern ? tree.has_edge(edge.parent, edge.output)
                                       : tree.child(edge.parent, edge.symbol) != PatternTree::kNone;
  };
  for (std::size_t k = first; k < last; ++k) {
    const Entry& e = entries_[k];
    if (e.key == 0 || e.count == 0) continue;
    const std::uint64_t context = context_of(e.key);
    const PatternEdge edge = edge_of(e.key);
    if (context == e.key) {
      const bool extends = edge.symbol != kSamePattern;
      if (extends && e.count >= kOften && !is_there(edge))
        found.bare.push_back({double(e.count), e.key});
      continue;
    }
    const Entry* const meetings = find(context);
    const double gain = meetings ? newton_gain(meetings->count, e.count, e.chance) : 0;
    if (gain >= least && !is_there(edge)) found.edges.push_back({gain, e.key});
  }
}

PatternOffer Scout::offer(const PatternTree& tree, double least, std::int64_t count) const {
  constexpr std::size_t kChunk = 1 << 14;
  std::vector<Gains> chunks((entries_.size() + kChunk - 1) / kChunk);
  parallel_for(static_cast<std::int64_t>(chunks.size()), [&](std::int64_t c) {
    const std::size_t first = static_cast<std::size_t>(c) * kChunk;
    gains_of(tree, least, first, std::min(entries_.size(), first + kChunk),
             chunks[static_cast<std::size_t>(c)]);
  });
  Gains all;
  for (const Gains& part : chunks) {
    all.edges.insert(all.edges.end(), part.edges.begin(), part.edges.end());
    all.bare.insert(all.bare.end(), part.bare.begin(), part.bare.end());
  }
  const auto most = std::min(all.edges.size(), static_cast<std::size_t>(count));
  const auto last = all.edges.begin() + static_cast<std::ptrdiff_t>(most);
  if (last != all.edges.end()) std::nth_element(all.edges.begin(), last, all.edges.end());
  std::sort(all.edges.begin(), last);
  std::sort(all.bare.begin(), all.bare.end());
  PatternOffer offer;
  for (auto gain = all.edges.begin(); gain != last; ++gain) {
    offer.edges.push_back(edge_of(gain->key));
  }
  for (const Gain& gain : all.bare) offer.bare.push_back(edge_of(gain.key));
  return offer;
}

Scout::Notes Scout::notes() const {
  std::vector<Entry> found;
  std::copy_if(entries_.begin(), entries_.end(), std::back_inserter(found),
               [](const Entry& e) { return e.key != 0; });
  std::sort(found.begin(), found.end(),
            [](const Entry& a, const Entry& b) { return a.key < b.key; });
  Notes notes;
  for (const Entry& e : found) {
    notes.key.push_back(e.key);
    notes.count.push_back(e.count);
    notes.chance.push_back(e.chance);
  }
  return notes;
}

void Scout::restore(const Notes& notes, const PatternTree& tree) {
  require_notes(notes, tree);
  std::size_t slots = kFirstEntries;
  while (notes.key.size() > slots / 4 * 3) slots *= 2;
  entries_.assign(slots, Entry{});
  used_ = 0;
  for (std::size_t k = 0; k < notes.key.size(); ++k) {
    Entry& e = entry(notes.key[k]);
    e.count = notes.count[k];
    e.chance = notes.chance[k];
  }
}

}  // namespace sparsegrow
