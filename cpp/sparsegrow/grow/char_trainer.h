// Trains a growing network on parallel streams of one text, and reads texts with it.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "sparsegrow/grow/char_net.h"
#include "sparsegrow/grow/scout.h"

namespace sparsegrow {

struct CharTrainerConfig {
  std::int32_t streams = 32;  // a multiple of 8
  std::int32_t window = 32;   // consecutive characters of a stream in one step
  CharRates rates;
  bool scout = true;      // note what patterns would gain
  double least_gain = 2;  // nats that an edge must promise to be offered
};

// Sums over the steps of one call; loss is the mean in nats per character.
struct TrainRecord {
  std::int64_t steps = 0;
  std::int64_t chars = 0;
  std::int64_t correct = 0;
  double loss = 0;
  double work = 0;  // seconds that the steps take on a nominal machine: a figure of sizes alone
  std::int64_t bytes = 0;                        // moved at least, see step_traffic.h
  std::array<double, kVocabulary> class_loss{};  // nats, by the character to be predicted
  std::array<std::int64_t, kVocabulary> class_count{};
};

struct EvalRecord {
  std::int64_t chars = 0;
  double bits = 0;
  std::array<double, kVocabulary> class_bits{};
  std::array<std::int64_t, kVocabulary> class_count{};
};

// Whose rows and cells a CellMemory has. Rows without a cell are zero.
struct MemoryLayout {
  Graph::Snapshot graph;
  std::vector<NodeId> cells;
  std::int32_t rollbacks;  // of the network until then

  explicit MemoryLayout(const CharNet& net)
      : graph(net.wiring().graph), cells(net.wiring().memory), rollbacks(net.rollbacks()) {}
  bool fits(const Wiring& wiring) const { return graph == wiring.graph && cells == wiring.memory; }
};

class CharTrainer {
 public:
  // `text` outlives the trainer. Throws invalid_argument for a text shorter than streams * (window
  // + 1), streams that are no multiple of 8, or rates that are not finite.
  CharTrainer(std::shared_ptr<CharNet> net, Span<const Token> text, CharTrainerConfig config);

  // Throws runtime_error when a loss is not finite; the update of that step is not made.
  TrainRecord train(std::int64_t steps, double factor);
  std::vector<std::int64_t> grow(const std::vector<Proposal>& proposals);
  // Edges that a specialise could make now, at most `most`; the next grow() takes them from there.
  std::int64_t offered(std::int64_t most);

  CharNet& net() const { return *net_; }
  const CharTrainerConfig& config() const { return config_; }

  // --- what must be saved besides the network
  std::int64_t chars = 0;  // trained on so far
  const std::vector<std::int64_t>& places() const { return start_; }
  Scout::Notes notes();
  std::vector<double> memory();  // [2][streams][rows]
  // Throws invalid_argument for what a trainer of this network and text could not have had; then
  // nothing has changed.
  void restore(std::vector<std::int64_t> places, const Span<const double> memory,
               const Scout::Notes& notes);

 private:
  void step(double factor, TrainRecord& record);
  void adopt_wiring();
  void advance();
  void note(TrainRecord& record);
  double work_of_step() const;

  std::shared_ptr<CharNet> net_;
  Span<const Token> text_;
  CharTrainerConfig config_;
  std::vector<std::int64_t> start_;  // [streams] place of the next window
  CharBatch batch_;
  CellMemory memory_;
  MemoryLayout memory_layout_;
  Scout scout_;
  std::shared_ptr<const PatternTree> scouted_;  // the tree that scout_ speaks of
  PatternOffer offer_;
  std::int64_t offered_at_ = -1;  // steps of the network when offer_ was made
};

// Bits of the characters [begin, begin + count) of a text, each predicted from those before it.
// Memory cells start empty a little before each of the slices that are read side by side. With
// `spread`, the slices are as long but lie evenly over all that follows `begin`. No character
// counts twice.
EvalRecord evaluate(CharNet& net, Span<const Token> text, std::int64_t begin, std::int64_t count,
                    bool spread = false);

// One text, read piece by piece.
class CharStream {
 public:
  explicit CharStream(std::shared_ptr<CharNet> net);
  // Log-probabilities of the character after `tokens`, in nats; without tokens what the call before
  // gave, whatever the network has become since, or how a text begins. Throws invalid_argument for
  // a token that does not exist.
  std::array<float, kVocabulary> feed(Span<const Token> tokens);

 private:
  std::shared_ptr<CharNet> net_;
  std::vector<Token> history_;
  CellMemory memory_;
  MemoryLayout memory_layout_;
  CharBatch batch_;
  std::array<float, kVocabulary> chances_{};  // of the call before
};

// Brings recurrent state from the rows of one layout to those of the network, by node; a cell that
// is new starts empty.
CellMemory moved_memory(const CharNet& net, const CellMemory& memory, std::int32_t streams,
                        const MemoryLayout& from);

}  // namespace sparsegrow
