// JsonReader: the memory that decoding needs, kept from one body to the next. Every Decode function
// takes one.
#pragma once

#include <cstddef>
#include <memory>

namespace stator::wire {

// Bytes that must be readable (their values do not matter) behind every body that is decoded: the
// walk loads whole vectors. Reserve them in the buffer that the body is read into.
inline constexpr std::size_t kBodyPaddingBytes = 64;

// Owns the walk over a body and the item builder. Not thread-safe: have one a thread or one a
// connection. Its memory grows to about four times the largest body and is kept for the next one;
// what a body of more than kKeptBodyBytesMax took is given back when a smaller one comes.
class JsonReader {
 public:
  // Bodies up to this size (four times a Scan page) leave their working memory in place for the
  // next.
  static constexpr std::size_t kKeptBodyBytesMax = 4 << 20;

  // Allocates nothing until the first body.
  JsonReader();
  ~JsonReader();
  // Takes over the memory of `other`.
  JsonReader(JsonReader&& other) noexcept;
  // Takes over the memory of `other`.
  JsonReader& operator=(JsonReader&& other) noexcept;

  // For the decoders of this module; defined in json_cursor.h.
  class Impl;
  // The insides, for the decoders of this module.
  Impl& impl() { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace stator::wire
