// Sums of exponentials that neither overflow nor vanish, in double.
#pragma once

#include <cmath>
#include <limits>
#include <vector>

namespace sparsegrow {

// ln(1 + exp(x)).
inline double softplus(double x) { return std::fmax(x, 0.0) + std::log1p(std::exp(-std::fabs(x))); }

inline double sum_softplus(const std::vector<double>& values) {
  double sum = 0;
  for (const double x : values) sum += softplus(x);
  return sum;
}

// ln of a sum of exp(x), one x after another. NaN goes through.
class LogSum {
 public:
  void add(double x) {
    if (x <= most_) {
      scaled_ += std::exp(x - most_);
    } else {
      scaled_ = (scaled_ > 0 ? scaled_ * std::exp(most_ - x) : 0.0) + 1.0;
      most_ = x;
    }
  }
  double value() const {  // minus infinity if nothing was added
    return scaled_ > 0 ? most_ + std::log(scaled_) : most_;
  }

 private:
  double most_ = -std::numeric_limits<double>::infinity();
  double scaled_ = 0;
};

}  // namespace sparsegrow
