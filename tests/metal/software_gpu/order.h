// In which order threadgroups, SIMD-groups and lanes take their turns. A kernel whose result
// depends on it lacks a barrier.
#pragma once

#include <cstdint>
#include <vector>

namespace sparsegrow::software_gpu {

class Order {
 public:
  // Of the environment variable SOFTWARE_GPU_ORDER: 0 or none forward, 1 reverse, else the seed of
  // a shuffle. Anything but a number ends the program.
  static Order of_environment();

  explicit Order(std::uint64_t number) : number_(number), state_(number) {}

  bool shuffled() const { return number_ > 1; }
  // The numbers first .. last - 1, as they take their turns.
  void arrange(std::uint32_t first, std::uint32_t last, std::vector<std::uint32_t>& turns);

 private:
  std::uint64_t below(std::uint64_t bound);

  std::uint64_t number_, state_;
};

}  // namespace sparsegrow::software_gpu
