// The growing network: the embryo, gradients, mutations, rollback.
#include <cmath>
#include <limits>

#include "catch.h"
#include "errors.h"
#include "grow_cases.h"
#include "reference/slope.h"
#include "sparsegrow/base/parallel.h"

namespace sparsegrow {
namespace {

using namespace test;

double largest_difference(const std::vector<double>& a, const std::vector<double>& b) {
  REQUIRE(a.size() == b.size());
  double largest = 0;
  for (std::size_t k = 0; k < a.size(); ++k) largest = std::max(largest, std::fabs(a[k] - b[k]));
  return largest;
}

TEST_CASE("the embryo to the last digit") {
  const auto net = embryo(DType::f32);
  REQUIRE(net->wiring().hidden() == 98);
  REQUIRE(net->edges() == 19306);
  REQUIRE(net->parameters() == 38808);
  REQUIRE(net->wiring().context() == 2);
  const auto record = evaluate(*net, short_text(), 0, -1);
  REQUIRE(record.chars == 4000);
  REQUIRE(std::fabs(record.bits / 4000 - std::log2(98.0)) < 0.05);
}

// Loss of a batch as a function of one number of the network's state.
class Slope {
 public:
  Slope(CharNet& net, const CharBatch& batch) : net_(net), batch_(batch) {}

  double of(const Buffer& buffer, std::int64_t at) const {
    return reference::slope_in(buffer.as<double>()[at], 1e-4, [&] { return loss(); });
  }

  double loss() const {
    CellMemory memory = net_.make_memory(batch_.streams);
    net_.forward(batch_, memory);
    return net_.loss(batch_);
  }

 private:
  CharNet& net_;
  const CharBatch& batch_;
};

// d weight = gate * d(product) for the edges of a table, at a few random places.
void check_table(const Slope& slope, StateTable& table, const Buffer& gradient, Rng& rng) {
  const Buffer &weight = table.buffer("weight"), &gate = table.buffer("gate");
  const std::int64_t count = table.count(table.entry("weight"));
  for (int k = 0; k < 40; ++k) {
    const auto at = static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(count)));
    const double d = gradient.as<double>()[at];
    INFO("element " << at << " of " << count);
    REQUIRE(std::fabs(slope.of(weight, at) - d * gate.as<double>()[at]) < 1e-7);
    REQUIRE(std::fabs(slope.of(gate, at) - d * weight.as<double>()[at]) < 1e-7);
  }
}

TEST_CASE("the gradient of a grown network agrees with finite differences") {
  if (!has_double()) return;
  for (const std::uint64_t seed : {1, 2, 3}) {
    const auto net = grown_net(DType::f64, seed);
    REQUIRE(net->patterns().edges() > 0);
    REQUIRE(net->wiring().memory.size() > 2);
    REQUIRE(net->csr().target_plan.levels() > 3);
    const CharBatch batch = small_batch(*net);
    const Slope slope(*net, batch);
    // What is not live keeps an old gradient: clear it, as its true gradient is zero.
    for (const char* name : {"input", "pattern"}) {
      const Buffer& gradient = net->gradient(name);
      std::fill_n(gradient.as<char>(), gradient.bytes(), char{0});
    }
    CellMemory memory = net->make_memory(batch.streams);
    net->forward(batch, memory);
    net->loss(batch);
    net->backward(batch, memory);
    net->backend().finish();
    Rng rng(seed, 5);
    check_table(slope, net->input_state(), net->gradient("input"), rng);
    check_table(slope, net->pattern_state(), net->gradient("pattern"), rng);
    check_table(slope, net->hidden_state(), net->gradient("hidden"), rng);
    const std::int64_t rows = net->wiring().rows();
    for (std::int64_t row = 0; row < rows; row += 3) {
      const double d = net->gradient("bias").as<double>()[row];
      REQUIRE(std::fabs(slope.of(net->hidden_state().buffer("bias"), row) - d) < 1e-7);
    }
    for (const NodeId node : net->wiring().memory) {
      const std::int64_t row = net->wiring().graph->nodes.row[static_cast<std::size_t>(node)];
      for (std::int64_t k = 0; k < kCellParameters; ++k) {
        const double d = net->gradient("cell").as<double>()[k * rows + row];
        REQUIRE(std::fabs(slope.of(net->hidden_state().buffer("cell"), k * rows + row) - d) < 1e-7);
      }
    }
  }
}

