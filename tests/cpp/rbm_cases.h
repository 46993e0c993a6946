// Small restricted Boltzmann machines, and a slow dense one in double beside them.
#pragma once

#include <cmath>
#include <memory>
#include <numeric>
#include <vector>

#include "network_cases.h"
#include "sparsegrow/train/rbm.h"

namespace sparsegrow::test {

// Visible and hidden units with exactly `links` links, normal weights and biases.
inline std::shared_ptr<Network> rbm_net(std::int32_t visible, std::int32_t hidden,
                                        std::int64_t links, DType dtype, double scale = 0.7) {
  const Pattern pattern = erdos_renyi(visible, hidden, links, Rng(41));
  NetworkConfig config;
  config.dtype = dtype;
  auto net = std::make_shared<Network>(test_backend(), layered_graph({visible, hidden}, {pattern}),
                                       config);
  fill_normal(*net, "weight", scale, 42);
  fill_normal(*net, "bias", 0.5, 43);
  return net;
}

// Samples in [0, 1], about half of the values 0 or 1.
struct Pictures {
  std::vector<double> x;
  std::vector<std::int64_t> order;
  std::int32_t features;

  Pictures(std::int64_t samples, std::int32_t width, std::uint64_t seed = 44)
      : x(static_cast<std::size_t>(samples * width)),
        order(static_cast<std::size_t>(samples)),
        features(width) {
    Rng rng(seed);
    for (double& value : x) {
      const double u = rng.uniform();
      value = u < 0.25 ? 0.0 : u < 0.5 ? 1.0 : rng.uniform();
    }
    std::iota(order.begin(), order.end(), 0);
  }
  SampleMatrix matrix() const {
    return {x.data(), DType::f64, static_cast<std::int64_t>(order.size()), features};
  }
};

using Rows = std::vector<std::vector<double>>;  // [samples][units]

// The same machine as a dense matrix.
class DenseRbm {
 public:
  explicit DenseRbm(const Network& net)
      : visible_(net.inputs()),
        hidden_(net.outputs()),
        weight_(static_cast<std::size_t>(visible_ * hidden_), 0.0) {
    const Pattern& links = net.graph().csr().by_target;
    const auto values = values_of(net, net.state().buffer("weight"), links.edges());
    bias_ = values_of(net, net.state().buffer("bias"), visible_ + hidden_);
    for (std::int32_t j = 0; j < hidden_; ++j) {
      for (int e = links.row_begin[visible_ + j]; e < links.row_begin[visible_ + j + 1]; ++e) {
        weight_[links.column[e] * hidden_ + j] = values[e];
      }
    }
  }

  double weight(std::int32_t i, std::int32_t j) const { return weight_[i * hidden_ + j]; }

  double hidden_input(const std::vector<double>& v, std::int32_t j) const {
    double z = bias_[visible_ + j];
    for (std::int32_t i = 0; i < visible_; ++i) z += v[i] * weight(i, j);
    return z;
  }

  Rows hidden_given(const Rows& v) const {
    Rows h(v.size(), std::vector<double>(hidden_));
    for (std::size_t b = 0; b < v.size(); ++b) {
      for (std::int32_t j = 0; j < hidden_; ++j) h[b][j] = logistic(hidden_input(v[b], j));
    }
    return h;
  }

  Rows visible_given(const Rows& h) const {
    Rows v(h.size(), std::vector<double>(visible_));
    for (std::size_t b = 0; b < h.size(); ++b) {
      for (std::int32_t i = 0; i < visible_; ++i) {
        double z = bias_[i];
        for (std::int32_t j = 0; j < hidden_; ++j) z += h[b][j] * weight(i, j);
        v[b][i] = logistic(z);
      }
    }
    return v;
  }

  Rows sampled(Rows p, std::int32_t first_row, DrawStream draw) const {
    for (std::size_t b = 0; b < p.size(); ++b) {
      for (std::size_t u = 0; u < p[b].size(); ++u) {
        const auto row = first_row + static_cast<std::int32_t>(u);
        p[b][u] = unit_uniform(draw, row, static_cast<std::int32_t>(b)) < p[b][u] ? 1 : 0;
      }
    }
    return p;
  }

  double free_energy(const std::vector<double>& v) const {
    double energy = 0;
    for (std::int32_t i = 0; i < visible_; ++i) energy -= bias_[i] * v[i];
    for (std::int32_t j = 0; j < hidden_; ++j) energy -= std::log1p(std::exp(hidden_input(v, j)));
    return energy;
  }

  // The sum over all binary v of exp(-F(v)), one by one.
  double log_partition() const {
    double sum = 0;
    std::vector<double> v(visible_);
    for (std::int64_t state = 0; state < std::int64_t{1} << visible_; ++state) {
      for (std::int32_t i = 0; i < visible_; ++i) v[i] = static_cast<double>((state >> i) & 1);
      sum += std::exp(-free_energy(v));
    }
    return std::log(sum);
  }

 private:
  static double logistic(double x) { return 1 / (1 + std::exp(-x)); }

  std::int32_t visible_, hidden_;
  std::vector<double> weight_, bias_;
};

inline Rows rows_of(const Pictures& data) {
  Rows rows;
  for (std::size_t b = 0; b < data.order.size(); ++b) {
    const auto begin = data.x.begin() + static_cast<std::ptrdiff_t>(b * data.features);
    rows.emplace_back(begin, begin + data.features);
  }
  return rows;
}

}  // namespace sparsegrow::test
