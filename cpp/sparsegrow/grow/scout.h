// Looks for patterns worth having while the network trains: for each sample, what would an edge
// from a pattern that is live, but not there yet, have gained?
#pragma once

#include <cstdint>
#include <vector>

#include "sparsegrow/base/span.h"
#include "sparsegrow/grow/char_batch.h"
#include "sparsegrow/grow/proposal.h"

namespace sparsegrow {

class Scout {
 public:
  Scout();

  // Takes note of a batch; chance[b] is the probability that the network gave to label[b].
  // Expected O(batch).
  void note(Span<const Token> text, const PatternTree& tree, const CharBatch& batch,
            Span<const float> chance);

  // Edges that would have gained at least `least` nats, best first, and often met patterns. With n
  // meetings of a pattern, c of them before the output's character, and p the mean chance it had
  // there, the gradient is c - n p, the curvature n p (1 - p), and one Newton step gains
  // (c - n p)^2 / (2 (n p (1 - p) + 1)). At most `count` edges, none that the tree has. Expected
  // O(notes + count log count).
  PatternOffer offer(const PatternTree& tree, double least, std::int64_t count) const;

  // Forgets what was noted of patterns that the tree has no longer, after a rollback.
  void settle(const PatternTree& tree);
  void clear();

  // What is known, as arrays of equal length in the order of their keys, and back.
  struct Notes {
    std::vector<std::uint64_t> key;
    std::vector<std::uint32_t> count;
    std::vector<float> chance;
  };
  Notes notes() const;
  // Throws invalid_argument for notes that the patterns of `tree` could not have led to; then
  // nothing has changed.
  void restore(const Notes& notes, const PatternTree& tree);

 private:
  struct Entry {
    std::uint64_t key = 0;  // (parent, symbol, output or any) + 1; 0: free
    std::uint32_t count = 0;
    float chance = 0;  // summed
  };
  struct Gain {
    double gain;
    std::uint64_t key;
    bool operator<(const Gain& o) const { return gain != o.gain ? gain > o.gain : key < o.key; }
  };
  struct Gains {
    std::vector<Gain> edges, bare;
  };
  void gains_of(const PatternTree& tree, double least, std::size_t first, std::size_t last,
                Gains& found) const;
  Entry& entry(std::uint64_t key);
  const Entry* find(std::uint64_t key) const;
  template <class Keep>
  void rebuild(std::size_t slots, Keep keep);
  void make_room();

  std::vector<Entry> entries_;  // open addressing
  std::size_t used_ = 0;
};

}  // namespace sparsegrow
