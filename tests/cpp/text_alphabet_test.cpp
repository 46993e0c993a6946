// Text to tokens and back: the vocabulary, malformed bytes, pieces that end anywhere.
#include <string>
#include <vector>

#include "catch.h"
#include "errors.h"
#include "sparsegrow/base/rng.h"
#include "sparsegrow/text/alphabet.h"

using namespace sparsegrow;
using sparsegrow::test::error_of;
using Tokens = std::vector<Token>;

namespace {

Span<const std::uint8_t> view(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

void append(Tokeniser& tokeniser, const std::string& piece, Tokens& tokens) {
  Tokens room(piece.size());
  room.resize(tokeniser.push(view(piece), room));
  tokens.insert(tokens.end(), room.begin(), room.end());
}

// Piece by piece; a size of 0 means all at once.
Tokens tokens_of(const std::string& text, std::size_t size = 0) {
  Tokeniser tokeniser;
  Tokens tokens;
  if (size == 0) size = text.size() + 1;
  for (std::size_t i = 0; i < text.size(); i += size) {
    append(tokeniser, text.substr(i, size), tokens);
  }
  return tokens;
}

std::string text_of(const Tokens& tokens) {
  std::vector<std::uint8_t> text(text_size(tokens));
  write_text(tokens, text);
  return {text.begin(), text.end()};
}

Tokens unknowns(std::size_t count) { return Tokens(count, kUnknownToken); }

// Prose, whole characters of each length, parts of them, and bytes that are none.
std::string random_text(std::uint64_t seed, int parts) {
  const std::vector<std::string> known{"a plain sentence, longer than one block of bytes. ",
                                       "x",
                                       "\n",
                                       "\t",
                                       "\r\n",
                                       "\xC3\xA9",
                                       "\xE2\x82\xAC",
                                       "\xF0\x9F\x98\x80",
                                       "\xE2\x82",
                                       "\xF0\x9F",
                                       "\x80",
                                       "\xFF",
                                       "\xED\xA0\x80",
                                       "\xC0\x80"};
  Rng rng(seed, 0);
  std::string text;
  for (int i = 0; i < parts; ++i) text += known[rng.below(known.size())];
  return text;
}

}  // namespace

TEST_CASE("the vocabulary", "[text]") {
  for (int byte = 0; byte < 128; ++byte) {
    Token expected = kUnknownToken;
    if (byte >= 32 && byte <= 126) expected = static_cast<Token>(byte - 32);
    if (byte == '\n') expected = 95;
    if (byte == '\t') expected = 96;
    INFO("byte " << byte);
    for (const std::size_t times : {1, 31, 32, 33, 64, 100}) {
      CHECK(tokens_of(std::string(times, static_cast<char>(byte))) == Tokens(times, expected));
    }
  }
  CHECK(tokens_of("a\r\nb") == Tokens{65, 97, 95, 66});
  CHECK(tokens_of("").empty());
}

TEST_CASE("one token for each character outside", "[text]") {
  for (const std::string text :
       {"\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xEC\xBF\xBF", "\xED\x9F\xBF", "\xEE\x80\x80",
        "\xEF\xBF\xBD", "\xF0\x90\x80\x80", "\xF3\xBF\xBF\xBF", "\xF4\x8F\xBF\xBF"}) {
    CHECK(tokens_of(text) == unknowns(1));
    CHECK(tokens_of(text + text, 1) == unknowns(2));
    CHECK(tokens_of("~" + text + "~") == Tokens{94, 97, 94});
  }
}

TEST_CASE("malformed bytes count as U+FFFD would", "[text]") {
  const std::vector<std::pair<std::string, std::size_t>> cases{{"\x80", 1},
                                                               {"\xBF\xBF", 2},
                                                               {"\xC0\x80", 2},
                                                               {"\xC1\xBF", 2},
                                                               {"\xF5\x80\x80\x80", 4},
                                                               {"\xFF\xFE", 2},
                                                               {"\xE0\x80\x80", 3},
                                                               {"\xED\xA0\x80", 3},
                                                               {"\xF0\x80\x80\x80", 4},
                                                               {"\xF4\x90\x80\x80", 4},
                                                               {"\xC3", 1},
                                                               {"\xE2\x82", 1},
                                                               {"\xF0\x9F\x98", 1},
                                                               {"\xE2\xE2\x82\xAC", 2},
                                                               {"\xF0\x9F\xC3\xA9", 2},
                                                               {"\xE2\x82\xAC\x80", 2}};
  for (const auto& [text, count] : cases) {
    CHECK(tokens_of(text) == unknowns(count));
    CHECK(tokens_of(text, 1) == unknowns(count));
    Tokens expected = unknowns(count);
    expected.push_back(65);
    CHECK(tokens_of(text + "a") == expected);
  }
}

TEST_CASE("pieces may end anywhere", "[text]") {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const std::string text = random_text(seed, 60);
    const Tokens expected = tokens_of(text);
    for (const std::size_t size : {1, 2, 3, 7, 31, 32, 33, 100}) {
      CHECK(tokens_of(text, size) == expected);
    }
  }
}

TEST_CASE("tokens survive the way to text and back", "[text]") {
  Tokens all(kVocabulary);
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<Token>(i);
  CHECK(tokens_of(text_of(all)) == all);
  CHECK(text_of({40, 69, 95, 96, 97}) == "He\n\t\xEF\xBF\xBD");
  CHECK(text_of({}).empty());
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    const Tokens tokens = tokens_of(random_text(seed, 60));
    CHECK(tokens_of(text_of(tokens)) == tokens);
  }
}

TEST_CASE("what text refuses", "[text]") {
  Tokens room(2);
  Tokeniser tokeniser;
  CHECK(error_of([&] { tokeniser.push(view("abc"), room); }) ==
        "invalid_argument: [Tokeniser.push] got room for 2 tokens, expected 3, one for each byte");
  CHECK(error_of([] { text_size(Tokens{0, 98}); }) ==
        "out_of_range: [text_of] got token 98, expected 0 to 97");
}
