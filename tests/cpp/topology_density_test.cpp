// Counts per layer, against the published and derived vectors of the specification.
#include "catch.h"
#include "sparsegrow/topology/layer_density.h"

using namespace sparsegrow;
using Counts = std::vector<std::int64_t>;

TEST_CASE("Erdos-Renyi by epsilon", "[topology]") {
  const std::vector<LayerShape> mnist{{784, 1000}, {1000, 1000}, {1000, 1000}, {1000, 10}};
  CHECK(links_by_epsilon(mnist, 20) == Counts{35680, 40000, 40000, 10000});
  CHECK(links_by_epsilon(mnist, 13) == Counts{23192, 26000, 26000, 10000});
  const std::vector<LayerShape> cifar{{3072, 4000}, {4000, 1000}, {1000, 4000}, {4000, 10}};
  CHECK(links_by_epsilon(cifar, 20) == Counts{141440, 100000, 100000, 40000});
  CHECK(links_by_epsilon({{28, 1000}, {1000, 2}}, 20) == Counts{20560, 2000});
  CHECK(links_by_epsilon({{1024, 200}}, 10) == Counts{12240});
  CHECK_THROWS_AS(links_by_epsilon(mnist, 0), std::invalid_argument);
}

TEST_CASE("ERK at a global density", "[topology]") {
  CHECK(links_erk({{3072, 1024}, {1024, 1024}, {1024, 10}}, 0.05) == Counts{133325, 66662, 10240});
  CHECK(links_erk({{784, 1000}, {1000, 1000}, {1000, 1000}, {1000, 10}}, 0.01) ==
        Counts{7337, 8225, 8225, 4154});
  CHECK(links_erk({{784, 300}, {300, 100}, {100, 10}}, 0.02) == Counts{3621, 1336, 367});
}

TEST_CASE("ERK holds the global density and never exceeds a layer", "[topology]") {
  const std::vector<LayerShape> layers{{100, 50}, {50, 20}, {20, 3}};
  for (const double density : {0.01, 0.1, 0.5, 0.9, 1.0}) {
    const Counts links = links_erk(layers, density);
    double total = 0, cells = 0;
    for (std::size_t l = 0; l < layers.size(); ++l) {
      CHECK(links[l] <= layers[l].cells());
      total += static_cast<double>(links[l]);
      cells += static_cast<double>(layers[l].cells());
    }
    CHECK(total == Approx(density * cells).margin(static_cast<double>(layers.size())));
  }
}

TEST_CASE("uniform density", "[topology]") {
  CHECK(links_uniform({{10, 20}, {20, 5}}, 0.1) == Counts{20, 10});
  CHECK_THROWS_AS(links_uniform({{10, 20}}, 0), std::invalid_argument);
  CHECK_THROWS_AS(links_uniform({{10, 20}}, 1.5), std::invalid_argument);
}
