// Scores by paths of length 3: the vectors of the specification, all paths listed as the slow
// truth, symmetries, and regrowth by them.
#include "errors.h"
#include "sparsegrow/topology/l3_score.h"
#include "sparsegrow/topology/regrow_l3.h"
#include "topology_cases.h"
#include "topology_oracle.h"

using namespace sparsegrow;
using namespace sparsegrow::test;

namespace {

constexpr L3Kind kKinds[] = {L3Kind::ch3_path, L3Kind::ch2_path, L3Kind::ch3_node,
                             L3Kind::ch2_node};
constexpr double kRounding = 1e-5;  // scores have 17 bits

// [targets][sources], 0 at present links.
std::vector<float> scores_of(const Pattern& layer, std::int32_t sources, L3Kind kind) {
  const auto row = static_cast<std::size_t>(sources);
  std::vector<float> scores(static_cast<std::size_t>(layer.rows()) * row);
  L3Scores(layer, sources, kind).score(0, layer.rows(), scores);
  for (const auto& [target, source] : cells_of(layer)) {
    scores[static_cast<std::size_t>(target) * row + static_cast<std::size_t>(source)] = 0;
  }
  return scores;
}

struct Expected {
  std::int32_t source, target;
  double score[4];  // by kKinds
};

void check_vector(const Pattern& layer, std::int32_t sources, const std::vector<Expected>& cells) {
  for (int k = 0; k < 4; ++k) {
    const auto scores = scores_of(layer, sources, kKinds[k]);
    double total = 0, expected = 0;
    for (const Expected& cell : cells) {
      CHECK(scores[static_cast<std::size_t>(cell.target * sources + cell.source)] ==
            Approx(cell.score[k]).epsilon(kRounding));
      expected += cell.score[k];
    }
    for (const float score : scores) total += score;
    CHECK(total == Approx(expected).epsilon(kRounding));  // nothing elsewhere
  }
}

Pattern transposed(const Pattern& layer, std::int32_t sources) {
  Pattern by_source;
  std::vector<std::int32_t> position;
  transpose(layer, sources, by_source, position);
  return by_source;
}

// A few shapes and densities, one row and one column among them.
std::vector<std::pair<Pattern, std::int32_t>> layers() {
  std::vector<std::pair<Pattern, std::int32_t>> all;
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    Rng rng(seed, 40);
    const auto sources = static_cast<std::int32_t>(1 + rng.below(14));
    const auto targets = static_cast<std::int32_t>(1 + rng.below(14));
    const auto links =
        static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(sources * targets + 1)));
    all.emplace_back(random_layer(sources, targets, links, seed), sources);
  }
  all.emplace_back(random_layer(9, 1, 4, 1), 9);
  all.emplace_back(random_layer(1, 9, 4, 1), 1);
  return all;
}

}  // namespace

TEST_CASE("test vector A", "[topology]") {
  const double two = 1.707107, one = 0.707107;
  check_vector(layer_of({"1100", "0110", "1011", "0001"}), 4,
               {{0, 2, {two, 2 * two, 3.5, 7}},
                {0, 3, {one, 2 * one, 1.5, 3}},
                {1, 0, {two, 2 * two, 3.5, 7}},
                {1, 3, {one, 2 * one, 1.5, 3}},
                {2, 1, {2, 4, 4, 8}},
                {3, 0, {one, 2 * one, 1.5, 3}},
                {3, 1, {0, 0, 0, 0}},
                {3, 2, {one, 2 * one, 1.5, 3}}});
}

TEST_CASE("test vector B", "[topology]") {
  const double two = 1.707107, one = 0.707107;
  check_vector(layer_of({"10100", "11001", "01110"}), 3,
               {{0, 1, {2 * one, 4 * one, 3, 6}},
                {0, 3, {one, 2 * one, 1.5, 3}},
                {0, 4, {one, 2 * one, 1.5, 3}},
                {1, 3, {one, 2 * one, 1.5, 3}},
                {2, 4, {one, 2 * one, 1.5, 3}},
                {1, 2, {two, 2 * two, 3.5, 7}},
                {2, 0, {two, 2 * two, 3.5, 7}}});
}

