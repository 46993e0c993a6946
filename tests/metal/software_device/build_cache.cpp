#include "build_cache.h"

#include <stdlib.h>

#include <cstdint>
#include <cstdio>
#include <fstream>
#include <sstream>

#include "compiler.h"
#include "failure.h"
#include "settings.h"

namespace sparsegrow::software_metal {
namespace {

namespace fs = std::filesystem;

std::uint64_t fnv(const std::string& text, std::uint64_t hash) {
  for (const char letter : text) {
    hash = (hash ^ static_cast<unsigned char>(letter)) * 0x100000001b3u;
  }
  return hash;
}

// A folder in the cache for one build, gone with its end.
class Workshop {
 public:
  Workshop() {
    std::string name = settings().cache + "/building-XXXXXX";
    if (!mkdtemp(name.data())) fail("no folder can be made in ", settings().cache);
    folder_ = name;
  }
  ~Workshop() {
    std::error_code ignored;  // a folder that stays disturbs nobody
    fs::remove_all(folder_, ignored);
  }
  Workshop(const Workshop&) = delete;
  Workshop& operator=(const Workshop&) = delete;

  const fs::path& folder() const { return folder_; }

 private:
  fs::path folder_;
};

}  // namespace

std::string hash_of(const std::string& text) {
  char digits[33];
  std::snprintf(digits, sizeof(digits), "%016llx%016llx",
                static_cast<unsigned long long>(fnv(text, 0xcbf29ce484222325u)),
                static_cast<unsigned long long>(fnv(text, 0x9ae16a3b2f90404fu)));
  return digits;
}

std::string content_of(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  return text.str();
}

fs::path cached(const std::string& key, const std::string& ending,
                const std::function<void(const fs::path& folder)>& make) {
  fs::create_directories(settings().cache);
  const fs::path place = fs::absolute(settings().cache) / (hash_of(key) + ending);
  if (fs::exists(place)) return place;
  const Workshop workshop;
  make(workshop.folder());
  fs::rename(workshop.folder() / "out", place);
  return place;
}

void run_tool(const fs::path& folder, const std::string& command) {
  const std::string line = "cd " + in_quotes(folder) + " && " + command + " > said 2>&1";
  if (std::system(line.c_str()) != 0) {
    const std::string said = content_of(folder / "said");
    throw CompileError(said.empty() ? "failed without a word: " + command : said);
  }
}

std::string in_quotes(const std::string& text) {
  std::string quoted;
  for (const char letter : text) quoted += letter == '\'' ? "'\\''" : std::string(1, letter);
  return "'" + quoted + "'";
}

}  // namespace sparsegrow::software_metal
