#include "signature.h"

#include <regex>

namespace sparsegrow::software_metal {
namespace {

std::string without_comments(const std::string& source) {
  std::string text;
  for (std::size_t at = 0; at < source.size();) {
    const bool line = source.compare(at, 2, "//") == 0;
    if (!line && source.compare(at, 2, "/*") != 0) {
      text += source[at++];
      continue;
    }
    const std::size_t end = source.find(line ? "\n" : "*/", at + 2);
    if (end == std::string::npos) break;
    at = line ? end : end + 2;
    text += ' ';
  }
  return text;
}

// `constant T&` -> T
std::string value_type(const std::string& declaration) {
  static const std::regex qualifier(R"(\b(constant|device|const)\b|&[\s\S]*)");
  static const std::regex ends(R"(^\s+|\s+$)");
  return std::regex_replace(std::regex_replace(declaration, qualifier, ""), ends, "");
}

KernelSignature signature_of(const std::string& parameters) {
  static const std::regex each(R"(([^,\[\]]*)\[\[\s*(\w+)\s*(?:\(\s*(\d+)\s*\))?\s*\]\])");
  KernelSignature signature;
  std::sregex_iterator at(parameters.begin(), parameters.end(), each);
  for (; at != std::sregex_iterator(); ++at) {
    const std::string kind = (*at)[2];
    const std::string declaration = (*at)[1];
    const int index = (*at)[3].matched ? std::stoi((*at)[3]) : 0;
    if (kind == "threadgroup") signature.threadgroup |= 1u << index;
    if (kind == "buffer" && declaration.find('&') != std::string::npos) {
      signature.values[index] = value_type(declaration);
    }
  }
  return signature;
}

// From the opening parenthesis at `begin` to the one that closes it.
std::string in_parentheses(const std::string& text, std::size_t begin) {
  int depth = 0;
  for (std::size_t at = begin; at < text.size(); ++at) {
    if (text[at] == '(') ++depth;
    if (text[at] == ')' && --depth == 0) return text.substr(begin + 1, at - begin - 1);
  }
  return "";
}

}  // namespace

std::map<std::string, KernelSignature> signatures_in(const std::string& source) {
  static const std::regex kernel(R"(\bkernel\s+void\s+(\w+)\s*\()");
  const std::string text = without_comments(source);
  std::map<std::string, KernelSignature> known;
  std::sregex_iterator at(text.begin(), text.end(), kernel);
  for (; at != std::sregex_iterator(); ++at) {
    const auto begin = static_cast<std::size_t>(at->position() + at->length()) - 1;
    known[(*at)[1]] = signature_of(in_parentheses(text, begin));
  }
  return known;
}

}  // namespace sparsegrow::software_metal
