#include "server/http_reader.h"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <cstring>
#include <new>
#include <optional>

#include "server/http_head.h"

namespace stator::server {
namespace {

namespace http = boost::beast::http;
using boost::beast::error_code;
using boost::beast::string_view;

constexpr std::size_t kFirstBytes = 4 * 1024;

std::string_view View(string_view text) { return {text.data(), text.size()}; }

void Shift(std::string_view& view, const char* from, const char* to) {
  if (!view.empty()) view = {to + (view.data() - from), view.size()};
}

}  // namespace

bool MemoryBudget::Take(std::size_t bytes) {
  if (used_.fetch_add(bytes, std::memory_order_relaxed) + bytes <= bytes_max_) return true;
  Give(bytes);
  return false;
}

// Collects what Beast finds. A value that was folded over lines lies in a buffer of Beast's own and
// not in ours; RFC 9112 lets a server refuse those.
class HttpRequestReader::Parser {
 public:
  // Beast's parsers serve for one message each.
  struct Message : http::basic_parser<true> {
    explicit Message(Parser& owner_in) : owner(owner_in) {}

    void on_request_impl(http::verb, string_view method, string_view target_in, int version_in,
                         error_code&) override {
      owner.request->method = View(method);
      owner.target = View(target_in);
      owner.version = version_in;
    }
    void on_response_impl(int, string_view, int, error_code&) override {}
    void on_field_impl(http::field field, string_view name, string_view value,
                       error_code& failure) override {
      if (owner.header_done) return;
      if (value.data() < owner.begin || value.data() > owner.end) {
        failure = http::error::bad_value;
        return;
      }
      if (field == http::field::expect) owner.expects_continue = value == "100-continue";
      owner.request->headers.push_back({View(name), View(value)});
    }
    void on_header_impl(error_code&) override { owner.header_done = true; }
    void on_body_init_impl(boost::optional<std::uint64_t> const&, error_code&) override {}
    std::size_t on_body_impl(string_view body, error_code&) override { return body.size(); }
    void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, string_view body, error_code&) override {
      owner.chunks->append(body.data(), body.size());
      return body.size();
    }
    void on_finish_impl(error_code&) override {}

    Parser& owner;
  };

  void Restart(const HttpReaderLimits& limits, HttpRequest& to, std::string& chunks_out) {
    request = &to;
    chunks = &chunks_out;
    header_done = expects_continue = false;
    message.emplace(*this);
    message->header_limit(static_cast<std::uint32_t>(limits.header_bytes_max));
    message->body_limit(limits.body_bytes_max);
  }

  std::optional<Message> message;
  HttpRequest* request = nullptr;
  std::string* chunks = nullptr;
  std::string_view target;
  int version = 11;
  bool header_done = false;
  bool expects_continue = false;
  // The buffer that is being parsed.
  const char* begin = nullptr;
  const char* end = nullptr;
};

HttpRequestReader::HttpRequestReader(const HttpReaderLimits& limits, MemoryBudget& budget)
    : limits_(limits), budget_(budget), parser_(std::make_unique<Parser>()) {
  request_.headers.reserve(16);
  Resize(kFirstBytes);
}

HttpRequestReader::~HttpRequestReader() { budget_.Give(taken_); }

// Without a parsed message, the head was a plain one.
bool HttpRequestReader::keep_alive() const {
  return !parser_->message || parser_->message->keep_alive();
}

bool HttpRequestReader::http_1_0() const { return parser_->version == 10; }

HttpRequestReader::Progress HttpRequestReader::Feed(std::size_t bytes) {
  size_ += bytes;
  switch (state_) {
    case State::kHeader: return FeedHeader();
    case State::kBody: return FeedBody();
    case State::kChunks: return FeedChunks();
    case State::kComplete: break;
  }
  return Progress::kComplete;
}

HttpRequestReader::Progress HttpRequestReader::FeedHeader() {
  if (size_ == 0) return NeedMore();
  if (!parser_->message) {
    if (ReadPlain()) return PlainDone();
    request_.headers.clear();
    parser_->Restart(limits_, request_, chunks_);
  }
  parser_->begin = buffer_.get();
  parser_->end = buffer_.get() + size_;
  error_code failure;
  header_bytes_ += parser_->message->put(
      boost::asio::const_buffer(buffer_.get() + header_bytes_, size_ - header_bytes_), failure);
  const bool need_more = failure == http::error::need_more;
  if (failure == http::error::header_limit ||
      (need_more ? size_ : header_bytes_) > limits_.header_bytes_max) {
    return Fail(431, "The request's headers are longer than " +
                         std::to_string(limits_.header_bytes_max) + " bytes.");
  }
  if (need_more) return NeedMore();
  if (failure == http::error::body_limit) return FailBodyTooLong();
  if (failure) return Fail(400, "This is no HTTP/1.1 request: " + failure.message() + ".");
  return HeaderDone();
}

bool HttpRequestReader::ReadPlain() {
  PlainHead head;
  if (!ReadPlainHead({buffer_.get(), size_}, head, request_.headers) ||
      head.bytes > limits_.header_bytes_max || head.content_length > limits_.body_bytes_max)
    return false;
  request_.method = head.method;
  parser_->target = head.target;
  parser_->version = 11;
  parser_->expects_continue = false;
  header_bytes_ = head.bytes;
  body_bytes_ = head.content_length;
  return true;
}

HttpRequestReader::Progress HttpRequestReader::PlainDone() {
  if (!SplitTarget(parser_->target)) return FailTarget();
  state_ = State::kBody;
  return FeedBody();
}

HttpRequestReader::Progress HttpRequestReader::FailTarget() {
  return Fail(400, "The request's target is no path.");
}

