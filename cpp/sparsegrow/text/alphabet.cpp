#include "sparsegrow/text/alphabet.h"

#include <array>
#include <cstring>

#include "sparsegrow/base/check.h"

namespace sparsegrow {
namespace {

constexpr std::size_t kBlock = 32;  // bytes that are looked at together
constexpr std::uint8_t kAsciiEnd = 128;
constexpr std::array<std::uint8_t, 3> kReplacement{0xEF, 0xBF, 0xBD};  // U+FFFD

// Arithmetic, so that a block of bytes becomes vector code: three times as fast as a table.
constexpr Token ascii_token(std::uint8_t byte) {
  const auto printable = static_cast<Token>(byte - ' ');
  const Token plain = printable < kNewlineToken ? printable : kUnknownToken;
  const Token line = byte == '\n' ? kNewlineToken : plain;
  return byte == '\t' ? kTabToken : line;
}

constexpr std::uint8_t ascii_of(Token token) {
  if (token == kNewlineToken) return '\n';
  if (token == kTabToken) return '\t';
  return static_cast<std::uint8_t>(token + ' ');
}

// How a byte may begin a character: the bytes that must follow and the range of the first of them.
struct Lead {
  std::uint8_t awaited, lowest, highest;
};

// Table 3-7 of the Unicode standard: no overlong forms, no surrogates, nothing above U+10FFFF. A
// byte that begins no character awaits nothing.
constexpr Lead lead_of(std::uint8_t byte) {
  if (byte >= 0xC2 && byte <= 0xDF) return {1, 0x80, 0xBF};
  if (byte == 0xE0) return {2, 0xA0, 0xBF};
  if (byte == 0xED) return {2, 0x80, 0x9F};
  if (byte >= 0xE1 && byte <= 0xEF) return {2, 0x80, 0xBF};
  if (byte == 0xF0) return {3, 0x90, 0xBF};
  if (byte >= 0xF1 && byte <= 0xF3) return {3, 0x80, 0xBF};
  if (byte == 0xF4) return {3, 0x80, 0x8F};
  return {0, 0, 0};
}

bool is_ascii(const std::uint8_t* block) {
  std::array<std::uint64_t, kBlock / 8> words;
  std::memcpy(words.data(), block, kBlock);
  return ((words[0] | words[1] | words[2] | words[3]) & 0x8080808080808080u) == 0;
}

}  // namespace

Token* Tokeniser::push_byte(std::uint8_t byte, Token* out) {
  if (awaited_ > 0 && byte >= lowest_ && byte <= highest_) {
    --awaited_;
    lowest_ = 0x80, highest_ = 0xBF;
    return out;
  }
  if (byte < kAsciiEnd) {
    awaited_ = 0;
    *out = ascii_token(byte);
    return out + 1;
  }
  const Lead lead = lead_of(byte);
  awaited_ = lead.awaited, lowest_ = lead.lowest, highest_ = lead.highest;
  *out = kUnknownToken;
  return out + 1;
}

std::size_t Tokeniser::push(Span<const std::uint8_t> text, Span<Token> tokens) {
  SG_REQUIRE(tokens.size() >= text.size(), "Tokeniser.push", "got room for ", tokens.size(),
             " tokens, expected ", text.size(), ", one for each byte");
  const std::uint8_t* in = text.begin();
  Token* out = tokens.begin();
  while (in != text.end()) {
    if (awaited_ == 0 && static_cast<std::size_t>(text.end() - in) >= kBlock && is_ascii(in)) {
      for (std::size_t i = 0; i < kBlock; ++i) out[i] = ascii_token(in[i]);
      in += kBlock, out += kBlock;
    } else {
      out = push_byte(*in++, out);
    }
  }
  return static_cast<std::size_t>(out - tokens.begin());
}

void require_tokens(Span<const Token> tokens, const char* where) {
  for (std::size_t k = 0; k < tokens.size(); ++k) {
    SG_REQUIRE(tokens[k] < kVocabulary, where, "tokens: got ", int{tokens[k]}, " at place ", k,
               ", expected 0 to ", kVocabulary - 1);
  }
}

std::size_t text_size(Span<const Token> tokens) {
  std::size_t size = tokens.size();
  for (const Token token : tokens) {
    SG_REQUIRE_RANGE(token < kVocabulary, "text_of", "got token ", int{token}, ", expected 0 to ",
                     kVocabulary - 1);
    size += token == kUnknownToken ? kReplacement.size() - 1 : 0;
  }
  return size;
}

void write_text(Span<const Token> tokens, Span<std::uint8_t> text) {
  std::uint8_t* out = text.begin();
  for (const Token token : tokens) {
    if (token == kUnknownToken) {
      std::memcpy(out, kReplacement.data(), kReplacement.size());
      out += kReplacement.size();
    } else {
      *out++ = ascii_of(token);
    }
  }
}

}  // namespace sparsegrow
