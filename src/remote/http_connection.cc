#include "remote/http_connection.h"

#include <sys/socket.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <charconv>

#include "dynamo/errors.h"
#include "remote/tls_context.h"

namespace stator::remote {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using Socket = asio::basic_stream_socket<tcp, Executor>;
using Resolver = asio::ip::basic_resolver<tcp, Executor>;
using TlsStream = asio::ssl::stream<Socket>;
using Parser = http::response_parser<http::string_body>;

constexpr bool IsTls(const Socket*) { return false; }
constexpr bool IsTls(const TlsStream*) { return true; }

template <typename Number>
std::optional<Number> NumberOf(boost::string_view text) {
  Number number{};
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) {
    return std::nullopt;
  }
  return number;
}

HttpAnswer AnswerOf(Parser& parser) {
  auto& message = parser.get();
  HttpAnswer answer;
  answer.status = message.result_int();
  const auto field = [&](auto name) {
    const auto value = message[name];
    return boost::string_view(value.data(), value.size());
  };
  answer.date = std::string(field(http::field::date));
  answer.request_id = std::string(field("x-amzn-RequestId"));
  answer.crc32 = NumberOf<std::uint32_t>(field("x-amz-crc32"));
  if (const auto wait = NumberOf<std::uint32_t>(field("x-amz-retry-after"))) {
    answer.retry_after = std::chrono::milliseconds(*wait);
  }
  answer.body = std::move(message.body());
  answer.body.reserve(answer.body.size() + wire::kBodyPaddingBytes);
  return answer;
}

template <typename Stream>
class StreamConnection final : public HttpConnection,
                               public std::enable_shared_from_this<StreamConnection<Stream>> {
 public:
  template <typename... Arguments>
  explicit StreamConnection(ConnectionEnvironment& environment, Arguments&&... arguments)
      : environment_(environment),
        stream_(environment.context, std::forward<Arguments>(arguments)...),
        resolver_(environment.context),
        timer_(environment.context) {}

  void Carry(HttpExchangePtr exchange) override {
    exchange_ = std::move(exchange);
    exchange_->connection = this;
    if (connected_) {
      Write();
    } else {
      Connect();
    }
  }

  bool IsStale() override {
    char byte = 0;
    const auto received =
        ::recv(socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT | MSG_NOSIGNAL);
    return !(received < 0 && (errno == EAGAIN || errno == EWOULDBLOCK));
  }

  void Close() override {
    closed_ = true;
    error_code ignored;
    resolver_.cancel();
    StopTimer();
    socket().close(ignored);
  }

 private:
  using std::enable_shared_from_this<StreamConnection<Stream>>::shared_from_this;

  Socket& socket() {
    if constexpr (IsTls(static_cast<Stream*>(nullptr))) {
      return stream_.next_layer();
    } else {
      return stream_;
    }
  }

  // Closes the connection, and so ends the step it is at, unless stopped within `limit`.
  void StartTimer(std::chrono::milliseconds limit) {
    timer_.expires_after(limit);
    timer_.async_wait([self = shared_from_this(), limit](error_code error) {
      // A stop may come when this is on its way already.
      if (error || self->timer_.expiry() > std::chrono::steady_clock::now()) return;
      self->timed_out_after_ = limit;
      self->Close();
    });
  }

  void StopTimer() { timer_.expires_at(Timer::time_point::max()); }

  void Connect() {
    StartTimer(environment_.calls.connect_timeout);
    const Endpoint& endpoint = environment_.endpoint;
    resolver_.async_resolve(endpoint.host, std::to_string(endpoint.port),
                            [self = shared_from_this()](error_code error, auto addresses) {
                              self->StopIfClosed(error);
                              if (error) return self->Fail("cannot resolve the name", error);
                              self->ConnectTo(std::move(addresses));
                            });
  }

  void ConnectTo(typename Resolver::results_type addresses) {
    asio::async_connect(socket(), addresses,
                        [self = shared_from_this()](error_code error, const auto&) {
                          self->StopIfClosed(error);
                          if (error) return self->Fail("cannot connect", error);
                          error_code ignored;
                          self->socket().set_option(tcp::no_delay(true), ignored);
                          self->Handshake();
                        });
  }

  void Handshake() {
    if constexpr (IsTls(static_cast<Stream*>(nullptr))) {
      const std::string& host = environment_.endpoint.host;
      SSL_set_tlsext_host_name(stream_.native_handle(), host.c_str());
      stream_.set_verify_callback(asio::ssl::host_name_verification(host));
      stream_.async_handshake(asio::ssl::stream_base::client,
                              [self = shared_from_this()](error_code error) {
                                self->StopIfClosed(error);
                                if (error) return self->Fail("TLS handshake failed", error);
                                self->Connected();
                              });
    } else {
      Connected();
    }
  }

  // A step may have succeeded just before Close(). Nothing may be sent then: whoever waited has
  // been told that nothing was.
  void StopIfClosed(error_code& error) const {
    if (closed_) error = asio::error::operation_aborted;
  }

  void Connected() {
    connected_ = true;
    Write();
  }

  void Write() {
    exchange_->sending = true;
    StartTimer(environment_.calls.answer_timeout);
    asio::async_write(stream_, asio::buffer(exchange_->request),
                      [self = shared_from_this()](error_code error, std::size_t) {
                        if (error) return self->Fail("cannot send the request", error);
                        self->Read();
                      });
  }

  void Read() {
    parser_.emplace();
    parser_->body_limit(kAnswerBytesMax);
    http::async_read(stream_, buffer_, *parser_,
                     [self = shared_from_this()](error_code error, std::size_t) {
                       if (error) return self->Fail("cannot read the answer", error);
                       self->Answered();
                     });
  }

  void Answered() {
    StopTimer();
    const bool kept = parser_->keep_alive() && buffer_.size() == 0;
    HttpOutcome outcome;
    outcome.answer = AnswerOf(*parser_);
    parser_.reset();
    const HttpExchangePtr exchange = std::move(exchange_);
    exchange->connection = nullptr;
    environment_.released(this, kept);
    exchange->Finish(std::move(outcome));
  }

  void Fail(std::string_view what, error_code error) {
    StopTimer();
    const HttpExchangePtr exchange = std::move(exchange_);
    std::string why = environment_.endpoint.Url() + ": " + std::string(what) + ": ";
    why += timed_out_after_ ? "timed out after " + std::to_string(timed_out_after_->count()) + " ms"
                            : error.message();
    exchange->connection = nullptr;
    environment_.released(this, false);
    exchange->Fail(std::move(why));
  }

  ConnectionEnvironment& environment_;
  Stream stream_;
  Resolver resolver_;
  // For connecting, then for each answer.
  Timer timer_;
  boost::beast::flat_buffer buffer_;
  std::optional<Parser> parser_;
  HttpExchangePtr exchange_;
  bool connected_ = false;
  bool closed_ = false;
  std::optional<std::chrono::milliseconds> timed_out_after_;
};

}  // namespace

