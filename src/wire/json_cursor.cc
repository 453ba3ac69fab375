#include "wire/json_cursor.h"

#include <emmintrin.h>

#include <bit>
#include <limits>

#include "dynamo/errors.h"

namespace stator::wire {
namespace {

// The first quote or backslash at or behind `at`. There is one: simdjson has seen the string's end.
const char* FindQuoteOrBackslash(const char* at) {
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i backslash = _mm_set1_epi8('\\');
  for (;; at += sizeof(__m128i)) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const __m128i hit =
        _mm_or_si128(_mm_cmpeq_epi8(block, quote), _mm_cmpeq_epi8(block, backslash));
    const auto mask = static_cast<unsigned>(_mm_movemask_epi8(hit));
    if (mask != 0) return at + std::countr_zero(mask);
  }
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// The four hex digits at `at`, or -1.
int HexUnit(const char* at) {
  int unit = 0;
  for (int i = 0; i < 4; ++i) {
    const int digit = HexDigit(at[i]);
    if (digit < 0) return -1;
    unit = unit * 16 + digit;
  }
  return unit;
}

void AppendUtf8(std::uint32_t code_point, std::string& out) {
  const auto tail = [&](int shift) {
    out.push_back(static_cast<char>(0x80 | ((code_point >> shift) & 0x3F)));
  };
  if (code_point < 0x80) {
    out.push_back(static_cast<char>(code_point));
  } else if (code_point < 0x800) {
    out.push_back(static_cast<char>(0xC0 | (code_point >> 6)));
    tail(0);
  } else if (code_point < 0x10000) {
    out.push_back(static_cast<char>(0xE0 | (code_point >> 12)));
    tail(6);
    tail(0);
  } else {
    out.push_back(static_cast<char>(0xF0 | (code_point >> 18)));
    tail(12);
    tail(6);
    tail(0);
  }
}

// The character that `\letter` stands for, or 0 where there is no such escape.
char SimpleEscape(char letter) {
  switch (letter) {
    case '"': return '"';
    case '\\': return '\\';
    case '/': return '/';
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return 0;
  }
}

constexpr bool IsHighSurrogate(int unit) { return unit >= 0xD800 && unit < 0xDC00; }
constexpr bool IsLowSurrogate(int unit) { return unit >= 0xDC00 && unit < 0xE000; }

}  // namespace

JsonReader::JsonReader() : impl_(std::make_unique<Impl>()) {}
JsonReader::~JsonReader() = default;
JsonReader::JsonReader(JsonReader&& other) noexcept = default;
JsonReader& JsonReader::operator=(JsonReader&& other) noexcept = default;

bool JsonReader::Impl::Open(std::string_view body, simdjson::ondemand::document& document,
                            simdjson::ondemand::object& root) {
  if (body_size_bytes_ > kKeptBodyBytesMax && body.size() <= kKeptBodyBytesMax) {
    parser_ = simdjson::ondemand::parser();
    builder = dynamo::ItemBuilder();
    binary = std::string();
    unescaped_ = std::string();
  }
  if (any_fault_) faults_ = {};
  any_fault_ = false;
  body_size_bytes_ = body.size();
  unescaped_.clear();
  builder.Clear();
  const simdjson::padded_string_view padded(body.data(), body.size(),
                                            body.size() + kBodyPaddingBytes);
  if (const auto code = parser_.iterate(padded).get(document)) return NotJson(code);
  json_type type;
  if (const auto code = document.type().get(type)) return NotJson(code);
  if (type != json_type::object) {
    return NoteJson("the request body must be one JSON object");
  }
  if (const auto code = document.get_object().get(root)) return NotJson(code);
  return true;
}

bool JsonReader::Impl::Close(simdjson::ondemand::document& document) {
  return document.current_location().error() == simdjson::OUT_OF_BOUNDS ||
         NoteJson("something follows the JSON object in the request body");
}

bool JsonReader::Impl::NotJson(simdjson::error_code code) {
  return NoteJson("the request body is not JSON: " + std::string(simdjson::error_message(code)));
}

bool JsonReader::Impl::Note(Stage stage, base::Error error) {
  auto& fault = faults_[static_cast<std::size_t>(stage)];
  if (!fault) fault = std::move(error);
  any_fault_ = true;
  return false;
}

bool JsonReader::Impl::NoteJson(std::string message) {
  return Note(Stage::kJson, base::Error(base::ErrorKind::kInvalid, dynamo::kSerializationException,
                                        std::move(message)));
}

void JsonReader::Impl::NoteConstraint(std::string_view member, std::string_view constraint) {
  std::string message = "1 validation error detected: Value at '";
  message.append(member).append("' failed to satisfy constraint: ").append(constraint);
  Note(Stage::kConstraint, dynamo::ValidationError(std::move(message)));
}

void JsonReader::Impl::NoteValue(std::string message) {
  Note(Stage::kValue, dynamo::ValidationError(std::move(message)));
}

std::optional<base::Error> JsonReader::Impl::FirstFault() const {
  if (any_fault_) {
    for (const auto& fault : faults_) {
      if (fault) return fault;
    }
  }
  return std::nullopt;
}

bool JsonReader::Impl::CheckNull(JsonValue value) {
  bool is_null = false;
  if (const auto code = value.value->is_null().get(is_null)) return NotJson(code);
  return is_null || NotJson(simdjson::N_ATOM_ERROR);
}

bool JsonReader::Impl::Unquote(const char* at, std::string_view& out) {
  const char* end = FindQuoteOrBackslash(at);
  if (*end == '\\') [[unlikely]]
    return Unescape(at, out);
  out = {at, static_cast<std::size_t>(end - at)};
  return true;
}

bool JsonReader::Impl::Unescape(const char* at, std::string_view& out) {
  // No text is longer than it was with its escapes, and each is read once: this never reallocates.
  if (unescaped_.capacity() < body_size_bytes_) unescaped_.reserve(body_size_bytes_);
  const std::size_t start = unescaped_.size();
  for (;;) {
    const char* end = FindQuoteOrBackslash(at);
    unescaped_.append(at, static_cast<std::size_t>(end - at));
    if (*end == '"') break;
    at = end + 1;
    if (!UnescapeOne(at)) {
      return NoteJson("the request body is not JSON: a string has an invalid escape");
    }
  }
  out = std::string_view(unescaped_).substr(start);
  return true;
}

bool JsonReader::Impl::UnescapeOne(const char*& at) {
  const char letter = *at++;
  if (letter != 'u') {
    const char character = SimpleEscape(letter);
    unescaped_.push_back(character);
    return character != 0;
  }
  int unit = HexUnit(at);
  if (unit < 0 || IsLowSurrogate(unit)) return false;
  at += 4;
  if (IsHighSurrogate(unit)) {
    if (at[0] != '\\' || at[1] != 'u') return false;
    const int low = HexUnit(at + 2);
    if (!IsLowSurrogate(low)) return false;
    at += 6;
    unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
  }
  AppendUtf8(static_cast<std::uint32_t>(unit), unescaped_);
  return true;
}

bool JsonReader::Impl::WrongType(JsonValue from, std::string_view java_type) {
  std::string found;
  switch (from.type) {
    case json_type::object: return NoteJson("Start of structure or map found where not expected");
    case json_type::array:
      return NoteJson("Unrecognized collection type class java.lang." + std::string(java_type));
    case json_type::string: found = "STRING_VALUE"; break;
    case json_type::boolean: {
      bool flag = false;
      if (const auto code = from.value->get_bool().get(flag)) return NotJson(code);
      found = flag ? "TRUE_VALUE" : "FALSE_VALUE";
      break;
    }
    case json_type::number: {
      bool whole = false;
      if (const auto code = from.value->is_integer().get(whole)) return NotJson(code);
      found = whole ? "NUMBER_VALUE" : "DECIMAL_VALUE";
      break;
    }
    case json_type::null: found = "NULL_VALUE"; break;
  }
  return NoteJson(found + " cannot be converted to " + std::string(java_type));
}

bool JsonReader::Impl::Text(JsonValue from, std::string_view& out) {
  if (from.type != json_type::string) [[unlikely]]
    return WrongType(from, "String");
  simdjson::ondemand::raw_json_string raw;
  if (const auto code = from.value->get_raw_json_string().get(raw)) return NotJson(code);
  return Unquote(raw.raw(), out);
}

bool JsonReader::Impl::Text(JsonValue from, std::string& out) {
  std::string_view text;
  if (!Text(from, text)) return false;
  out.assign(text);
  return true;
}

bool JsonReader::Impl::Flag(JsonValue from, bool& out) {
  if (from.type == json_type::string) return NoteJson("Unexpected token received from parser");
  if (from.type != json_type::boolean) return WrongType(from, "Boolean");
  const auto code = from.value->get_bool().get(out);
  return code ? NotJson(code) : true;
}

bool JsonReader::Impl::Whole(JsonValue from, std::string_view java_type, std::int64_t& out) {
  if (from.type != json_type::number) return WrongType(from, java_type);
  bool whole = false;
  if (const auto code = from.value->is_integer().get(whole)) return NotJson(code);
  if (!whole) return WrongType(from, java_type);
  const auto code = from.value->get_int64().get(out);
  const bool fits = java_type == "Long" || (out >= std::numeric_limits<std::int32_t>::min() &&
                                            out <= std::numeric_limits<std::int32_t>::max());
  if (code || !fits)
    return NoteJson("NUMBER_VALUE cannot be converted to " + std::string(java_type));
  return true;
}

bool JsonReader::Impl::Real(JsonValue from, double& out) {
  if (from.type != json_type::number) return WrongType(from, "Double");
  const auto code = from.value->get_double().get(out);
  return code ? NotJson(code) : true;
}

bool JsonReader::Impl::Skip(JsonValue from, int depth) {
  if (depth > kJsonDepthMax) return NoteJson("the JSON of the request body is nested too deeply");
  const auto next = [&](JsonValue each) { return Skip(each, depth + 1); };
  switch (from.type) {
    case json_type::object:
      return VisitMembers(from, [&](std::string_view, JsonValue each) { return next(each); });
    case json_type::array: return VisitElements(from, next);
    case json_type::string: {
      std::string_view ignored;
      return Text(from, ignored);
    }
    case json_type::boolean: {
      bool ignored = false;
      return Flag(from, ignored);
    }
    case json_type::number: {
      double ignored = 0;
      return Real(from, ignored);
    }
    case json_type::null: return true;
  }
  return true;
}

bool JsonReader::Impl::IsStructure(JsonValue from, std::string_view name) {
  if (from.type == json_type::object) [[likely]]
    return true;
  if (from.type != json_type::array) return NoteJson("Unexpected value type in payload");
  return NoteJson("Unrecognized collection type class com.amazonaws.dynamodb.v20120810." +
                  std::string(name));
}

bool JsonReader::Impl::IsMap(JsonValue from, std::string_view java_type) {
  if (from.type == json_type::object) [[likely]]
    return true;
  if (from.type != json_type::array) return NoteJson("Unexpected field type");
  return NoteJson("Unrecognized collection type java.util.Map<java.lang.String, " +
                  std::string(java_type) + ">");
}

bool JsonReader::Impl::IsList(JsonValue from) {
  if (from.type == json_type::array) [[likely]]
    return true;
  if (from.type != json_type::object) return NoteJson("Unexpected field type");
  return NoteJson("Start of structure or map found where not expected");
}

}  // namespace stator::wire