TEST_CASE("every mutation but prune leaves the function as it was") {
  for (const DType dtype : tested_dtypes()) {
    for (const std::uint64_t seed : {4, 5, 6, 7}) {
      const auto net = embryo(dtype, seed);
      CharTrainer trainer(net, short_text(), small_steps());
      Rng rng(seed, 78);
      for (int round = 0; round < 6; ++round) {
        trainer.train(4, 1.0);
        auto before = logits_of(*net, small_batch(*net));
        for (const Proposal& proposal : random_proposals(trainer, rng)) {
          INFO(name_of(proposal.kind) << " of sub-DAG " << proposal.sub_dag << ", round " << round);
          const std::int64_t edges = net->edges();
          const auto added = trainer.grow({proposal});
          REQUIRE(net->edges() - edges == added[0]);
          const auto after = logits_of(*net, small_batch(*net));
          REQUIRE(largest_difference(before, after) < (dtype == DType::f32 ? 1e-5 : 1e-12));
          before = after;
        }
      }
    }
  }
}

TEST_CASE("rolled back to the exact bits") {
  const auto net = grown_net(DType::f32, 8);
  CharTrainer trainer(net, short_text(), small_steps());
  trainer.train(5, 1.0);
  const auto saved = net->snapshot();
  const std::string bits = bits_of(*net);
  const std::int64_t edges = net->edges(), steps = net->steps;
  const auto logits = logits_of(*net, small_batch(*net));
  Rng rng(9, 79);
  for (int round = 0; round < 3; ++round) {
    trainer.grow(random_proposals(trainer, rng, true));
    trainer.train(5, 1.0);
    REQUIRE(bits_of(*net) != bits);
    net->rollback(saved);
    REQUIRE(bits_of(*net) == bits);
    REQUIRE(net->edges() == edges);
    REQUIRE(net->steps == steps);
    REQUIRE(largest_difference(logits_of(*net, small_batch(*net)), logits) == 0);
    trainer.train(1, 1.0);  // it trains on as if nothing had been
    net->rollback(saved);
  }
}

TEST_CASE("what cannot be made changes nothing, and says why") {
  const auto net = grown_net(DType::f32, 10);
  const std::string bits = bits_of(*net);
  const Proposal good{MutationKind::widen, 70, 1, 1, 3};
  const auto refused = [&](std::vector<Proposal> proposals) {
    proposals.insert(proposals.begin(), good);
    const std::string error = error_of([&] { net->grow(proposals, {}); });
    REQUIRE(bits_of(*net) == bits);
    return error;
  };
  const std::string where = "invalid_argument: [CharNet.grow] ";
  REQUIRE(refused({{MutationKind::widen, 98, 1, 1, 0}}) ==
          where + "widen: got sub-DAG 98, expected 0 to 97");
  REQUIRE(refused({{MutationKind::widen, 0, 2, 1, 0}}) ==
          where + "widen: sub-DAG 0 has no layer 2, expected 1 to 1");
  REQUIRE(refused({{MutationKind::widen, 0, 1, 0, 0}}) ==
          where + "widen: got count 0, expected at least 1");
  REQUIRE(refused({{MutationKind::deepen, 0, 3, 1, 0}}) ==
          where + "deepen: sub-DAG 0 has no layer 3 to put one above, expected 1 to 1");
  REQUIRE(refused({{MutationKind::deepen, 0, 1, 1, 0}, {MutationKind::deepen, 0, 1, 1, 0}}) ==
          where + "deepen: sub-DAG 0 gets a layer in this commit already");
  REQUIRE(refused({{MutationKind::expand_context, 0, 0, 63, 0}}) ==
          where + "expand_context: sub-DAG 0 sees 2 characters, got 63 more, the most is 64");
  const std::int64_t huge = std::numeric_limits<std::int64_t>::max();
  REQUIRE(refused({{MutationKind::expand_context, 0, 0, huge, 0}}) ==
          where +
              "expand_context: sub-DAG 0 sees 2 characters, got 9223372036854775807 more, the "
              "most is 64");
  REQUIRE(refused({{MutationKind::widen, 0, 1, huge, 0}}) ==
          where + "widen: got count 9223372036854775807, expected at most 1048576");
  REQUIRE(refused({{MutationKind::deepen, 0, 1, (1 << 20) + 1, 0}}) ==
          where + "deepen: got count 1048577, expected at most 1048576");
  REQUIRE(refused({{MutationKind::activate_memory, 0, 0, 2, 0}}) ==
          where + "activate_memory: sub-DAG 0 has 1 neurons without memory, got count 2");
  REQUIRE(refused({{MutationKind::specialise, -1, 0, 5, 0}}) ==
          where +
              "specialise: no pattern promises a gain, only a trainer that has run some steps "
              "knows any");
  REQUIRE(refused({{MutationKind::prune, 0, 0, 100000, 0}}).find("prune: got count 100000") !=
          std::string::npos);
}

