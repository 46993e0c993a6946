// Regrowth at random and by gradient, and the choice of links that all scored rules share.
#include <cmath>
#include <map>

#include "errors.h"
#include "sparsegrow/topology/absent.h"
#include "sparsegrow/topology/distinct.h"
#include "sparsegrow/topology/link_choice.h"
#include "sparsegrow/topology/regrow_gradient.h"
#include "sparsegrow/topology/regrow_random.h"
#include "topology_cases.h"

using namespace sparsegrow;
using namespace sparsegrow::test;

namespace {

// Offers a fixed score of each cell, row by row.
Links choose(const Pattern& layer, std::int32_t sources, std::int64_t count, ChoiceRule rule,
             const std::vector<float>& scores, Rng rng) {
  LinkChoice choice(layer, sources, count, rule, rng);
  for (std::int32_t row = 0; row < layer.rows(); ++row) {
    const auto begin = static_cast<std::size_t>(row) * static_cast<std::size_t>(sources);
    choice.offer(row, {scores.data() + begin, static_cast<std::size_t>(sources)});
  }
  return choice.finish();
}

double chi_square(const std::map<std::int32_t, int>& hits, const std::vector<double>& expected) {
  double sum = 0;
  for (std::size_t cell = 0; cell < expected.size(); ++cell) {
    const auto found = hits.find(static_cast<std::int32_t>(cell));
    const double hit = found == hits.end() ? 0 : found->second;
    sum += (hit - expected[cell]) * (hit - expected[cell]) / expected[cell];
  }
  return sum;
}

GradientBlock block_of(const std::vector<float>& gradient, std::int32_t sources) {
  return [&gradient, sources](std::int32_t first, Span<float> block) {
    const auto begin = static_cast<std::size_t>(first) * static_cast<std::size_t>(sources);
    std::copy_n(gradient.begin() + static_cast<std::ptrdiff_t>(begin), block.size(), block.begin());
  };
}

}  // namespace

TEST_CASE("distinct numbers", "[topology]") {
  Rng rng(1);
  for (const std::int64_t count : {0, 1, 2, 50, 99, 100}) {
    const auto numbers = distinct_numbers(100, count, rng);
    REQUIRE(static_cast<std::int64_t>(numbers.size()) == count);
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      REQUIRE((numbers[i] >= 0 && numbers[i] < 100));
      if (i > 0) REQUIRE(numbers[i - 1] < numbers[i]);
    }
  }
  const std::int64_t huge = std::int64_t{1} << 61;
  const auto far = distinct_numbers(huge, 1000, rng);
  CHECK(std::is_sorted(far.begin(), far.end()));
  CHECK(far.back() > huge / 2);
  CHECK_THROWS_AS(distinct_numbers(3, 4, rng), std::invalid_argument);
}

TEST_CASE("absent links by rank are the cells without a link", "[topology]") {
  for (const std::int64_t links : {0, 1, 40, 170, 199, 200}) {
    const Pattern layer = random_layer(20, 10, links, 4);
    std::vector<std::int64_t> ranks(static_cast<std::size_t>(absent_count(layer, 20)));
    std::iota(ranks.begin(), ranks.end(), 0);
    require_new_links(layer, 20, absent_links(layer, 20, ranks), 200 - links);
  }
  const Pattern thin = random_layer(5000, 30, 60, 4);  // sorted by comparing
  require_new_links(thin, 5000, absent_links(thin, 5000, std::vector<std::int64_t>{0, 9, 149939}),
                    3);
}

TEST_CASE("random regrowth is exact at each density", "[topology]") {
  for (const std::int64_t links : {0, 1, 30, 1500, 2700, 2999, 3000}) {
    const Pattern layer = random_layer(60, 50, links, 9);
    for (const std::int64_t count : {std::int64_t{0}, (3000 - links) / 3, 3000 - links}) {
      require_new_links(layer, 60, regrow_random(layer, 60, count, Rng(3)), count);
    }
  }
  require_new_links({{0, 2}, {1, 3}}, 5, regrow_random({{0, 2}, {1, 3}}, 5, 3, Rng(1)), 3);
  CHECK(regrow_random({}, 0, 0, Rng(1)).empty());
}

TEST_CASE("random regrowth is uniform over the absent links", "[topology]") {
  const Pattern layer = shuffled(layer_of({"110", "001", "010", "100"}), 2);
  constexpr int kDraws = 20000;
  for (const std::int64_t count : {2, 6}) {
    std::map<std::int32_t, int> hits;
    for (int draw = 0; draw < kDraws; ++draw) {
      for (const Link link :
           regrow_random(layer, 4, count, Rng(6, static_cast<std::uint64_t>(draw)))) {
        ++hits[link.target * 4 + link.source];
      }
    }
    CHECK(hits.size() == 7);
    double sum = 0;
    for (const auto& hit : hits) {
      const double expected = kDraws * static_cast<double>(count) / 7;
      sum += (hit.second - expected) * (hit.second - expected) / expected;
    }
    CHECK(sum < 22.5);  // 6 degrees of freedom, one in a thousand
  }
}

TEST_CASE("more links than are absent is an error", "[topology]") {
  const Pattern layer = layer_of({"10", "11"});
  CHECK(error_of([&] { regrow_random(layer, 2, 2, Rng(1)); }) ==
        "invalid_argument: [regrow_random] got 2 links to add, expected 0 to 1, the absent links "
        "of a layer of 2 x 2");
  CHECK_THROWS_AS(regrow_random(layer, 2, -1, Rng(1)), std::invalid_argument);
  CHECK_THROWS_AS(regrow_random(layer, 1, 0, Rng(1)), std::invalid_argument);  // column 1
  CHECK_THROWS_AS(LinkChoice(layer, 2, 2, ChoiceRule::best, Rng(1)), std::invalid_argument);
}