TEST_CASE("scores against all paths listed, in one block and in many", "[topology]") {
  for (const auto& [layer, sources] : layers()) {
    const DenseLayer dense(layer, sources);
    for (const L3Kind kind : kKinds) {
      const L3Scores scorer(layer, sources, kind);
      const auto whole = scores_of(layer, sources, kind);
      std::vector<float> row(static_cast<std::size_t>(sources));
      for (std::int32_t t = 0; t < layer.rows(); ++t) {
        scorer.score(t, t + 1, row);
        for (std::int32_t s = 0; s < sources; ++s) {
          const float score = whole[static_cast<std::size_t>(t * sources + s)];
          if (dense.at(t, s)) continue;
          REQUIRE(score == Approx(l3_truth(dense, s, t, kind)).epsilon(kRounding));
          REQUIRE(row[static_cast<std::size_t>(s)] == score);
          REQUIRE((score > 0) == !paths_of(dense, s, t).empty());
        }
      }
    }
  }
}

TEST_CASE("a denser layer, where the walk is longer than the row", "[topology]") {
  const Pattern layer = random_layer(25, 20, 200, 6);
  const DenseLayer dense(layer, 25);
  for (const L3Kind kind : kKinds) {
    const auto scores = scores_of(layer, 25, kind);
    for (std::int32_t t = 0; t < 20; t += 3) {
      for (std::int32_t s = 0; s < 25; ++s) {
        if (dense.at(t, s)) continue;
        REQUIRE(scores[static_cast<std::size_t>(t * 25 + s)] ==
                Approx(l3_truth(dense, s, t, kind)).epsilon(kRounding));
      }
    }
  }
}

TEST_CASE("scores turn with the layer", "[topology]") {
  for (const auto& [layer, sources] : layers()) {
    const Pattern turned = transposed(layer, sources);
    for (const L3Kind kind : kKinds) {
      const auto scores = scores_of(layer, sources, kind);
      const auto other = scores_of(turned, layer.rows(), kind);
      for (std::int32_t t = 0; t < layer.rows(); ++t) {
        for (std::int32_t s = 0; s < sources; ++s) {
          REQUIRE(
              scores[static_cast<std::size_t>(t * sources + s)] ==
              Approx(other[static_cast<std::size_t>(s * layer.rows() + t)]).epsilon(2 * kRounding));
        }
      }
    }
  }
}

TEST_CASE("scores follow the names of the nodes, and a lone node changes nothing", "[topology]") {
  const std::int32_t sources = 12, targets = 9;
  const Pattern layer = random_layer(sources, targets, 40, 3);
  Pattern renamed = layer;  // source s becomes s + 5 modulo 13: one is left without links
  for (std::int32_t& column : renamed.column) column = (column + 5) % 13;
  for (const L3Kind kind : kKinds) {
    const auto scores = scores_of(layer, sources, kind);
    const auto other = scores_of(renamed, 13, kind);
    for (std::int32_t t = 0; t < targets; ++t) {
      for (std::int32_t s = 0; s < sources; ++s) {
        REQUIRE(other[static_cast<std::size_t>(t * 13 + (s + 5) % 13)] ==
                Approx(scores[static_cast<std::size_t>(t * sources + s)]).epsilon(2 * kRounding));
      }
      REQUIRE(other[static_cast<std::size_t>(t * 13 + 17 % 13)] == 0);
    }
  }
}

TEST_CASE("CH2 is at least CH3, and a complete layer has nothing to score", "[topology]") {
  for (const auto& [layer, sources] : layers()) {
    const auto low = scores_of(layer, sources, L3Kind::ch3_path);
    const auto high = scores_of(layer, sources, L3Kind::ch2_path);
    for (std::size_t i = 0; i < low.size(); ++i) REQUIRE(high[i] >= low[i]);
  }
  const Pattern full = erdos_renyi(6, 5, 30, Rng(1));
  for (const L3Kind kind : kKinds) {
    CHECK(regrow_l3(full, 6, 0, kind, ChoiceRule::best, Rng(1)).empty());
    CHECK_THROWS_AS(regrow_l3(full, 6, 1, kind, ChoiceRule::best, Rng(1)), std::invalid_argument);
  }
}

