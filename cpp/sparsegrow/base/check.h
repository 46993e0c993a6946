// Contract checks. A broken contract throws; the message says where, what is wrong, what was
// received and what was expected.
#pragma once

#include <sstream>
#include <stdexcept>
#include <string>

namespace sparsegrow {

// Joins its arguments into one string, as a stream would print them.
template <class... Parts>
std::string concat(const Parts&... parts) {
  std::ostringstream out;
  (out << ... << parts);
  return out.str();
}

// Each throws its standard exception with the text "[where] what".
[[noreturn]] void throw_invalid(const char* where, const std::string& what);
[[noreturn]] void throw_range(const char* where, const std::string& what);
[[noreturn]] void throw_runtime(const char* where, const std::string& what);

}  // namespace sparsegrow

// The message parts are only put together when the condition fails.
#define SG_REQUIRE(condition, where, ...)                                                    \
  do {                                                                                       \
    if (!(condition)) ::sparsegrow::throw_invalid(where, ::sparsegrow::concat(__VA_ARGS__)); \
  } while (0)

#define SG_REQUIRE_RANGE(condition, where, ...)                                            \
  do {                                                                                     \
    if (!(condition)) ::sparsegrow::throw_range(where, ::sparsegrow::concat(__VA_ARGS__)); \
  } while (0)
