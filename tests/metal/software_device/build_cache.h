// Files that tools make, kept in a folder under the hash of all that went into them.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

namespace sparsegrow::software_metal {

std::string hash_of(const std::string& text);  // 32 hexadecimal digits
std::string content_of(const std::filesystem::path& file);

// A file of the cache with this ending, made by `make` in an empty folder of its own as
// <folder>/out if it is not there yet. Processes that make the same one at the same time each
// finish theirs and put it in place in one step.
std::filesystem::path cached(const std::string& key, const std::string& ending,
                             const std::function<void(const std::filesystem::path& folder)>& make);

// Runs a shell command in a folder. Throws CompileError with what it printed when it fails.
void run_tool(const std::filesystem::path& folder, const std::string& command);

std::string in_quotes(const std::string& text);  // for run_tool

}  // namespace sparsegrow::software_metal
