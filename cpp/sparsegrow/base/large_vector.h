// Vectors of many megabytes. What they cost is the first touch of each page: 40 MB took 25 ms in
// pages of 4 KB and 5 ms in pages of 2 MB, against 2 ms for writing the same memory again.
#pragma once

#include <cstddef>
#include <vector>

namespace sparsegrow {

// Asks the system for large pages in [begin, begin + bytes), where it knows them; else does
// nothing.
void advise_large_pages(void* begin, std::size_t bytes);

// Empties `v` and gives it `size` zeros, in large pages when it is large.
template <class T>
void assign_large(std::vector<T>& v, std::size_t size) {
  v.clear();
  v.reserve(size);
  advise_large_pages(v.data(), size * sizeof(T));
  v.resize(size);
}

}  // namespace sparsegrow
