// The heads of requests as SDKs send them, read at one go: sixteen bytes at a time instead of one.
//
// This is no second parser of HTTP. It takes what is whole and plain and gives everything else to
// Beast (http_reader.h): heads cut in two, other versions, odd characters in names, tabs, folded or
// chunked ones, `Expect`, `Upgrade`, any `Connection` but keep-alive, and whatever is wrong, for
// which Beast has the words. A test holds both against each other.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "server/http.h"

namespace stator::server {

// What a plain head says besides its headers. Views into the text.
struct PlainHead {
  std::string_view method;
  // As sent, not empty.
  std::string_view target;
  // Of the body; 0 when the head names none.
  std::size_t content_length = 0;
  // Of the head itself, with the empty line at its end.
  std::size_t bytes = 0;
};

// Reads the head at the beginning of `text` when it is a plain one of HTTP/1.1, to be kept alive:
// false, and nothing is to be made of `head` and `headers`, when it is not. Replaces `headers`.
// REQUIRES: kHttpBodyPaddingBytes are readable behind `text`.
bool ReadPlainHead(std::string_view text, PlainHead& head, std::vector<HttpHeader>& headers);

}  // namespace stator::server
