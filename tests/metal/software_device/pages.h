// Host memory in whole pages, so that access to it can be taken away and given back.
#pragma once

#include <cstddef>

namespace sparsegrow::software_metal {

enum class Access { kNone, kRead, kAll };

// Filled with kFill. Behind the last page lies one that nobody may touch; what is left of the last
// page is filled with kFill too, and under AddressSanitizer must not be touched either.
class Pages {
 public:
  static constexpr unsigned char kFill = 0xCD;

  explicit Pages(std::size_t bytes);  // at least one
  ~Pages();
  Pages(const Pages&) = delete;
  Pages& operator=(const Pages&) = delete;

  char* data() const { return data_; }
  bool holds(const void* address) const;  // the page behind included
  bool is_past_end(const void* address) const;
  bool intact() const;  // nothing was written between the end and the page behind
  void allow(Access access);

 private:
  std::size_t bytes_, mapped_;  // the page behind not included
  char* data_;
  Access access_ = Access::kAll;
};

}  // namespace sparsegrow::software_metal
