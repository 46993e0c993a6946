#include "sparsegrow/base/check.h"

namespace sparsegrow {
namespace {

std::string located(const char* where, const std::string& what) {
  return concat("[", where, "] ", what);
}

}  // namespace

void throw_invalid(const char* where, const std::string& what) {
  throw std::invalid_argument(located(where, what));
}

void throw_range(const char* where, const std::string& what) {
  throw std::out_of_range(located(where, what));
}

void throw_runtime(const char* where, const std::string& what) {
  throw std::runtime_error(located(where, what));
}

}  // namespace sparsegrow