TEST_CASE("one-hot edges are never more than positions can count") {
  Wiring wiring = embryo_wiring(kMaxContext, 1);
  auto& inputs = wiring.sub_dags[7].inputs;
  const auto neurons = std::int64_t{kMaxEdges} / (kMaxContext * kVocabulary);
  inputs.resize(static_cast<std::size_t>(neurons - 2 * kVocabulary * kBlockStride), inputs[0]);
  REQUIRE(input_blocks(wiring).elements <= kMaxEdges);
  inputs.resize(static_cast<std::size_t>(neurons), inputs[0]);
  REQUIRE(error_of([&] { input_blocks(wiring); }).find("places for one-hot edges, expected at") !=
          std::string::npos);
}

TEST_CASE("no sub-DAG gets deeper than is allowed") {
  CharNetConfig config;
  config.max_depth = 3;
  CharNet net(test_backend(), config);
  for (const std::int32_t layer : {1, 1}) net.grow({{MutationKind::deepen, 5, layer, 2, 1}}, {});
  REQUIRE(net.wiring().depth(5) == 3);
  REQUIRE(error_of([&] { net.grow({{MutationKind::deepen, 5, 1, 1, 0}}, {}); }) ==
          "invalid_argument: [CharNet.grow] deepen: sub-DAG 5 has 3 layers already, the most that "
          "are allowed");
}

TEST_CASE("pruned edges stay away") {
  const auto net = grown_net(DType::f32, 11);
  CharTrainer trainer(net, short_text(), small_steps());
  trainer.train(4, 1.0);
  const std::int64_t edges = net->edges();
  const std::int64_t pruned = trainer.grow({{MutationKind::prune, -1, 0, 500, 0}}).front();
  REQUIRE(std::abs(pruned) >= 500);
  REQUIRE(std::abs(pruned) < 500 + 32);
  REQUIRE(net->edges() == edges - std::abs(pruned));
  const std::int64_t closed = net->wiring().closed;
  REQUIRE(closed > 0);
  const auto count_closed = [&] {
    const Buffer &weight = net->input_state().buffer("weight"),
                 &gate = net->input_state().buffer("gate");
    std::int64_t zeros = 0;
    for (const InputBlock& block : net->blocks().blocks) {
      for (std::int64_t r = 0; r < std::int64_t{block.positions} * kVocabulary; ++r) {
        for (std::int64_t j = 0; j < block.neurons; ++j) {
          const std::int64_t at = block.begin + r * block.stride + j;
          zeros += weight.as<float>()[at] == 0 && gate.as<float>()[at] == 0;
        }
      }
    }
    return zeros;
  };
  REQUIRE(count_closed() == closed);
  trainer.train(10, 1.0);
  trainer.grow({{MutationKind::widen, 70, 1, 9, 1}});
  REQUIRE(count_closed() == closed);
}

TEST_CASE("growth keeps its bits for any number of threads") {
  const int threads = num_threads();
  std::string bits[2];
  for (const int k : {0, 1}) {
    set_num_threads(1 + 2 * k);
    bits[k] = bits_of(*grown_net(DType::f32, 12));
  }
  set_num_threads(threads);
  REQUIRE(bits[0] == bits[1]);
}

TEST_CASE("a trainer learns, and its cells' memory follows their neurons") {
  if (!has_double()) return;
  const auto net = embryo(DType::f64, 13);
  CharTrainer trainer(net, short_text(), small_steps());
  const double first = trainer.train(1, 1.0).loss;
  trainer.grow({{MutationKind::activate_memory, 70, 0, 1, 0}});
  const double last = trainer.train(60, 1.0).loss;
  REQUIRE(last < first - 0.3);
  const auto at = [&](std::int64_t row) {
    const auto memory = trainer.memory();
    return memory[static_cast<std::size_t>(3 * net->wiring().rows() + row)];
  };
  const NodeId node = net->wiring().memory[0];
  const auto row = [&] { return net->wiring().graph->nodes.row[static_cast<std::size_t>(node)]; };
  const double before = at(row());
  REQUIRE(before != 0);
  const std::int32_t old_row = row();
  trainer.grow({{MutationKind::widen, 3, 1, 4, 0}});
  REQUIRE(row() == old_row + 4);
  REQUIRE(at(row()) == before);
}

TEST_CASE("reading a text piece by piece gives what reading it at once does") {
  auto net = grown_net(DType::f32, 14);
  const Span<const Token> text(short_text().data(), 300);
  CharStream stream(net);
  std::array<float, kVocabulary> chances = stream.feed({});
  double nats = 0;
  for (std::size_t k = 0; k < text.size(); ++k) {
    nats -= chances[text[k]];
    chances = stream.feed(Span<const Token>(text.data() + k, 1));
  }
  const auto record = evaluate(*net, text, 0, -1);
  REQUIRE(record.chars == 300);
  // Slices begin with empty cells 64 characters early: nearly, not quite, the same.
  REQUIRE(std::fabs(record.bits * std::log(2.0) - nats) < 1e-2 * nats);
}

}  // namespace
}  // namespace sparsegrow
