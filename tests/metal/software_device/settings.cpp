#include "settings.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "failure.h"

namespace sparsegrow::software_metal {
namespace {

std::string value_of(const char* variable, const std::string& otherwise) {
  const char* const value = std::getenv(variable);
  return value && *value ? value : otherwise;
}

bool is_on(const char* variable) {
  const std::string value = value_of(variable, "0");
  if (value != "0" && value != "1") fail(variable, " is '", value, "', expected 0 or 1");
  return value == "1";
}

long count_of(const char* variable, long otherwise) {
  const std::string value = value_of(variable, std::to_string(otherwise));
  char* end = nullptr;
  const long count = std::strtol(value.c_str(), &end, 10);
  if (*end || count <= 0) fail(variable, " is '", value, "', expected a positive number");
  return count;
}

// One folder for each user, so that nobody loads what another one has put there.
std::string default_cache() {
  const auto name = "software-metal-" + std::to_string(::getuid());
  return (std::filesystem::temp_directory_path() / name).string();
}

Settings read() {
  return {is_on("SOFTWARE_METAL_STRICT"),
          is_on("SOFTWARE_METAL_LEAKS"),
          is_on("SOFTWARE_METAL_REPORT"),
          count_of("SOFTWARE_METAL_MOST_DISPATCHES", 4096),
          value_of("SOFTWARE_METAL_CXX", "c++"),
          value_of("SOFTWARE_METAL_CXXFLAGS", ""),
          value_of("SOFTWARE_METAL_CACHE", default_cache()),
          value_of("SOFTWARE_METAL_FAIL", "")};
}

}  // namespace

// Never destroyed: static destructors of the host code still use the device.
const Settings& settings() {
  static const auto* const known = new Settings(read());
  return *known;
}

}  // namespace sparsegrow::software_metal
