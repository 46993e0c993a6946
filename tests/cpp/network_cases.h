// Small networks that tests of the train room share.
#pragma once

#include <memory>
#include <vector>

#include "sparsegrow/backend/element.h"
#include "sparsegrow/base/rng.h"
#include "sparsegrow/topology/erdos_renyi.h"
#include "sparsegrow/topology/layered.h"
#include "sparsegrow/train/initialise.h"
#include "sparsegrow/train/trainer.h"
#include "test_backend.h"

namespace sparsegrow::test {

inline void fill_normal(Network& net, const std::string& name, double scale, std::uint64_t seed) {
  Rng rng(seed);
  const StateEntry& entry = net.state().entry(name);
  for (std::int64_t i = 0; i < net.state().count(entry); ++i) {
    store_element(*entry.buffer, net.config().dtype, i, scale * rng.normal());
  }
}

// 7-9-6-4 with irregular fan-in, among it an empty row and a row with all inputs.
inline std::shared_ptr<Network> layered_net(NetworkConfig config,
                                            std::shared_ptr<Backend> backend = test_backend()) {
  Pattern first = erdos_renyi(7, 9, 25, Rng(11)), second = erdos_renyi(9, 6, 20, Rng(12)),
          third = erdos_renyi(6, 4, 15, Rng(13));
  auto net = std::make_shared<Network>(std::move(backend),
                                       layered_graph({7, 9, 6, 4}, {first, second, third}), config);
  fill_normal(*net, "weight", 0.7, 21);
  fill_normal(*net, "bias", 0.3, 22);
  return net;
}

// A directed acyclic graph with skip connections: inputs 0-3, hidden 4-8 in two groups, outputs
// 9-10.
inline std::shared_ptr<Network> skip_net(NetworkConfig config) {
  Graph graph;
  for (int i = 0; i < 4; ++i) graph.add_node({0, 0, true});
  for (int h = 0; h < 5; ++h) graph.add_node({h < 3 ? 1 : 2, 1, false});
  for (int o = 0; o < 2; ++o) graph.add_node({3, 5, false});
  const std::vector<EdgeEnds> edges{{0, 4}, {1, 4},  {2, 5},  {4, 5}, {3, 6}, {5, 6},
                                    {0, 7}, {4, 7},  {6, 8},  {2, 8}, {8, 9}, {0, 9},
                                    {5, 9}, {7, 10}, {3, 10}, {6, 10}};
  for (const auto& edge : edges) graph.add_edge(edge);
  graph.commit();
  auto net = std::make_shared<Network>(test_backend(), std::move(graph), config);
  fill_normal(*net, "weight", 0.8, 31);
  fill_normal(*net, "bias", 0.3, 32);
  return net;
}

// Samples with labels and values, kept alive for as long as the views are used.
struct Data {
  std::vector<double> x, values;
  std::vector<std::int64_t> labels, order;
  std::int64_t samples = 0;
  std::int32_t inputs = 0, outputs = 0;

  Data(std::int64_t count, std::int32_t features, std::int32_t targets, std::uint64_t seed)
      : samples(count), inputs(features), outputs(targets) {
    Rng rng(seed);
    for (std::int64_t i = 0; i < count * features; ++i) x.push_back(rng.normal());
    for (std::int64_t i = 0; i < count * targets; ++i) values.push_back(rng.normal());
    for (std::int64_t i = 0; i < count; ++i) {
      labels.push_back(static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(targets))));
      order.push_back(i);
    }
  }

  SampleMatrix matrix() const { return {x.data(), DType::f64, samples, inputs}; }
  Targets targets() const { return {labels, {values.data(), DType::f64, samples, outputs}}; }
};

inline std::vector<double> values_of(const Network& net, const Buffer& buffer, std::int64_t count) {
  net.backend().finish();
  std::vector<double> values;
  for (std::int64_t i = 0; i < count; ++i) {
    values.push_back(load_element(buffer, net.config().dtype, i));
  }
  return values;
}

// Every state array of a network, for comparisons to the bit.
inline std::vector<std::vector<double>> all_state(const Network& net) {
  std::vector<std::vector<double>> all;
  for (const auto& entry : net.state().entries()) {
    all.push_back(values_of(net, *entry.buffer, net.state().count(entry)));
  }
  return all;
}

inline std::vector<double> outputs_of(Trainer& trainer, const Data& data) {
  std::vector<double> out(static_cast<std::size_t>(data.samples * data.outputs));
  trainer.predict(data.matrix(), data.order, out.data());
  return out;
}

}  // namespace sparsegrow::test