TEST_CASE("the best scores are chosen, then anything", "[topology]") {
  const Pattern layer = layer_of({"1000", "0000"});
  const std::vector<float> scores{9, 1, 3,   0,
                                  2, 0, NAN, 5};  // [targets][sources]; cell 0 has a link
  CHECK(choose(layer, 2, 3, ChoiceRule::best, scores, Rng(1)) == Links{{0, 1}, {0, 2}, {1, 3}});
  std::set<std::int32_t> filled;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    const Links links = choose(layer, 2, 5, ChoiceRule::best, scores, Rng(seed));
    require_new_links(layer, 2, links, 5);
    for (const Link link : links) {
      const std::int32_t cell = link.target * 2 + link.source;
      if (!(scores[static_cast<std::size_t>(cell)] > 0)) filled.insert(cell);
    }
  }
  CHECK(filled == std::set<std::int32_t>{3, 5, 6});
}

TEST_CASE("ties are broken by the seed, evenly", "[topology]") {
  const Pattern layer{{0, 0}, {}};
  std::map<std::int32_t, int> hits;
  for (std::uint64_t seed = 0; seed < 8000; ++seed) {
    const Links links = choose(layer, 5, 1, ChoiceRule::best, {1, 2, 2, 2, 2}, Rng(seed));
    ++hits[links[0].source - 1];
  }
  CHECK(chi_square(hits, {2000, 2000, 2000, 2000}) < 16.3);  // one in a thousand
}

TEST_CASE("sampling follows the scores", "[topology]") {
  const Pattern layer{{0, 1}, {0}};
  std::map<std::int32_t, int> hits;
  for (std::uint64_t draw = 0; draw < 12000; ++draw) {
    ++hits[choose(layer, 4, 1, ChoiceRule::sampled, {7, 1, 2, 3}, Rng(2, draw))[0].source - 1];
  }
  CHECK(chi_square(hits, {2000, 4000, 6000}) < 13.8);
}

TEST_CASE("sampling adds a small score when too few cells have one", "[topology]") {
  // Two links out of scores 1e-5, 3e-5, 0, 0: with 1e-5 added the weights are 2, 4, 1, 1.
  const Pattern layer{{0, 0}, {}};
  std::map<std::int32_t, int> hits;
  constexpr double kDraws = 30000;
  for (std::uint64_t draw = 0; draw < kDraws; ++draw) {
    const Links links =
        choose(layer, 4, 3, ChoiceRule::sampled, {1e-5f, 3e-5f, 0, 0}, Rng(5, draw));
    require_new_links(layer, 4, links, 3);
    ++hits[6 - links[0].source - links[1].source - links[2].source];  // the one left out
  }
  // The chance to be left out: the last of four in all orders of sampling without replacement.
  const double weight[4] = {2, 4, 1, 1};
  std::vector<double> expected(4, 0);
  int order[4] = {0, 1, 2, 3};
  do {
    double chance = 1, left = 8;
    for (int i = 0; i < 3; ++i) {
      chance *= weight[order[i]] / left;
      left -= weight[order[i]];
    }
    expected[static_cast<std::size_t>(order[3])] += kDraws * chance;
  } while (std::next_permutation(order, order + 4));
  CHECK(chi_square(hits, expected) < 16.3);
}

TEST_CASE("gradient regrowth takes the largest gradients", "[topology]") {
  const Pattern layer = random_layer(40, 70, 600, 12);
  Rng rng(9);
  std::vector<float> gradient(2800);
  for (float& g : gradient) g = static_cast<float>(std::fabs(rng.normal()));
  std::vector<std::pair<float, Link>> truth;
  const auto cells = cells_of(layer);
  for (std::int32_t t = 0; t < 70; ++t) {
    for (std::int32_t s = 0; s < 40; ++s) {
      if (cells.count({t, s}) == 0)
        truth.push_back({-gradient[static_cast<std::size_t>(t * 40 + s)], {s, t}});
    }
  }
  std::sort(truth.begin(), truth.end());
  for (const std::int64_t count : {0, 1, 200, 2200}) {
    Links expected;
    for (std::int64_t i = 0; i < count; ++i)
      expected.push_back(truth[static_cast<std::size_t>(i)].second);
    std::sort(expected.begin(), expected.end());
    for (const std::int32_t block : {1, 3, 64, 1000}) {
      CHECK(regrow_gradient(layer, 40, count, block_of(gradient, 40), Rng(1), block) == expected);
    }
  }
  CHECK_THROWS_AS(regrow_gradient(layer, 40, 1, block_of(gradient, 40), Rng(1), 0),
                  std::invalid_argument);
  CHECK_THROWS_AS(regrow_gradient(layer, 40, 2201, block_of(gradient, 40), Rng(1)),
                  std::invalid_argument);
}

TEST_CASE("choices do not depend on the number of threads", "[topology]") {
  const Pattern layer = random_layer(200, 300, 900, 2);
  Rng rng(9);
  std::vector<float> gradient(60000);
  for (float& g : gradient) g = static_cast<float>(rng.below(40));  // ties, and not enough above 0
  for (const std::int64_t count : {500, 59000}) {
    std::vector<Links> random, best;
    for (const int threads : {1, 2, 5}) {
      const ThreadCount scope(threads);
      random.push_back(regrow_random(layer, 200, count, Rng(7)));
      best.push_back(regrow_gradient(layer, 200, count, block_of(gradient, 200), Rng(7)));
    }
    CHECK((random[0] == random[1] && random[1] == random[2]));
    CHECK((best[0] == best[1] && best[1] == best[2]));
    require_new_links(layer, 200, best[0], count);
  }
}
