// What real Metal or its validation layer would refuse ends the process with one line.
#pragma once

#include <sstream>
#include <string>

namespace sparsegrow::software_metal {

[[noreturn]] void fail_with(const std::string& what);  // "software Metal: <what>" and abort

template <class... Parts>
std::string text_of(const Parts&... parts) {
  std::ostringstream text;
  (text << ... << parts);
  return text.str();
}

template <class... Parts>
[[noreturn]] void fail(const Parts&... parts) {
  fail_with(text_of(parts...));
}

}  // namespace sparsegrow::software_metal
