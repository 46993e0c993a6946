// Counter-based random numbers (Philox 4x32, 10 rounds): a stream is named by (seed, stream), and
// the n-th draw of a stream is the same on every machine, thread count and backend.
#pragma once

#include <array>
#include <cstdint>

namespace sparsegrow {

// The Philox 4x32-10 bijection. Cost: about 40 integer operations for 4 words.
std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter,
                                    std::array<std::uint32_t, 2> key);

// Folds several numbers into one stream name, so that (purpose, layer, step) never collide by
// accident.
std::uint64_t stream_id(std::uint64_t a, std::uint64_t b = 0, std::uint64_t c = 0);

class Rng {
 public:
  explicit Rng(std::uint64_t seed, std::uint64_t stream = 0);

  std::uint32_t next();                      // 32 uniform bits
  std::uint64_t next64();                    // 64 uniform bits
  double uniform();                          // [0, 1), 53 bits
  double normal();                           // mean 0, variance 1 (Box-Muller)
  std::uint64_t below(std::uint64_t bound);  // [0, bound), unbiased; bound >= 1

 private:
  std::array<std::uint32_t, 2> key_;
  std::uint64_t stream_;
  std::uint64_t block_ = 0;
  std::array<std::uint32_t, 4> words_{};
  int used_ = 4;
  double spare_ = 0;
  bool has_spare_ = false;
};

}  // namespace sparsegrow
