#include "order.h"

#include <algorithm>
#include <cstdlib>
#include <numeric>
#include <string>

#include "failure.h"

namespace sparsegrow::software_gpu {

Order Order::of_environment() {
  const char* const text = std::getenv("SOFTWARE_GPU_ORDER");
  if (text == nullptr || *text == '\0') return Order(0);
  char* end = nullptr;
  const auto number = std::strtoull(text, &end, 10);
  if (*end != '\0' || *text == '-') {
    fail(std::string("SOFTWARE_GPU_ORDER must be a whole number, got '") + text + "'");
  }
  return Order(number);
}

void Order::arrange(std::uint32_t first, std::uint32_t last, std::vector<std::uint32_t>& turns) {
  turns.resize(last - first);
  std::iota(turns.begin(), turns.end(), first);
  if (number_ == 1) std::reverse(turns.begin(), turns.end());
  for (std::size_t i = turns.size(); shuffled() && i > 1; --i) {
    std::swap(turns[i - 1], turns[below(i)]);
  }
}

// splitmix64; the bias of the remainder does no harm here.
std::uint64_t Order::below(std::uint64_t bound) {
  std::uint64_t mixed = state_ += 0x9e3779b97f4a7c15u;
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9u;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebu;
  return (mixed ^ (mixed >> 31)) % bound;
}

}  // namespace sparsegrow::software_gpu
