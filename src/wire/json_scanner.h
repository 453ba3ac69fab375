// JsonScanner: one walk forward over the bytes of a JSON body, without an index of it.
//
// It takes RFC 8259 and nothing more: one object, in UTF-8. It knows syntax only; what members mean
// and what clients are told is json_cursor.h. Texts point into the body where they have no escapes.
//
// No byte behind the body counts, but up to kBodyPaddingBytes of them are loaded: a text is looked
// at in blocks, and a mark before it is checked for being inside the body. Every loop ends at the
// body's end, and every text, value and closing bracket must lie before it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace stator::wire {

// What a JSON value is, told by its first byte.
enum class JsonType : std::uint8_t { kObject, kArray, kString, kNumber, kBoolean, kNull };

// The types by the first byte of a value; kNoJsonType where none begins so.
inline constexpr JsonType kNoJsonType{6};
extern const std::array<JsonType, 256> kJsonTypeOfByte;

// The walk. Each function reads on from where the last one stopped and answers false when what
// stands there is not JSON; fault() says why, and nothing but Open may be called then. The caller
// knows where it is: a value is read, whole, by the function for its type. Not thread-safe.
class JsonScanner {
 public:
  // Starts at `body`, which must outlive the walk. REQUIRES: kBodyPaddingBytes readable behind it.
  void Open(std::string_view body);
  // The type of the value that comes next, which is not read by that; kNoJsonType where none does.
  // A null, which has nothing to read, is passed.
  JsonType Value() {
    const JsonType type = kJsonTypeOfByte[static_cast<std::uint8_t>(*at_)];
    return at_ < end_ && type < JsonType::kNull ? type : PassNull(type);
  }
  // Passes the bracket that opens an object or an array; `close` is '}' or ']'. `more`: a member or
  // an element follows.
  bool Enter(char close, bool& more) {
    PassMark();
    more = *at_ != close;
    return more || Leave();
  }
  // Reads the name of a member and its colon.
  bool Name(std::string_view& out);
  // Behind a member or an element: passes the comma, or the bracket `close`, and then there is no
  // more.
  bool Next(char close, bool& more) {
    SkipSpace();
    more = *at_ == ',';
    if (more) [[likely]] {
      PassMark();
      return true;
    }
    return *at_ == close ? Leave() : FailNext(close);
  }
  // Reads a string. `out` is valid until the next Open.
  bool Text(std::string_view& out);
  // Reads an object of one member whose name is `letter`, a string: {"S":"text"}, the most common
  // attribute values. False, and nothing is read, unless it is written with no white space but one
  // blank behind the colon, and its text is plain ASCII without escapes.
  bool LetterText(char letter, std::string_view& out);
  // Reads true or false.
  bool Flag(bool& out);
  // Reads a number and gives its text.
  bool Number(std::string_view& out);
  // Checks that nothing but white space follows.
  bool Close();
  // What is wrong and where. REQUIRES: a function answered false.
  std::string fault() const;
  // Gives back memory beyond what an empty scanner has.
  void ReleaseMemory() { unescaped_ = std::string(); }

 private:
  // Notes what is wrong at at_. Always false.
  bool Fail(const char* what);
  bool FailNext(char close);
  JsonType PassNull(JsonType type);

  // Passes a bracket, a comma or a colon, and the white space behind it: none, or the one blank
  // that some clients write, at once.
  void PassMark() {
    at_ += at_[1] == ' ' ? 2 : 1;
    SkipSpace();
  }
  void SkipSpace() {
    if (static_cast<std::uint8_t>(*at_) <= ' ') [[unlikely]]
      SkipSpaces();
  }
  void SkipSpaces();
  // Passes a closing bracket.
  bool Leave() {
    if (at_ >= end_) [[unlikely]]
      return Fail("it ends too early");
    ++at_;
    return true;
  }

  // The first byte at or behind `begin` that is not plain ASCII of a string: its quote, mostly. Not
  // before end_ if there is none.
  const char* PlainEnd(const char* begin) const;
  // The text from `begin` on, with something at `at` that is neither plain ASCII nor its end.
  bool OddText(const char* begin, const char* at, std::string_view& out);
  // The text from `begin` on, with its first escape at at_.
  bool Unescape(const char* begin, std::string_view& out);
  // Resolves the escape behind the backslash at at_.
  bool UnescapeOne();
  // Passes the quote that must stand at at_.
  bool EndText();
  // The first quote, backslash or control character at or behind `at`; not before end_ if none.
  const char* FindEscape(const char* at) const;

  const char* begin_ = nullptr;
  const char* at_ = nullptr;
  const char* end_ = nullptr;
  const char* fault_ = "";
  // Whether the body is known to be UTF-8. A body of plain ASCII strings is never looked at.
  bool utf8_checked_ = false;
  // Texts that had escapes; never moves while a body is read.
  std::string unescaped_;
};

}  // namespace stator::wire
