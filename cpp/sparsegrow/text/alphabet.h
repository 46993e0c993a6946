// The 98 characters that a language model knows, and the way from text to tokens and back.
#pragma once

#include <cstddef>
#include <cstdint>

#include "sparsegrow/base/span.h"

namespace sparsegrow {

using Token = std::uint8_t;

// Printable ASCII 32..126 is 0..94 in order; then come newline, tab, and one token for every other
// character, the carriage return and the other control characters included.
constexpr Token kNewlineToken = 95;
constexpr Token kTabToken = 96;
constexpr Token kUnknownToken = 97;
constexpr int kVocabulary = 98;

// Turns UTF-8 into one token per character. Malformed bytes count as Unicode's U+FFFD practice has
// it: one unknown character for each longest part that could have begun a character, one for each
// byte that could not. So the tokens are those of decoding first, with replacement, and nothing is
// dropped. Text may come in pieces that end anywhere; the tokens do not depend on where.
class Tokeniser {
 public:
  // Writes the tokens of the next piece and returns how many: never more than it has bytes, which
  // is the room that `tokens` must have (invalid_argument). A character cut by the end of the piece
  // has its token already; what is left of it in the next piece has none.
  std::size_t push(Span<const std::uint8_t> text, Span<Token> tokens);

 private:
  Token* push_byte(std::uint8_t byte, Token* out);

  // What continues the character that was begun: how many bytes, and the range of the next one.
  std::uint8_t awaited_ = 0;
  std::uint8_t lowest_ = 0, highest_ = 0;
};

// Throws invalid_argument for a token outside 0..97.
void require_tokens(Span<const Token> tokens, const char* where);

// Bytes of `text_of(tokens)`. Throws out_of_range for a token outside 0..97.
std::size_t text_size(Span<const Token> tokens);

// Writes the characters of valid tokens as UTF-8 into `text`, which has room for `text_size` bytes.
// The unknown character is written as U+FFFD, whose token is the unknown one again: tokens survive
// the way to text and back.
void write_text(Span<const Token> tokens, Span<std::uint8_t> text);

}  // namespace sparsegrow