HttpRequestReader::Progress HttpRequestReader::FailBodyTooLong() {
  return Fail(413, "The request's body is longer than " + std::to_string(limits_.body_bytes_max) +
                       " bytes.");
}

HttpRequestReader::Progress HttpRequestReader::HeaderDone() {
  if (!SplitTarget(parser_->target)) return FailTarget();
  const http::basic_parser<true>& message = *parser_->message;
  if (message.chunked()) {
    state_ = State::kChunks;
  } else {
    state_ = State::kBody;
    body_bytes_ =
        message.content_length() ? static_cast<std::size_t>(*message.content_length()) : 0;
  }
  const Progress progress = state_ == State::kBody ? FeedBody() : FeedChunks();
  if (progress == Progress::kNeedMore && parser_->expects_continue) return Progress::kSendContinue;
  return progress;
}

HttpRequestReader::Progress HttpRequestReader::FeedBody() {
  const std::size_t end = header_bytes_ + body_bytes_;
  if (size_ < end) return NeedMore();
  return Complete({buffer_.get() + header_bytes_, body_bytes_}, end);
}

HttpRequestReader::Progress HttpRequestReader::FeedChunks() {
  std::size_t at = header_bytes_;
  error_code failure;
  while (at < size_ && !parser_->message->is_done()) {
    const std::size_t used =
        parser_->message->put(boost::asio::const_buffer(buffer_.get() + at, size_ - at), failure);
    if (failure) break;
    at += used;
  }
  if (failure == http::error::body_limit) return FailBodyTooLong();
  if (failure && failure != http::error::need_more)
    return Fail(400, "The request's chunks are broken: " + failure.message() + ".");
  const std::size_t wanted = capacity_ + chunks_.capacity();
  if (wanted > taken_ + 2 * kKeptBytes) {
    if (!budget_.Take(wanted - taken_))
      return Fail(503, "Too many large requests at once; try again.");
    taken_ = wanted;
  }
  if (parser_->message->is_done()) {
    const std::size_t body_bytes = chunks_.size();
    chunks_.append(kHttpBodyPaddingBytes, '\0');
    return Complete({chunks_.data(), body_bytes}, at);
  }
  std::memmove(buffer_.get() + header_bytes_, buffer_.get() + at, size_ - at);
  size_ -= at - header_bytes_;
  return NeedMore();
}

HttpRequestReader::Progress HttpRequestReader::Complete(std::string_view body, std::size_t end) {
  request_.body = body;
  end_ = end;
  state_ = State::kComplete;
  return Progress::kComplete;
}

HttpRequestReader::Progress HttpRequestReader::Fail(int status, std::string text) {
  error_status_ = status;
  error_text_ = std::move(text);
  return Progress::kFailed;
}

// Memory follows what has arrived, not what a Content-Length announces.
HttpRequestReader::Progress HttpRequestReader::NeedMore() {
  if (capacity_ - size_ >= kFirstBytes / 4) return Progress::kNeedMore;
  std::size_t capacity = capacity_ * 2;
  if (state_ == State::kBody)
    capacity = std::min(capacity, header_bytes_ + body_bytes_ + kFirstBytes / 4);
  if (!Resize(std::max(capacity, size_ + kFirstBytes / 4)))
    return Fail(503, "Too many large requests at once; try again.");
  return Progress::kNeedMore;
}

bool HttpRequestReader::SplitTarget(std::string_view target) {
  if (target.starts_with("http://") || target.starts_with("https://")) {
    const std::size_t path = target.find('/', target.find("//") + 2);
    target = path == std::string_view::npos ? std::string_view("/") : target.substr(path);
  }
  if (target == "*") target = "/";
  if (target.empty() || target[0] != '/') return false;
  const std::size_t question = target.find('?');
  request_.path = target.substr(0, question);
  request_.query =
      question == std::string_view::npos ? std::string_view{} : target.substr(question + 1);
  return true;
}

bool HttpRequestReader::Resize(std::size_t capacity) {
  const std::size_t large = capacity > 2 * kKeptBytes ? capacity : 0;
  if (large > taken_ && !budget_.Take(large - taken_)) return false;
  if (large < taken_) budget_.Give(taken_ - large);
  taken_ = large;
  std::unique_ptr<char[]> buffer(new char[capacity + kHttpBodyPaddingBytes]);
  std::memset(buffer.get() + capacity, 0, kHttpBodyPaddingBytes);
  if (size_ > 0) std::memcpy(buffer.get(), buffer_.get(), size_);
  if (header_bytes_ > 0) {
    const char* from = buffer_.get();
    Shift(parser_->target, from, buffer.get());
    Shift(request_.method, from, buffer.get());
    Shift(request_.path, from, buffer.get());
    Shift(request_.query, from, buffer.get());
    for (HttpHeader& header : request_.headers) {
      Shift(header.name, from, buffer.get());
      Shift(header.value, from, buffer.get());
    }
  }
  buffer_ = std::move(buffer);
  capacity_ = capacity;
  return true;
}

void HttpRequestReader::Discard() {
  size_ -= end_;
  if (size_ > 0) std::memmove(buffer_.get(), buffer_.get() + end_, size_);
  state_ = State::kHeader;
  end_ = body_bytes_ = header_bytes_ = 0;
  parser_->message.reset();
  if (chunks_.capacity() > kKeptBytes)
    chunks_ = {};
  else
    chunks_.clear();
  if (capacity_ > kKeptBytes && size_ <= kFirstBytes)
    Resize(kFirstBytes * 2);
  else if (taken_ > 0 && capacity_ <= 2 * kKeptBytes)
    budget_.Give(std::exchange(taken_, 0));
}

}  // namespace stator::server
