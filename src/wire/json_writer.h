// JsonWriter: appends JSON to a string through a pointer, without a capacity check for each byte.
//
// Items are written straight from their bytes, in name order; there is no tree in between. Texts
// are copied in blocks of 16 bytes as long as nothing in them needs an escape: quote, backslash and
// what is below 0x20. Everything else stands as UTF-8, slashes and non-ASCII characters included.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "dynamo/attribute_value.h"
#include "dynamo/item.h"

namespace stator::wire {

// Writes behind what `out` holds. The string is longer than its text until Finish(), which every
// user calls last. No commas are placed by itself, except by Member().
class JsonWriter {
 public:
  // Starts at the end of `out`, with room for `expected_bytes`.
  explicit JsonWriter(std::string& out, std::size_t expected_bytes = 512);
  JsonWriter(const JsonWriter&) = delete;
  JsonWriter& operator=(const JsonWriter&) = delete;

  // Text as it is.
  void Raw(std::string_view text) {
    Reserve(text.size());
    std::memcpy(at_, text.data(), text.size());
    at_ += text.size();
  }
  // One character as it is, without an escape.
  void Char(char c) {
    Reserve(1);
    *at_++ = c;
  }
  // A JSON string with its quotes.
  void String(std::string_view text);
  // A comma unless a bracket or nothing stands before, then "name":. `name` needs no escapes.
  void Member(std::string_view name);
  // A comma unless an opening bracket stands before.
  void Comma() {
    if (at_ > start() && at_[-1] != '{' && at_[-1] != '[') Char(',');
  }
  // Member() with a string.
  void Member(std::string_view name, std::string_view text) {
    Member(name);
    String(text);
  }
  // Member() with true or false.
  void Member(std::string_view name, bool flag) {
    Member(name);
    Raw(flag ? "true" : "false");
  }
  // Member() with a whole number.
  void Member(std::string_view name, std::int64_t number);
  // Member() with a number that has at least one decimal, as AWS writes capacity units.
  void Member(std::string_view name, double number);
  // Keeps literals from choosing the overload for bool.
  void Member(std::string_view name, const char* text) { Member(name, std::string_view(text)); }

  // An item as a JSON object.
  void Item(dynamo::ItemView item) { Attributes(item.attributes()); }
  // A value with its type: {"S":"a"}.
  void Value(dynamo::AttributeValue value);
  // Cuts `out` to what was written.
  void Finish() { out_.resize(static_cast<std::size_t>(at_ - out_.data())); }

 private:
  // Where this writer began.
  char* start() { return out_.data() + first_; }
  // Makes room for so many bytes behind at_.
  void Reserve(std::size_t bytes) {
    if (static_cast<std::size_t>(end_ - at_) < bytes) [[unlikely]]
      Grow(bytes);
  }
  // Writes a literal. REQUIRES: room for it.
  template <std::size_t kSize>
  void Constant(const char (&text)[kSize]) {
    std::memcpy(at_, text, kSize - 1);
    at_ += kSize - 1;
  }
  // Writes text, escaped, without quotes. REQUIRES: room for it and kTextRoomBytes; leaves room for
  // all of these but a block.
  void Text(std::string_view text);
  // Writes the text [from, end) at `to`, which has escapes. Leaves room as Text().
  void Escaped(const char* from, const char* end, char* to);
  // Doubles the string, at least.
  void Grow(std::size_t bytes);
  void Attributes(dynamo::MapView map);
  // {"S":"a"}.
  void StringValue(std::string_view text);
  void List(dynamo::ListView list);
  void Set(dynamo::SetView set);
  // A number in its canonical text, quoted.
  void NumberText(std::string_view sortable);
  // Bytes in base64, quoted.
  void Base64(std::string_view bytes);

  std::string& out_;
  const std::size_t first_;
  char* at_;
  char* end_;
};

}  // namespace stator::wire
