#include "server/http.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace stator::server {
namespace {

constexpr char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

// Lower() of eight bytes at once.
std::uint64_t LowerWord(const char* text) {
  constexpr std::uint64_t kEach = 0x0101'0101'0101'0101;
  std::uint64_t word;
  std::memcpy(&word, text, sizeof word);
  // The top bit of a byte tells, without a carry into the next: at least 'A', more than 'Z'.
  const std::uint64_t low = word & (0x7F * kEach);
  const std::uint64_t from_a = low + (0x80 - 'A') * kEach;
  const std::uint64_t behind_z = low + (0x7F - 'Z') * kEach;
  const std::uint64_t capitals = (from_a & ~behind_z) & ~word & (0x80 * kEach);
  return word | (capitals >> 2);
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = Lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

struct Reason {
  int status;
  std::string_view text;
};
constexpr std::array<Reason, 21> kReasons = {{{200, "OK"},
                                              {201, "Created"},
                                              {204, "No Content"},
                                              {304, "Not Modified"},
                                              {400, "Bad Request"},
                                              {401, "Unauthorized"},
                                              {403, "Forbidden"},
                                              {404, "Not Found"},
                                              {405, "Method Not Allowed"},
                                              {408, "Request Timeout"},
                                              {409, "Conflict"},
                                              {411, "Length Required"},
                                              {413, "Payload Too Large"},
                                              {415, "Unsupported Media Type"},
                                              {417, "Expectation Failed"},
                                              {422, "Unprocessable Entity"},
                                              {429, "Too Many Requests"},
                                              {431, "Request Header Fields Too Large"},
                                              {500, "Internal Server Error"},
                                              {501, "Not Implemented"},
                                              {503, "Service Unavailable"}}};

}  // namespace

std::string_view HttpRequest::Header(std::string_view name) const {
  for (const HttpHeader& header : headers) {
    if (header.name.size() == name.size() && EqualIgnoringCase(header.name, name))
      return header.value;
  }
  return {};
}

void HttpResponse::AddHeader(std::string_view name, std::string_view value) {
  headers.append(name).append(": ");
  for (const char c : value) headers.push_back(c == '\r' || c == '\n' || c == '\0' ? ' ' : c);
  headers.append("\r\n");
}

bool EqualIgnoringCase(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  if (a.size() < sizeof(std::uint64_t)) {
    return std::equal(a.begin(), a.end(), b.begin(),
                      [](char x, char y) { return Lower(x) == Lower(y); });
  }
  const std::size_t last = a.size() - sizeof(std::uint64_t);
  for (std::size_t at = 0; at < last; at += sizeof(std::uint64_t)) {
    if (LowerWord(a.data() + at) != LowerWord(b.data() + at)) return false;
  }
  return LowerWord(a.data() + last) == LowerWord(b.data() + last);
}

std::string_view HttpReason(int status) {
  for (const Reason& reason : kReasons) {
    if (reason.status == status) return reason.text;
  }
  return "Unknown";
}

bool DecodePercent(std::string_view text, std::string& out) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      out.push_back(' ');
    } else if (text[i] != '%') {
      out.push_back(text[i]);
    } else {
      if (i + 2 >= text.size()) return false;
      const int high = HexDigit(text[i + 1]);
      const int low = HexDigit(text[i + 2]);
      if (high < 0 || low < 0) return false;
      out.push_back(static_cast<char>(high * 16 + low));
      i += 2;
    }
  }
  return true;
}

std::string QueryParameter(std::string_view query, std::string_view name,
                           std::string_view fallback) {
  while (!query.empty()) {
    const std::size_t end = query.find('&');
    const std::string_view pair = query.substr(0, end);
    query = end == std::string_view::npos ? std::string_view{} : query.substr(end + 1);
    const std::size_t equals = pair.find('=');
    std::string decoded_name;
    if (!DecodePercent(pair.substr(0, equals), decoded_name) || decoded_name != name) continue;
    std::string value;
    if (equals != std::string_view::npos && !DecodePercent(pair.substr(equals + 1), value)) break;
    return value;
  }
  return std::string(fallback);
}

}  // namespace stator::server
