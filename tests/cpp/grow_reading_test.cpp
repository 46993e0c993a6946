// Reading without training: which characters count, and what a stream says.
#include <algorithm>
#include <limits>
#include <numeric>

#include "catch.h"
#include "errors.h"
#include "grow_cases.h"
#include "sparsegrow/base/check.h"

namespace sparsegrow {
namespace {

using namespace test;

// Every token of these texts is there once, so that class_count says which were scored.
std::vector<Token> each_once(int size) {
  std::vector<Token> text(static_cast<std::size_t>(size));
  std::iota(text.begin(), text.end(), Token{0});
  return text;
}

TEST_CASE("every character that is asked for counts once") {
  const auto net = embryo(DType::f32);
  for (const int size : {1, 31, 32, 33, 63, 64, 65, 97}) {
    const auto text = each_once(size);
    for (const bool spread : {false, true}) {
      INFO(size << " characters, spread " << spread);
      const auto record = evaluate(*net, text, 0, -1, spread);
      REQUIRE(record.chars == size);
      for (int c = 0; c < kVocabulary; ++c) {
        REQUIRE(record.class_count[static_cast<std::size_t>(c)] == (c < size ? 1 : 0));
      }
    }
  }
}

TEST_CASE("a part of a text is the part that was asked for") {
  const auto net = embryo(DType::f32);
  const auto text = each_once(97);
  for (const std::int64_t count : {0, 1, 31, 32, 33, 61, 62, 87}) {
    INFO(count << " characters");
    const auto first = evaluate(*net, text, 10, count),
               over = evaluate(*net, text, 10, count, true);
    REQUIRE(first.chars == count);
    REQUIRE(over.chars == count);
    for (int c = 0; c < kVocabulary; ++c) {
      const auto i = static_cast<std::size_t>(c);
      REQUIRE(first.class_count[i] == (c >= 10 && c < 10 + count ? 1 : 0));
      REQUIRE(over.class_count[i] <= (c >= 10 && c < 97 ? 1 : 0));
    }
  }
  const auto over = evaluate(*net, text, 1, 32, true);  // every third
  REQUIRE(over.class_count[1] == 1);
  REQUIRE(over.class_count[94] == 1);
}

TEST_CASE("more characters than there are cannot be asked for") {
  const auto net = embryo(DType::f32);
  const auto text = each_once(97);
  for (const std::int64_t count : {std::int64_t{97}, std::numeric_limits<std::int64_t>::max()}) {
    REQUIRE(
        error_of([&] { evaluate(*net, text, 1, count); }) ==
        concat("invalid_argument: [CharNet.evaluate] count: got ", count, ", expected at most 96"));
  }
}

TEST_CASE("a stream that is fed nothing says again what it said, whatever happened since") {
  const auto net = grown_net(DType::f32, 21);
  const Span<const Token> text(short_text().data(), 20), other(short_text().data() + 500, 30);
  CharStream one(net), two(net);
  const auto chances = one.feed(text);
  REQUIRE(two.feed(other) != chances);
  REQUIRE(one.feed({}) == chances);
  CharTrainer trainer(net, short_text(), small_steps());
  trainer.train(2, 1.0);
  REQUIRE(one.feed({}) == chances);
  trainer.grow({{MutationKind::widen, 70, 1, 40, 1}});
  REQUIRE(one.feed({}) == chances);
  REQUIRE(one.feed(other) != chances);
  REQUIRE(CharStream(net).feed({}) == CharStream(net).feed({}));
}

TEST_CASE("what a text becomes behind a trainer's back is looked at before it is used") {
  auto text = short_text();
  CharTrainer trainer(embryo(DType::f32), text, small_steps());
  trainer.train(1, 1.0);
  std::fill(text.begin(), text.end(), Token{98});
  REQUIRE(error_of([&] {
            trainer.train(1, 1.0);
          }).rfind("invalid_argument: [read_batch] tokens: got 98", 0) == 0);
  text = short_text();
  trainer.train(1, 1.0);
  REQUIRE(trainer.chars == 2 * 8 * 6);
}

TEST_CASE("what a trainer learned before a loss that is not finite counts") {
  const auto net = embryo(DType::f32);
  auto config = small_steps();
  config.rates.input = config.rates.hidden = config.rates.bias = 1e38;
  CharTrainer trainer(net, short_text(), config);
  REQUIRE(error_of([&] { trainer.train(100, 1.0); }).rfind("runtime_error: [CharTrainer", 0) == 0);
  REQUIRE(net->steps > 0);
  REQUIRE(trainer.chars == net->steps * 8 * 6);
}

TEST_CASE("no fewer than no edges can be offered") {
  CharTrainer trainer(embryo(DType::f32), short_text(), small_steps());
  REQUIRE(error_of([&] { trainer.offered(-1); }) ==
          "invalid_argument: [CharTrainer.offered] got -1, expected 0 or more");
}

// A neuron in one sub-DAG with a cell, rolled back; then another, with the same id, elsewhere.
TEST_CASE("a cell that takes a rolled back one's id starts empty") {
  const auto with_cell = [](CharNet& net, std::int32_t sub_dag) {
    net.grow({{MutationKind::widen, sub_dag, 1, 1, 1}}, {});
    net.grow({{MutationKind::activate_memory, sub_dag, 0, 2, 2}}, {});
  };
  const auto net = embryo(DType::f32);
  CharTrainer trainer(net, short_text(), small_steps());
  const auto saved = net->snapshot();
  with_cell(*net, 70);
  const std::vector<NodeId> before = net->wiring().memory;
  trainer.train(3, 1.0);
  const auto filled = trainer.memory();
  REQUIRE(std::any_of(filled.begin(), filled.end(), [](double value) { return value != 0; }));
  net->rollback(saved);
  with_cell(*net, 75);
  REQUIRE(net->wiring().memory.back() == before.back());
  const auto memory = trainer.memory();
  REQUIRE(std::all_of(memory.begin(), memory.end(), [](double value) { return value == 0; }));
  trainer.train(3, 1.0);
  const auto kept = trainer.memory();
  net->grow({{MutationKind::widen, 71, 1, 1, 3}}, {});
  const auto carried = trainer.memory();  // cells that were not given up
  REQUIRE(std::count(carried.begin(), carried.end(), 0.0) ==
          std::count(kept.begin(), kept.end(), 0.0) + 2 * 8);
}

}  // namespace
}  // namespace sparsegrow
