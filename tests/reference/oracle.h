// The verbs once more: slow, obvious and in double precision, on [row][sample] matrices.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "reference/matrix.h"
#include "sparsegrow/graph/csr.h"

namespace sparsegrow::reference {

// bias may be empty. Only the rows of one level are written.
inline void spmm(const Csr& csr, std::int32_t level, const std::vector<double>& values,
                 const std::vector<double>& bias, const Matrix& x, Matrix& y) {
  for (const std::int32_t r : csr.target_plan.level_rows(level)) {
    for (std::int32_t b = 0; b < x.batch; ++b) {
      double sum = bias.empty() ? 0 : bias[r];
      for (std::int32_t e = csr.by_target.row_begin[r]; e < csr.by_target.row_begin[r + 1]; ++e) {
        sum += values[e] * x.at(csr.by_target.column[e], b);
      }
      y.at(r, b) = sum;
    }
  }
}

// Scatters edge by edge from the by-target pattern, so that the transposed one is tested too.
inline void spmm_t(const Csr& csr, std::int32_t level, const std::vector<double>& values,
                   const Matrix& dy, Matrix& dx) {
  std::vector<bool> wanted(static_cast<std::size_t>(csr.sources()), false);
  Matrix sums(csr.sources(), dy.batch);
  for (const std::int32_t s : csr.source_plan.level_rows(level)) wanted[s] = true;
  for (std::int32_t r = 0; r < csr.targets(); ++r) {
    for (std::int32_t e = csr.by_target.row_begin[r]; e < csr.by_target.row_begin[r + 1]; ++e) {
      for (std::int32_t b = 0; b < dy.batch; ++b) {
        sums.at(csr.by_target.column[e], b) += values[e] * dy.at(r, b);
      }
    }
  }
  for (std::int32_t s = 0; s < csr.sources(); ++s) {
    for (std::int32_t b = 0; b < dy.batch && wanted[s]; ++b) dx.at(s, b) = sums.at(s, b);
  }
}

inline std::vector<double> sddmm(const Csr& csr, const Matrix& x, const Matrix& dy) {
  std::vector<double> dvalues(static_cast<std::size_t>(csr.edges()), 0);
  for (std::int32_t r = 0; r < csr.targets(); ++r) {
    for (std::int32_t e = csr.by_target.row_begin[r]; e < csr.by_target.row_begin[r + 1]; ++e) {
      for (std::int32_t b = 0; b < x.batch; ++b) {
        dvalues[e] += x.at(csr.by_target.column[e], b) * dy.at(r, b);
      }
    }
  }
  return dvalues;
}

inline std::vector<double> row_sum(const Matrix& m) {
  std::vector<double> sums(static_cast<std::size_t>(m.rows), 0);
  for (std::int32_t r = 0; r < m.rows; ++r) {
    for (std::int32_t b = 0; b < m.batch; ++b) sums[r] += m.at(r, b);
  }
  return sums;
}

// f(z) of one neuron; srelu holds its four numbers, in the order of SreluParameter.
inline double activation(ActivationParams f, const double* srelu, double z) {
  switch (f.kind) {
    case ActivationKind::identity:
      return z;
    case ActivationKind::relu:
      return z > 0 ? z : static_cast<double>(f.slope) * z;
    case ActivationKind::tanh:
      return std::tanh(z);
    case ActivationKind::sigmoid:
      return 1 / (1 + std::exp(-z));
    case ActivationKind::srelu:
      break;
  }
  if (z >= srelu[2]) return srelu[2] + srelu[3] * (z - srelu[2]);
  if (z <= srelu[0]) return srelu[0] + srelu[1] * (z - srelu[0]);
  return z;
}

inline double activation_slope(ActivationParams f, const double* srelu, double z) {
  const double a = activation(f, srelu, z);
  switch (f.kind) {
    case ActivationKind::identity:
      return 1;
    case ActivationKind::relu:
      return z > 0 ? 1 : static_cast<double>(f.slope);
    case ActivationKind::tanh:
      return 1 - a * a;
    case ActivationKind::sigmoid:
      return a * (1 - a);
    case ActivationKind::srelu:
      break;
  }
  return z >= srelu[2] ? srelu[3] : z <= srelu[0] ? srelu[1] : 1;
}

// d f / d (one of SReLU's four numbers).
inline double srelu_slope(int parameter, const double* srelu, double z) {
  const bool right = z >= srelu[2], left = !right && z <= srelu[0];
  switch (parameter) {
    case 0:
      return left ? 1 - srelu[1] : 0;
    case 1:
      return left ? z - srelu[0] : 0;
    case 2:
      return right ? 1 - srelu[3] : 0;
    default:
      return right ? z - srelu[2] : 0;
  }
}

// Whether a unit is dropped: a hash of where and when it is, below rate * 2^32.
inline bool dropped(DropoutParams drop, std::uint32_t row, std::uint32_t column) {
  const auto mix = [](std::uint32_t h) {
    h = (h ^ (h >> 16)) * 2146121005u;
    h = (h ^ (h >> 15)) * 2221713035u;
    return h ^ (h >> 16);
  };
  const std::uint32_t golden = 2654435769u;
  const std::uint32_t call = mix(drop.seed ^ mix(drop.step + golden));
  const std::uint32_t hash = mix(mix(call + row) ^ (column * golden));
  return hash < static_cast<std::uint32_t>(static_cast<double>(drop.rate) * 4294967296.0);
}

struct LossResult {
  Matrix d;
  std::vector<double> losses;
  std::vector<std::int32_t> correct;
};

// z holds the classes only.
inline LossResult softmax_xent(const Matrix& z, const std::vector<std::int32_t>& labels) {
  LossResult result{Matrix(z.rows, z.batch), std::vector<double>(labels.size()),
                    std::vector<std::int32_t>(labels.size())};
  for (std::int32_t b = 0; b < z.batch; ++b) {
    std::int32_t best = 0;
    for (std::int32_t c = 1; c < z.rows; ++c) best = z.at(c, b) > z.at(best, b) ? c : best;
    double sum = 0;
    for (std::int32_t c = 0; c < z.rows; ++c) sum += std::exp(z.at(c, b) - z.at(best, b));
    for (std::int32_t c = 0; c < z.rows; ++c) {
      const double p = std::exp(z.at(c, b) - z.at(best, b)) / sum;
      result.d.at(c, b) = (p - (c == labels[b] ? 1 : 0)) / z.batch;
    }
    result.losses[b] = std::log(sum) + z.at(best, b) - z.at(labels[b], b);
    result.correct[b] = best == labels[b];
  }
  return result;
}

inline LossResult mse(const Matrix& a, const Matrix& targets) {
  LossResult result{
      Matrix(a.rows, a.batch), std::vector<double>(static_cast<std::size_t>(a.batch)), {}};
  for (std::int32_t b = 0; b < a.batch; ++b) {
    for (std::int32_t r = 0; r < a.rows; ++r) {
      const double error = a.at(r, b) - targets.at(r, b);
      result.losses[b] += error * error / a.rows;
      result.d.at(r, b) = 2 * error / (static_cast<double>(a.rows) * a.batch);
    }
  }
  return result;
}

// One element of the optimizer; has_velocity is false where the buffer m is null.
inline void optimizer_step(const OptimizerParams& p, double gradient, double& w, double& m,
                           double& v, bool has_velocity = true) {
  const double old = w, g = gradient + static_cast<double>(p.l2) * w;
  if (p.kind == OptimizerKind::adam) {
    m = static_cast<double>(p.beta1) * m + (1 - static_cast<double>(p.beta1)) * g;
    v = static_cast<double>(p.beta2) * v + (1 - static_cast<double>(p.beta2)) * g * g;
    const double root = std::sqrt(v / static_cast<double>(p.correction2));
    w -= static_cast<double>(p.rate) * m / static_cast<double>(p.correction1) /
         (root + static_cast<double>(p.epsilon));
  } else if (p.kind == OptimizerKind::adagrad) {
    v += g * g;
    w -= static_cast<double>(p.rate) * g / (std::sqrt(v) + static_cast<double>(p.epsilon));
  } else {
    const double momentum = has_velocity ? static_cast<double>(p.momentum) : 0;
    const double step = static_cast<double>(p.rate) * g;
    m = momentum * m - step;
    w += p.kind == OptimizerKind::sgd ? m : momentum * m - step;
  }
  w -= static_cast<double>(p.decay) * old;
}

inline LevelStats level_stats(const Csr& csr, std::int32_t level, const Matrix& m) {
  LevelStats stats{};
  double count = 0;
  for (const std::int32_t r : csr.target_plan.level_rows(level)) {
    for (std::int32_t b = 0; b < m.batch; ++b, ++count) {
      stats.mean += m.at(r, b);
      stats.mean_square += m.at(r, b) * m.at(r, b);
      stats.max_abs = std::fmax(stats.max_abs, std::fabs(m.at(r, b)));
      stats.zero_fraction += m.at(r, b) == 0;
    }
  }
  if (count == 0) return {};
  return {stats.mean / count, stats.mean_square / count, stats.max_abs,
          stats.zero_fraction / count};
}

}  // namespace sparsegrow::reference