TEST_CASE("regrowth takes the best links of vector A", "[topology]") {
  const Pattern layer = layer_of({"1100", "0110", "1011", "0001"});
  for (const L3Kind kind : kKinds) {
    CHECK(regrow_l3(layer, 4, 1, kind, ChoiceRule::best, Rng(1)) == Links{{2, 1}});
    CHECK(regrow_l3(layer, 4, 3, kind, ChoiceRule::best, Rng(1)) == Links{{1, 0}, {2, 1}, {0, 2}});
    const Links seven = regrow_l3(layer, 4, 7, kind, ChoiceRule::best, Rng(1));
    CHECK(std::find(seven.begin(), seven.end(), Link{3, 1}) == seven.end());
    CHECK(regrow_l3(layer, 4, 8, kind, ChoiceRule::sampled, Rng(1)).size() == 8);
  }
}

TEST_CASE("regrowth takes the best links of wide, square and tall layers", "[topology]") {
  for (const auto& [sources, targets] : {std::pair{40, 12}, std::pair{20, 20}, std::pair{9, 50}}) {
    const Pattern layer = random_layer(sources, targets, 90, 2);
    for (const L3Kind kind : kKinds) {
      const auto scores = scores_of(layer, sources, kind);
      std::vector<float> falling = scores, chosen;
      std::sort(falling.begin(), falling.end(), [](float a, float b) { return a > b; });
      falling.resize(60);
      const Links links = regrow_l3(layer, sources, 60, kind, ChoiceRule::best, Rng(1));
      require_new_links(layer, sources, links, 60);
      for (const Link link : links) {
        chosen.push_back(scores[static_cast<std::size_t>(link.target * sources + link.source)]);
      }
      std::sort(chosen.begin(), chosen.end(), [](float a, float b) { return a > b; });
      for (std::size_t i = 0; i < 60; ++i) {
        REQUIRE(chosen[i] == Approx(falling[i]).epsilon(2 * kRounding));
      }
    }
  }
}

TEST_CASE("regrowth fills up where there are no paths", "[topology]") {
  const Pattern empty{{0, 0, 0, 0}, {}};
  for (const ChoiceRule rule : {ChoiceRule::best, ChoiceRule::sampled}) {
    for (const L3Kind kind : kKinds) {
      require_new_links(empty, 4, regrow_l3(empty, 4, 5, kind, rule, Rng(1)), 5);
      require_new_links(empty, 4, regrow_l3(empty, 4, 12, kind, rule, Rng(1)), 12);
      const Pattern sparse = random_layer(200, 150, 30, 1);  // 99.9 % sparse: hardly any path
      require_new_links(sparse, 200, regrow_l3(sparse, 200, 500, kind, rule, Rng(1)), 500);
      CHECK(regrow_l3({}, 0, 0, kind, rule, Rng(1)).empty());
    }
  }
}

TEST_CASE("regrowth is the same for any number of threads", "[topology]") {
  const Pattern layer = random_layer(150, 180, 900, 5);
  for (const ChoiceRule rule : {ChoiceRule::best, ChoiceRule::sampled}) {
    for (const L3Kind kind : kKinds) {
      std::vector<Links> chosen;
      for (const int threads : {1, 2, 5}) {
        const ThreadCount scope(threads);
        chosen.push_back(regrow_l3(layer, 150, 270, kind, rule, Rng(4)));
      }
      require_new_links(layer, 150, chosen[0], 270);
      CHECK((chosen[0] == chosen[1] && chosen[1] == chosen[2]));
      const bool same = chosen[0] == regrow_l3(layer, 150, 270, kind, rule, Rng(5));
      CHECK((rule == ChoiceRule::best || !same));  // the best need not leave a tie to the seed
    }
  }
}

TEST_CASE("blocks outside the layer are errors", "[topology]") {
  const Pattern layer = layer_of({"10", "11"});
  const L3Scores scores(layer, 2, L3Kind::ch3_path);
  std::vector<float> block(2);
  CHECK(error_of([&] { scores.score(2, 3, block); }) ==
        "invalid_argument: [L3Scores.score] got targets 2 to 3, expected a part of 0 to 2");
  CHECK(error_of([&] { scores.score(0, 2, block); }) ==
        "invalid_argument: [L3Scores.score] got 2 scores, expected 2 x 2");
  CHECK_THROWS_AS(L3Scores(layer, 1, L3Kind::ch3_path), std::invalid_argument);
}
