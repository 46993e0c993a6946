// The tree of patterns, reading of batches, and the scout.
#include <array>
#include <cmath>
#include <string>

#include "catch.h"
#include "errors.h"
#include "sparsegrow/base/rng.h"
#include "sparsegrow/grow/char_batch.h"
#include "sparsegrow/grow/scout.h"

namespace sparsegrow {
namespace {

using test::error_of;
using Indices = std::vector<std::int32_t>;

std::vector<Token> tokens_of(const std::string& text) {
  std::vector<Token> tokens;
  for (const char c : text) tokens.push_back(static_cast<Token>(c - 32));
  return tokens;
}

std::int32_t token(char c) { return c - 32; }

// Patterns "a", "ba" (read: b before a), "cba", and "b" without edges.
PatternTree small_tree() {
  PatternTree tree;
  tree.add({{PatternTree::kRoot, token('a'), 5}}, {{PatternTree::kRoot, token('b'), 0}});
  const std::int32_t a = tree.child(PatternTree::kRoot, token('a'));
  tree.add({{a, token('b'), 7}, {a, token('b'), 3}, {a, kSamePattern, 1}}, {});
  tree.add({{tree.child(a, token('b')), token('c'), 9}}, {});
  return tree;
}

TEST_CASE("patterns are found from the last character back") {
  const PatternTree tree = small_tree();
  REQUIRE(tree.patterns() == 5);  // with the empty one
  REQUIRE(tree.edges() == 5);
  REQUIRE(tree.wired() == 3);
  std::int32_t live[PatternTree::kMaxDepth];
  const auto text = tokens_of("xcbab");
  REQUIRE(tree.walk(text, 3, live) == 3);
  REQUIRE(tree.depth(live[2]) == 3);
  REQUIRE(tree.walk(text, 4, live) == 1);  // "b", which has no extension
  REQUIRE(tree.walk(text, 0, live) == 0);
  REQUIRE(tree.walk(tokens_of("ba"), 1, live) == 2);  // the text begins before "cba" could
  REQUIRE(tree.walk(text, -1, live) == 0);
}

TEST_CASE("edges that are added keep the old ones, each once") {
  PatternTree tree = small_tree();
  const std::int32_t a = tree.child(PatternTree::kRoot, token('a'));
  const InputRows before = tree.rows();
  const Remap remap =
      tree.add({{a, kSamePattern, 1}, {a, kSamePattern, 2}, {a, token('b'), 3}}, {});
  REQUIRE(tree.edges() == before.edges() + 1);
  REQUIRE(remap.old_edges == before.edges());
  REQUIRE(remap.added.size() == 1);
  Indices kept;
  for (std::size_t e = 0; e < remap.edge.size(); ++e) {
    if (remap.edge[e] == kNew) {
      REQUIRE(tree.rows().target[e] == 2);
    } else {
      REQUIRE(tree.rows().target[e] == before.target[static_cast<std::size_t>(remap.edge[e])]);
      kept.push_back(remap.edge[e]);
    }
  }
  REQUIRE((kept == Indices{0, 1, 2, 3, 4}));
}

TEST_CASE("edges that are removed leave their patterns") {
  PatternTree tree = small_tree();
  const InputRows before = tree.rows();
  const Remap remap = tree.remove({1, 4});
  REQUIRE((remap.edge == Indices{0, 2, 3}));
  REQUIRE(tree.edges() == 3);
  REQUIRE(tree.patterns() == 5);
  for (std::size_t e = 0; e < 3; ++e) {
    REQUIRE(tree.rows().target[e] == before.target[static_cast<std::size_t>(remap.edge[e])]);
  }
}

TEST_CASE("a tree is made again from its arrays, and damaged ones are refused") {
  const PatternTree tree = small_tree();
  const PatternTree again(tree.parents(), tree.symbols(), tree.rows());
  REQUIRE((again.parents() == tree.parents()));
  REQUIRE(again.child(1, token('b')) == tree.child(1, token('b')));
  auto parents = tree.parents();
  auto symbols = tree.symbols();
  parents[2] = 4;
  REQUIRE(error_of([&] { PatternTree(parents, symbols, tree.rows()); }) ==
          "invalid_argument: [PatternTree] pattern 2 extends 4 by 66");
  parents = tree.parents();
  parents[3] = 0, symbols[3] = static_cast<std::uint8_t>(token('a'));
  REQUIRE(error_of([&] { PatternTree(parents, symbols, tree.rows()); }) ==
          "invalid_argument: [PatternTree] pattern 3 is there twice");
  InputRows rows = tree.rows();
  rows.target[0] = 98;
  REQUIRE(error_of([&] { PatternTree(tree.parents(), tree.symbols(), rows); }) ==
          "invalid_argument: [PatternTree] got output 98, expected 0 to 97");
  rows = tree.rows();
  rows.target[1] = rows.target[0];
  REQUIRE(error_of([&] { PatternTree(tree.parents(), tree.symbols(), rows); }) ==
          "invalid_argument: [PatternTree] pattern 1 has output 5 twice");
  PatternTree changed = tree;
  REQUIRE(error_of([&] { changed.add({{99, 1, 1}}, {}); }) ==
          "invalid_argument: [PatternTree.add] got pattern 99, expected 0 to 4");
}

TEST_CASE("no pattern is longer than can be read") {
  Indices parents{PatternTree::kNone};
  std::vector<std::uint8_t> symbols{0};
  InputRows rows;
  rows.outputs = kVocabulary;
  rows.row_begin = {0, 0};
  for (std::int32_t p = 0; p < PatternTree::kMaxDepth; ++p) {
    parents.push_back(p);
    symbols.push_back(5);
    rows.row_begin.push_back(0);
  }
  PatternTree longest(parents, symbols, rows);
  REQUIRE(
      error_of([&] { longest.add({{32, 5, 1}}, {}); }) ==
      "invalid_argument: [PatternTree.add] pattern 32 has 32 characters, the most that there can "
      "be");
  longest.add({{32, kSamePattern, 1}}, {});
  parents.push_back(PatternTree::kMaxDepth);
  symbols.push_back(5);
  rows.row_begin.push_back(0);
  REQUIRE(error_of([&] { PatternTree(parents, symbols, rows); }) ==
          "invalid_argument: [PatternTree] pattern 33 has more than 32 characters");
}

TEST_CASE("edges that cannot be are refused, and nothing has changed") {
  PatternTree tree = small_tree();
  const InputRows before = tree.rows();
  const PatternEdge good{PatternTree::kRoot, token('x'), 4};
  const auto refused = [&](PatternEdge edge) {
    const std::string error = error_of([&] { tree.add({good, edge}, {good}); });
    REQUIRE(tree.patterns() == 5);
    REQUIRE((tree.rows().target == before.target));
    return error;
  };
  const std::string where = "invalid_argument: [PatternTree.add] ";
  REQUIRE(refused({99, 1, 1}) == where + "got pattern 99, expected 0 to 4");
  REQUIRE(refused({-1, 1, 1}) == where + "got pattern -1, expected 0 to 4");
  REQUIRE(refused({1, 98, 1}) == where + "got symbol 98, expected 0 to 97");
  REQUIRE(refused({1, -2, 1}) == where + "got symbol -2, expected 0 to 97");
  REQUIRE(refused({1, 1, 98}) == where + "got output 98, expected 0 to 97");
  REQUIRE(refused({1, 1, -1}) == where + "got output -1, expected 0 to 97");
  REQUIRE(refused({PatternTree::kRoot, kSamePattern, 1}) ==
          where + "got an edge of the empty pattern, which has none");
}

// Thousands of patterns: the index grows and still finds each.
TEST_CASE("a large tree finds all its patterns") {
  PatternTree tree;
  Rng rng(4, 1);
  std::vector<PatternEdge> edges;
  for (int round = 0; round < 6; ++round) {
    for (int k = 0; k < 1500; ++k) {
      edges.push_back({static_cast<std::int32_t>(rng.below(tree.patterns())),
                       static_cast<std::int32_t>(rng.below(98)), 0});
    }
    tree.add(edges, {});
    for (const auto& edge : edges) {
      const std::int32_t child = tree.child(edge.parent, edge.symbol);
      REQUIRE(tree.parents()[static_cast<std::size_t>(child)] == edge.parent);
      REQUIRE(tree.symbols()[static_cast<std::size_t>(child)] == edge.symbol);
    }
  }
  REQUIRE(tree.child(PatternTree::kRoot, 97) == PatternTree(tree).child(PatternTree::kRoot, 97));
}

TEST_CASE("a batch says what stands where") {
  const PatternTree tree = small_tree();
  std::vector<Token> text;
  Rng rng(5, 1);
  for (int k = 0; k < 400; ++k) text.push_back(static_cast<Token>(65 + rng.below(3)));
  const std::vector<std::int64_t> start = {-1, 0, 7, 100, 200, 201, 300, 396};
  CharBatch batch;
  read_batch(text, start, 5, 4, tree, batch);
  REQUIRE(batch.batch() == 40);
  for (std::int32_t b = 0; b < 40; ++b) {
    const auto i = static_cast<std::size_t>(b);
    const std::int64_t place = std::min<std::int64_t>(399, start[i % 8] + b / 8);
    REQUIRE(batch.place[i] == place);
    REQUIRE(batch.label[i] == (place < 399 ? text[static_cast<std::size_t>(place + 1)] : 0));
    for (std::int32_t p = 0; p < 4; ++p) {
      const Token expected = place >= p ? text[static_cast<std::size_t>(place - p)] : kBeforeText;
      REQUIRE(batch.symbols.symbol[static_cast<std::size_t>(p * 40 + b)] == expected);
    }
    std::int32_t live[PatternTree::kMaxDepth];
    const std::int32_t depth = tree.walk(text, place, live);
    REQUIRE(batch.deepness[i] == depth);
    Indices wired;
    for (std::int32_t d = 0; d < depth; ++d) {
      if (tree.rows().row_begin[static_cast<std::size_t>(live[d]) + 1] >
          tree.rows().row_begin[static_cast<std::size_t>(live[d])])
        wired.push_back(live[d]);
    }
    const auto& rows = batch.patterns;
    REQUIRE((Indices(rows.row.begin() + rows.sample_begin[i],
                     rows.row.begin() + rows.sample_begin[i + 1]) == wired));
  }
}

TEST_CASE("a batch is grouped both ways alike") {
  const PatternTree tree = small_tree();
  const auto text = tokens_of("abcabacbacbabcabacba");
  CharBatch batch;
  read_batch(text, std::vector<std::int64_t>{0, 1, 2, 3, 4, 5, 6, 7}, 9, 3, tree, batch);
  for (std::int32_t p = 0; p < 3; ++p) {
    for (std::int32_t c = 0; c < kVocabulary; ++c) {
      const auto* const begin = batch.symbols.begin.data() + p * (kVocabulary + 1) + c;
      for (std::int32_t k = begin[0]; k < begin[1]; ++k) {
        const std::int32_t b = batch.symbols.column[static_cast<std::size_t>(p * 72 + k)];
        REQUIRE(batch.symbols.symbol[static_cast<std::size_t>(p * 72 + b)] == c);
        if (k > begin[0])
          REQUIRE(b > batch.symbols.column[static_cast<std::size_t>(p * 72 + k - 1)]);
      }
    }
  }
  std::size_t pairs = 0;
  const LiveRows& rows = batch.patterns;
  for (std::size_t l = 0; l < rows.live.size(); ++l) {
    for (std::int32_t k = rows.live_begin[l]; k < rows.live_begin[l + 1]; ++k, ++pairs) {
      const auto b = static_cast<std::size_t>(rows.column[static_cast<std::size_t>(k)]);
      const auto first = rows.row.begin() + rows.sample_begin[b],
                 last = rows.row.begin() + rows.sample_begin[b + 1];
      REQUIRE(std::find(first, last, rows.live[l]) != last);
    }
  }
  REQUIRE(pairs == rows.row.size());
}

// "a" is always followed by "b", which the network expects with chance 1/4 each time: n = c = 8,
// gradient 8 - 2 = 6, curvature 8 * 3/16 = 1.5, gain 36 / (2 * 2.5) = 7.2.
TEST_CASE("the scout's gain by hand") {
  const auto text = tokens_of("ababababababababab");
  const PatternTree tree;
  CharBatch batch;
  read_batch(text, std::vector<std::int64_t>{0, 2, 4, 6, 8, 10, 12, 14}, 1, 1, tree, batch);
  Scout scout;
  scout.note(text, tree, batch, std::vector<float>(8, 0.25f));
  REQUIRE(scout.offer(tree, 7.21, 10).edges.empty());
  const PatternOffer offer = scout.offer(tree, 7.19, 10);
  REQUIRE(offer.edges.size() == 1);
  REQUIRE(offer.edges[0].parent == PatternTree::kRoot);
  REQUIRE(offer.edges[0].symbol == token('a'));
  REQUIRE(offer.edges[0].output == token('b'));
  PatternTree grown = tree;
  grown.add(offer.edges, {});
  REQUIRE(scout.offer(grown, 0.1, 10).edges.empty());  // it is there
}

TEST_CASE("the scout's notes are kept, forgotten in part when full, and restored") {
  std::vector<Token> text;
  Rng rng(6, 1);
  for (int k = 0; k < 40000; ++k) text.push_back(static_cast<Token>(rng.below(98)));
  PatternTree tree;
  std::vector<PatternEdge> bare;
  for (std::int32_t c = 0; c < 98; ++c) bare.push_back({PatternTree::kRoot, c, 0});
  tree.add({}, bare);
  Scout scout;
  CharBatch batch;
  for (std::int64_t k = 0; k < 30; ++k) {
    std::vector<std::int64_t> start;
    for (std::int64_t s = 0; s < 32; ++s) start.push_back(s * 1200 + k * 32);
    read_batch(text, start, 32, 1, tree, batch);
    scout.note(text, tree, batch, std::vector<float>(1024, 0.01f));
  }
  Scout again;
  again.restore(scout.notes(), tree);
  const auto edges = scout.offer(tree, 0.5, 1 << 20).edges,
             same = again.offer(tree, 0.5, 1 << 20).edges;
  REQUIRE(edges.size() > 100);
  REQUIRE(edges.size() == same.size());
  for (std::size_t k = 0; k < edges.size(); ++k) {
    REQUIRE(edges[k].parent == same[k].parent);
    REQUIRE(edges[k].symbol == same[k].symbol);
    REQUIRE(edges[k].output == same[k].output);
  }
  REQUIRE(scout.offer(tree, 0.5, 17).edges.size() == 17);
  scout.settle(PatternTree());  // rolled back to the root: only its extensions are left
  for (const auto& edge : scout.offer(PatternTree(), 0, 1 << 20).edges) REQUIRE(edge.parent == 0);
}

TEST_CASE("as many notes as there can be are restored as they were") {
  PatternTree tree;
  std::vector<PatternEdge> bare;
  for (std::int32_t c = 0; c < 98; ++c) bare.push_back({PatternTree::kRoot, c, 0});
  tree.add({}, bare);
  constexpr std::size_t kMost = 3 << 18;
  Scout::Notes notes;
  for (std::uint64_t k = 0; k <= kMost; ++k) {
    const std::uint64_t parent = k / (98 * 98), symbol = k / 98 % 98, output = k % 98;
    notes.key.push_back((parent << 14 | symbol << 7 | output) + 1);
  }
  notes.count.assign(kMost + 1, 6);
  notes.chance.assign(kMost + 1, 0.5f);
  Scout scout;
  REQUIRE(error_of([&] { scout.restore(notes, tree); }).find("got 786433 notes, the most") !=
          std::string::npos);
  notes.key.pop_back();
  notes.count.pop_back();
  notes.chance.pop_back();
  scout.restore(notes, tree);
  const Scout::Notes kept = scout.notes();
  REQUIRE(kept.count == notes.count);
  REQUIRE(kept.chance == notes.chance);
}

TEST_CASE("notes that cannot have been made are refused, and nothing has changed") {
  const PatternTree tree = small_tree();
  Scout scout;
  const std::uint64_t good = (1 << 14 | 40 << 7 | 5) + 1;
  scout.restore({{good}, {7}, {0.5f}}, tree);
  const auto refused = [&](const Scout::Notes& notes) {
    const std::string error = error_of([&] { scout.restore(notes, tree); });
    REQUIRE(scout.notes().key == std::vector<std::uint64_t>{good});
    return error;
  };
  const auto key_of_parts = [](std::uint64_t parent, std::uint64_t symbol, std::uint64_t output) {
    return (parent << 14 | symbol << 7 | output) + 1;
  };
  const std::uint64_t any = 127, same = 127;
  for (const std::uint64_t key :
       {std::uint64_t{0}, key_of_parts(1, 40, 104), key_of_parts(1, 40, 98), key_of_parts(1, 98, 5),
        key_of_parts(1, 126, any), key_of_parts(5, 40, 5),
        key_of_parts(std::uint64_t{1} << 32 | 1, 40, 5), key_of_parts(0, same, 5),
        ~std::uint64_t{0}}) {
    INFO("key " << key);
    REQUIRE(refused({{good, key}, {7, 7}, {0.5f, 0.5f}}).find("[Scout.restore] note 1: got key ") !=
            std::string::npos);
  }
  REQUIRE(refused({{good}, {7}, {NAN}}).find("note 0: got chance") != std::string::npos);
  REQUIRE(refused({{good}, {7}, {-1.0f}}).find("note 0: got chance -1") != std::string::npos);
  REQUIRE(refused({{good}, {7, 7}, {0.5f}}).find("got 1 keys, 2 counts") != std::string::npos);
  scout.restore({{key_of_parts(1, same, any), key_of_parts(4, 97, 97)}, {7, 7}, {0, 1}}, tree);
  REQUIRE(scout.notes().key.size() == 2);
}

}  // namespace
}  // namespace sparsegrow
