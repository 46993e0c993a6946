// Grown networks for tests: a short text, and random sequences of all mutations.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sparsegrow/backend/element.h"
#include "sparsegrow/base/rng.h"
#include "sparsegrow/grow/char_trainer.h"
#include "test_backend.h"

namespace sparsegrow::test {

// Characters of a few kinds, each likely to follow its neighbour.
inline const std::vector<Token>& short_text() {
  static const std::vector<Token> text = [] {
    Rng rng(1, 99);
    std::vector<Token> made;
    std::uint64_t at = 0;
    for (int k = 0; k < 4000; ++k) {
      at = (at + 1 + rng.below(3)) % 20;
      made.push_back(static_cast<Token>(60 + at));
    }
    return made;
  }();
  return text;
}

inline std::shared_ptr<CharNet> embryo(DType dtype, std::uint64_t seed = 0,
                                       std::shared_ptr<Backend> backend = test_backend()) {
  CharNetConfig config;
  config.seed = seed;
  config.dtype = dtype;
  return std::make_shared<CharNet>(std::move(backend), config);
}

inline CharTrainerConfig small_steps() {
  CharTrainerConfig config;
  config.streams = 8;
  config.window = 6;
  config.least_gain = 0.05;
  return config;
}

// What can be made of a network now, drawn at random; prune only if asked for.
inline std::vector<Proposal> random_proposals(CharTrainer& trainer, Rng& rng, bool prune = false) {
  const Wiring& wiring = trainer.net().wiring();
  std::vector<Proposal> proposals;
  for (int k = 0; k < 4; ++k) {
    const auto sub_dag = static_cast<std::int32_t>(60 + rng.below(22));
    const std::int32_t depth = wiring.depth(sub_dag);
    const auto layer = static_cast<std::int32_t>(1 + rng.below(static_cast<std::uint64_t>(depth)));
    const auto count = static_cast<std::int64_t>(1 + rng.below(3));
    const std::uint64_t seed = rng.next64();
    proposals.push_back({MutationKind::widen, sub_dag, layer, count, seed});
    if (k == 0 && depth < wiring.max_depth)
      proposals.push_back({MutationKind::deepen, sub_dag, layer, count, seed});
    if (k == 1) proposals.push_back({MutationKind::expand_context, sub_dag, 0, 1, seed});
  }
  for (const std::int32_t s : {65, 70}) {
    const auto& group = wiring.graph->nodes.group_begin;
    const auto cells = std::count_if(wiring.memory.begin(), wiring.memory.end(), [&](NodeId node) {
      return wiring.graph->nodes.spec[static_cast<std::size_t>(node)].group == s;
    });
    if (group[static_cast<std::size_t>(s) + 1] - group[static_cast<std::size_t>(s)] > cells)
      proposals.push_back({MutationKind::activate_memory, s, 0, 1, rng.next64()});
  }
  if (trainer.offered(30) > 0) proposals.push_back({MutationKind::specialise, -1, 0, 30, 0});
  if (prune) proposals.push_back({MutationKind::prune, -1, 0, 40, 0});
  return proposals;
}

// A network that has been through a few rounds of training and growth.
inline std::shared_ptr<CharNet> grown_net(DType dtype, std::uint64_t seed, int rounds = 4) {
  auto net = embryo(dtype, seed);
  CharTrainer trainer(net, short_text(), small_steps());
  Rng rng(seed, 77);
  for (int k = 0; k < rounds; ++k) {
    trainer.train(6, 1.0);
    trainer.grow(random_proposals(trainer, rng, k == 2));
  }
  trainer.train(6, 1.0);
  return net;
}

inline CharBatch small_batch(const CharNet& net, std::int32_t steps = 6) {
  CharBatch batch;
  const std::vector<std::int64_t> start = {-1, 50, 300, 701, 1100, 1500, 2222, 3000};
  read_batch(short_text(), start, steps, net.positions(), net.patterns(), batch);
  return batch;
}

// Logits of a batch, sample after sample.
inline std::vector<double> logits_of(CharNet& net, const CharBatch& batch) {
  CellMemory memory = net.make_memory(batch.streams);
  net.forward(batch, memory);
  net.backend().finish();
  std::vector<double> logits;
  const Panel& z = net.logits();
  for (std::int32_t b = 0; b < batch.batch(); ++b) {
    for (std::int32_t c = 0; c < kVocabulary; ++c) {
      const std::int64_t at =
          tile_offset(z.shape(), b / kTileWidth, net.first_output() + c) + b % kTileWidth;
      logits.push_back(load_element(z.buffer(), net.dtype(), at));
    }
  }
  return logits;
}

// All state as bytes, table by table.
inline std::string bits_of(const CharNet& net) {
  net.backend().finish();
  std::string bits;
  for (const StateTable* table : {&net.hidden_state(), &net.input_state(), &net.pattern_state()}) {
    for (const StateEntry& entry : table->entries()) {
      const auto size = static_cast<std::size_t>(table->count(entry)) * size_of(net.dtype());
      bits += entry.name + std::string(entry.buffer->as<char>(), size);
    }
  }
  return bits;
}

}  // namespace sparsegrow::test