void HttpExchange::Finish(HttpOutcome outcome) {
  timer.cancel();
  if (done) std::exchange(done, {})(std::move(outcome));
}

void HttpExchange::Fail(std::string why, bool timed_out) {
  HttpOutcome outcome;
  outcome.failure = std::move(why);
  outcome.timed_out = timed_out;
  outcome.maybe_sent = sending;
  Finish(std::move(outcome));
}

std::shared_ptr<HttpConnection> MakeConnection(ConnectionEnvironment& environment) {
  if (environment.tls == nullptr) return std::make_shared<StreamConnection<Socket>>(environment);
  return std::make_shared<StreamConnection<TlsStream>>(environment, environment.tls->context);
}

base::Result<std::shared_ptr<TlsContext>> MakeTlsContext(const std::string& ca_bundle) {
  auto tls = std::make_shared<TlsContext>();
  error_code error;
  static_cast<void>(tls->context.set_options(asio::ssl::context::default_workarounds |
                                                 asio::ssl::context::no_tlsv1 |
                                                 asio::ssl::context::no_tlsv1_1,
                                             error));
  static_cast<void>(tls->context.set_verify_mode(asio::ssl::verify_peer, error));
  if (ca_bundle.empty()) {
    static_cast<void>(tls->context.set_default_verify_paths(error));
  } else {
    static_cast<void>(tls->context.load_verify_file(ca_bundle, error));
  }
  if (error) {
    return dynamo::ValidationError("Cannot load the trusted certificates" +
                                   (ca_bundle.empty() ? "" : " of " + ca_bundle) + ": " +
                                   error.message());
  }
  return tls;
}

}  // namespace stator::remote
