#include "sparsegrow/train/rbm_likelihood.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "sparsegrow/backend/element.h"
#include "sparsegrow/base/check.h"
#include "sparsegrow/train/log_sums.h"

namespace sparsegrow {
namespace {

constexpr std::int32_t kBatch = 64;

// One layer as the enumeration sees it: unit u's bias and its links to the other layer.
struct Side {
  const Pattern& links;
  const std::int32_t* position;  // of each link in the weights; null where it is its own
  RowRange rows;

  std::int32_t begin(std::int32_t u) const {
    return links.row_begin[static_cast<std::size_t>(rows.first + u)];
  }
  std::int32_t end(std::int32_t u) const {
    return links.row_begin[static_cast<std::size_t>(rows.first + u) + 1];
  }
};

class Enumeration {
 public:
  explicit Enumeration(const RbmLayers& rbm)
      : bias_(rbm_values(rbm, "bias")), weight_(rbm_values(rbm, "weight")) {}

  // Goes through all states of `small` in Gray code: each differs from the last in one unit.
  double log_partition(const Side& small, RowRange large) const {
    std::vector<double> input(bias_.begin() + large.first,
                              bias_.begin() + large.first + large.count);
    std::vector<bool> on(static_cast<std::size_t>(small.rows.count), false);
    double energy = 0;  // less that of the small layer's biases
    LogSum sum;
    sum.add(sum_softplus(input));
    const std::uint64_t states = std::uint64_t{1} << small.rows.count;
    for (std::uint64_t state = 1; state < states; ++state) {
      std::int32_t unit = 0;
      while (((state >> unit) & 1) == 0) ++unit;
      const auto index = static_cast<std::size_t>(unit);
      on[index] = !on[index];
      const double sign = on[index] ? 1.0 : -1.0;
      energy += sign * bias_[static_cast<std::size_t>(small.rows.first + unit)];
      move(small, unit, sign, large, input);
      sum.add(energy + sum_softplus(input));
    }
    return sum.value();
  }

 private:
  static std::vector<double> rbm_values(const RbmLayers& rbm, const char* name) {
    const Network& net = rbm.network();
    const StateEntry& entry = net.state().entry(name);
    std::vector<double> values;
    for (std::int64_t i = 0; i < net.state().count(entry); ++i) {
      values.push_back(load_element(*entry.buffer, net.config().dtype, i));
    }
    return values;
  }

  void move(const Side& small, std::int32_t unit, double sign, RowRange large,
            std::vector<double>& input) const {
    for (std::int32_t e = small.begin(unit); e < small.end(unit); ++e) {
      const std::int32_t at = small.position ? small.position[e] : e;
      const std::int32_t other = small.links.column[static_cast<std::size_t>(e)] - large.first;
      input[static_cast<std::size_t>(other)] += sign * weight_[static_cast<std::size_t>(at)];
    }
  }

  std::vector<double> bias_, weight_;
};

}  // namespace

void free_energy(const RbmLayers& rbm, const SampleMatrix& x, Span<const std::int64_t> order,
                 Span<double> out) {
  SG_REQUIRE(x.features == rbm.visible().count, "Rbm.free_energy", "got ", x.features,
             " features, expected ", rbm.visible().count);
  const Network& net = rbm.network();
  const Buffer& bias = net.state().buffer("bias");
  Panel units = rbm.make_panel(kBatch);
  std::fill(out.begin(), out.end(), 0.0);
  for (std::size_t begin = 0; begin < order.size(); begin += kBatch) {
    const std::size_t size = std::min<std::size_t>(kBatch, order.size() - begin);
    units.set_batch(static_cast<std::int32_t>(size));
    net.backend().pack(x, {order.data() + begin, size}, 0, units);
    rbm.hidden_sums(units);
    const Span<double> sums(out.data() + begin, size);
    add_over_rows(units, rbm.visible(), sums, [&](std::int32_t i, double v) {
      return -v * load_element(bias, net.config().dtype, i);
    });
    add_over_rows(units, rbm.hidden(), sums, [](std::int32_t, double z) { return -softplus(z); });
  }
}

double log_partition_exact(const RbmLayers& rbm) {
  const RowRange visible = rbm.visible(), hidden = rbm.hidden();
  SG_REQUIRE(std::min(visible.count, hidden.count) <= kMostEnumerated, "Rbm.log_partition_exact",
             "got ", visible.count, " visible and ", hidden.count,
             " hidden units, expected at most ", kMostEnumerated, " of either");
  rbm.network().backend().finish();
  const Csr& csr = rbm.network().graph().csr();
  const Enumeration all(rbm);
  if (hidden.count <= visible.count) {
    return all.log_partition({csr.by_target, nullptr, hidden}, visible);
  }
  return all.log_partition({csr.by_source, csr.position.data(), visible}, hidden);
}

}  // namespace sparsegrow
