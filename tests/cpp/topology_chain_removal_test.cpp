// Chain removal: the vector of the specification, the fixpoint over random stacks, and the sum of
// one update (removed and percolated links come back elsewhere).
#include "sparsegrow/topology/chain_removal.h"

#include "errors.h"
#include "sparsegrow/topology/regrow_l3.h"
#include "sparsegrow/topology/regrow_random.h"
#include "sparsegrow/topology/remove_magnitude.h"
#include "topology_cases.h"

using namespace sparsegrow;
using namespace sparsegrow::test;

namespace {

using Stack = std::vector<Pattern>;
using Marks = std::vector<bool>;

Stack cut(const Stack& layers, const std::vector<Positions>& positions) {
  Stack rest;
  for (std::size_t l = 0; l < layers.size(); ++l) {
    rest.push_back(without_positions(layers[l], positions[l]));
  }
  return rest;
}

Marks fed(const Pattern& layer) {
  Marks marks;
  for (std::int32_t r = 0; r < layer.rows(); ++r) {
    marks.push_back(layer.row_begin[r] < layer.row_begin[r + 1]);
  }
  return marks;
}

Marks read(const Pattern& next, std::int32_t neurons) {
  Marks marks(static_cast<std::size_t>(neurons), false);
  for (const std::int32_t source : next.column) marks[source] = true;
  return marks;
}

Stack random_stack(std::uint64_t seed) {
  Rng rng(seed, 50);
  const auto width = [&] { return static_cast<std::int32_t>(1 + rng.below(12)); };
  Stack layers;
  std::int32_t sources = width();
  for (std::uint64_t l = 0, count = 1 + rng.below(5); l < count; ++l) {
    const std::int32_t targets = width();
    const auto links = rng.below(static_cast<std::uint64_t>(sources + targets));
    const std::int64_t cells = std::int64_t{sources} * targets;
    layers.push_back(random_layer(sources, targets,
                                  std::min(cells, static_cast<std::int64_t>(links)), seed + l));
    sources = targets;
  }
  return layers;
}

// Positions of the links whose end is not marked.
Positions dead_ends(const Pattern& layer, const Marks& spared, bool at_source) {
  Positions dead;
  for (std::int32_t row = 0; row < layer.rows(); ++row) {
    for (std::int32_t p = layer.row_begin[row]; p < layer.row_begin[row + 1]; ++p) {
      if (!spared[at_source ? layer.column[p] : row]) dead.push_back(p);
    }
  }
  return dead;
}

// Goes over the stack again and again until no hidden neuron is half dead: the slow truth.
Stack percolated(Stack layers) {
  for (bool changed = true; changed;) {
    changed = false;
    for (std::size_t l = 0; l + 1 < layers.size(); ++l) {
      const Marks read_by = read(layers[l + 1], layers[l].rows());
      const Positions entering = dead_ends(layers[l], read_by, false);
      const Positions leaving = dead_ends(layers[l + 1], fed(layers[l]), true);
      changed = changed || !entering.empty() || !leaving.empty();
      layers[l] = without_positions(layers[l], entering);
      layers[l + 1] = without_positions(layers[l + 1], leaving);
    }
  }
  return layers;
}

}  // namespace

TEST_CASE("the chain-removal vector", "[topology]") {
  const Stack layers{layer_of({"1010", "0100", "0010"}), layer_of({"100", "001", "000", "010"}),
                     layer_of({"10", "00", "01"})};
  for (const bool keep_last : {false, true}) {
    const ChainRemoval chain = chain_removal(layers, {}, keep_last);
    const Stack rest = cut(layers, chain.positions);
    CHECK(cells_of(rest[0]) == cells_of(layer_of({"1000", "0100", "0000"})));
    CHECK(cells_of(rest[1]) == cells_of(layer_of({"100", "001", "000", "000"})));
    CHECK(cells_of(rest[2]) == cells_of(layers[2]));
    CHECK(chain.alive == std::vector<Marks>{{true, true, false, false}, {true, false, true}});
    CHECK(chain.alive_neurons() == 4);
  }
}

TEST_CASE("one sweep back and forth is the fixpoint", "[topology]") {
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    const Stack layers = random_stack(seed);
    const ChainRemoval chain = chain_removal(layers, {}, false);
    for (std::size_t l = 0; l < layers.size(); ++l)
      require_positions(layers[l], chain.positions[l]);
    const Stack rest = cut(layers, chain.positions), truth = percolated(layers);
    for (std::size_t l = 0; l < layers.size(); ++l) {
      REQUIRE(rest[l].column == truth[l].column);
      REQUIRE(rest[l].row_begin == truth[l].row_begin);
      if (l + 1 == layers.size()) continue;
      REQUIRE(fed(rest[l]) == read(rest[l + 1], rest[l].rows()));
      REQUIRE(fed(rest[l]) == chain.alive[l]);
    }
  }
}

