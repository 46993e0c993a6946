// A pointer and a length: the C++17 stand-in for std::span. Does not own.
#pragma once

#include <cstddef>
#include <type_traits>
#include <vector>

namespace sparsegrow {

template <class T>
class Span {
 public:
  Span() = default;
  Span(T* data, std::size_t size) : data_(data), size_(size) {}
  Span(std::vector<std::remove_const_t<T>>& v) : data_(v.data()), size_(v.size()) {}
  template <class U = T, class = std::enable_if_t<std::is_const_v<U>>>
  Span(const std::vector<std::remove_const_t<T>>& v) : data_(v.data()), size_(v.size()) {}
  template <class U = T, class = std::enable_if_t<std::is_const_v<U>>>
  Span(const Span<std::remove_const_t<T>>& other) : data_(other.data()), size_(other.size()) {}

  T* data() const { return data_; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  T& operator[](std::size_t i) const { return data_[i]; }
  T* begin() const { return data_; }
  T* end() const { return data_ + size_; }

 private:
  T* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace sparsegrow
