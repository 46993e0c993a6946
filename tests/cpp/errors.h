// What a call throws, as text: the standard type and the message.
#pragma once

#include <stdexcept>
#include <string>

namespace sparsegrow::test {

template <class Call>
std::string error_of(Call&& call) {
  try {
    call();
  } catch (const std::invalid_argument& e) {
    return std::string("invalid_argument: ") + e.what();
  } catch (const std::out_of_range& e) {
    return std::string("out_of_range: ") + e.what();
  } catch (const std::runtime_error& e) {
    return std::string("runtime_error: ") + e.what();
  }
  return "nothing was thrown";
}

}  // namespace sparsegrow::test