TEST_CASE("links removed before count as gone, and their positions stay those of the stack",
          "[topology]") {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const Stack layers = random_stack(seed);
    std::vector<Positions> removed;
    for (const Pattern& layer : layers) {
      removed.push_back(remove_magnitude(random_weights(layer, seed), layer.edges() / 3));
    }
    const ChainRemoval chain = chain_removal(layers, removed, false);
    std::vector<Positions> all;
    for (std::size_t l = 0; l < layers.size(); ++l) {
      Positions both = removed[l];
      both.insert(both.end(), chain.positions[l].begin(), chain.positions[l].end());
      std::sort(both.begin(), both.end());
      all.push_back(both);  // without_positions() below refuses one that is there twice
    }
    const Stack first = cut(layers, removed), rest = cut(layers, all);
    const Stack again = cut(first, chain_removal(first, {}, false).positions);
    for (std::size_t l = 0; l < layers.size(); ++l) REQUIRE(rest[l].column == again[l].column);
  }
}

TEST_CASE("a last layer that is kept loses nothing", "[topology]") {
  const Stack layers{layer_of({"10", "00"}), layer_of({"11", "11"})};
  CHECK(chain_removal(layers, {}, true).positions == std::vector<Positions>{{}, {}});
  CHECK(chain_removal(layers, {}, true).alive == std::vector<Marks>{{true, false}});
  CHECK(chain_removal(layers, {}, false).positions == std::vector<Positions>{{}, {1, 3}});
}

TEST_CASE("one layer has no chains, and an empty stack is an error", "[topology]") {
  const Pattern layer = random_layer(5, 4, 7, 1);
  CHECK(chain_removal({layer}, {}, true).positions == std::vector<Positions>{{}});
  CHECK(chain_removal({layer}, {}, false).alive.empty());
  CHECK(error_of([] { chain_removal({}, {}, true); }) ==
        "invalid_argument: [chain_removal] got no layers, expected at least 1");
  CHECK_THROWS_AS(chain_removal({layer, random_layer(5, 2, 10, 1)}, {}, true),
                  std::invalid_argument);  // column 4 of 4 rows
  CHECK_THROWS_AS(chain_removal({layer}, {{}, {}}, true), std::invalid_argument);
  CHECK_THROWS_AS(chain_removal({layer}, {{7}}, true), std::invalid_argument);
  CHECK_THROWS_AS(chain_removal({layer}, {{2, 2}}, true), std::invalid_argument);
  CHECK(error_of([] { chain_removal({{{0, 2}, {1, 1}}}, {}, true); }) ==
        "invalid_argument: [chain_removal] row 0 has column 1 twice");
  CHECK(error_of([] { chain_removal({{{0, 2}, {1, -1}}}, {}, true); }) ==
        "invalid_argument: [chain_removal] row 0 has column -1, expected at least 0");
  const Pattern wide{{0, 2}, {INT32_MAX, 0}};  // as many inputs as there can be, and no more
  CHECK(chain_removal({wide, {{0, 1}, {0}}}, {}, true).alive_neurons() == 1);
}

TEST_CASE("one update keeps the number of links and all that survives", "[topology]") {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const Stack layers = random_stack(seed);
    std::vector<Positions> removed;
    for (const Pattern& layer : layers) {
      removed.push_back(remove_magnitude(random_weights(layer, seed), layer.edges() / 3));
    }
    const Stack first = cut(layers, removed);
    const Stack rest = cut(first, chain_removal(first, {}, true).positions);
    for (std::size_t l = 0; l < layers.size(); ++l) {
      const std::int32_t sources = l == 0 ? 12 : layers[l - 1].rows();
      const std::int64_t count = layers[l].edges() - rest[l].edges();
      const Links back =
          seed % 2 == 0
              ? regrow_random(rest[l], sources, count, Rng(seed))
              : regrow_l3(rest[l], sources, count, L3Kind::ch3_path,
                          seed % 4 == 1 ? ChoiceRule::best : ChoiceRule::sampled, Rng(seed));
      require_new_links(rest[l], sources, back, count);
      const Pattern grown = with_links(rest[l], back);
      REQUIRE(grown.edges() == layers[l].edges());  // I1
      const auto cells = cells_of(grown);
      for (const auto& cell : cells_of(rest[l])) REQUIRE(cells.count(cell) == 1);  // I5
    }
  }
}
