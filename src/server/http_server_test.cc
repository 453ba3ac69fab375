#include "server/http_server.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <ctime>
#include <functional>
#include <thread>

#include "base/thread_pool.h"

namespace stator::server {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

// A blocking client of one connection. Every read gives up after ten seconds.
class Client {
 public:
  // Connects; calls `before` when the client has its descriptor.
  explicit Client(
      std::uint16_t port, const std::function<void()>& before = [] {})
      : fd_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const timeval patience{10, 0};
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    before();
    connected_ = connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  ~Client() { close(fd_); }
  Client(const Client&) = delete;

  void Send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t n = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
  }
  // One answer with Content-Length, headers included; what there is when the connection ends.
  std::string Receive() {
    for (;;) {
      const std::size_t head = buffer_.find("\r\n\r\n");
      if (head != std::string::npos) {
        const std::size_t at = buffer_.find("Content-Length: ");
        const std::size_t length = at < head ? std::stoul(buffer_.substr(at + 16, 20)) : 0;
        if (buffer_.size() >= head + 4 + length) {
          std::string answer = buffer_.substr(0, head + 4 + length);
          buffer_.erase(0, answer.size());
          return answer;
        }
      }
      if (!Fill()) return std::exchange(buffer_, "");
    }
  }
  // Whether the server has taken the connection.
  bool connected() const { return connected_; }
  // Whether the server closes the connection without another byte.
  bool Closed() { return buffer_.empty() && !Fill() && ended_; }
  // Sends no more, and still reads.
  void EndSending() { shutdown(fd_, SHUT_WR); }
  // Has the end of the client reset the connection.
  void WillReset() {
    const linger none{1, 0};
    setsockopt(fd_, SOL_SOCKET, SO_LINGER, &none, sizeof none);
  }

 private:
  bool Fill() {
    char bytes[65536];
    const ssize_t n = recv(fd_, bytes, sizeof bytes, 0);
    ended_ = n == 0 || (n < 0 && errno == ECONNRESET);
    if (n > 0) buffer_.append(bytes, static_cast<std::size_t>(n));
    return n > 0;
  }
  int fd_;
  std::string buffer_;
  bool connected_ = false;
  bool ended_ = false;
};

class FunctionHandler : public HttpHandler {
 public:
  using Function = std::function<void(const HttpRequest&, HttpCompletion)>;
  explicit FunctionHandler(Function function) : function_(std::move(function)) {}
  void Handle(const HttpRequest& request, HttpCompletion done) override {
    function_(request, std::move(done));
  }

 private:
  Function function_;
};

HttpResponse Text(std::string body) {
  return {.status = 200, .content_type = "text/plain", .headers = "", .body = std::move(body)};
}

// Answers the path and the body; "/later" from another thread; "/never" not at all.
class EchoHandler : public HttpHandler {
 public:
  void Handle(const HttpRequest& request, HttpCompletion done) override {
    const std::string answer = std::string(request.path) + ":" + std::string(request.body);
    if (request.path == "/never") return;
    if (request.path != "/later") return done(Text(answer));
    pool_.Run([answer, &request, done = std::move(done)]() mutable {
      std::this_thread::sleep_for(std::chrono::milliseconds(200));
      done(Text(answer + std::string(request.Header("x"))));
    });
  }

 private:
  base::ThreadPool pool_{2, 100};
};

class HttpServerTest : public ::testing::Test {
 protected:
  void StartServer(HttpHandler& handler) {
    server_ = std::make_unique<HttpServer>(options_, metrics_);
    const auto address = server_->Listen("test", "127.0.0.1", 0, handler);
    ASSERT_TRUE(address.ok());
    port_ = address->port;
    server_->Start();
  }
  void StartServer() { StartServer(echo_); }
  static std::string Post(std::string_view path, std::string_view body) {
    return "POST " + std::string(path) +
           " HTTP/1.1\r\nX: y\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
           std::string(body);
  }

  // The server outlives its handler, whose threads may still answer a client that has gone.
  void TearDown() override {
    if (server_) server_->Stop(std::chrono::milliseconds(0));
  }

  base::MetricsRegistry metrics_;
  HttpServerOptions options_;
  std::uint16_t port_ = 0;
  std::unique_ptr<HttpServer> server_;
  EchoHandler echo_;
};

TEST_F(HttpServerTest, OneConnectionCarriesManyRequests) {
  StartServer();
  Client client(port_);
  for (int i = 0; i < 3; ++i) {
    client.Send(Post("/a", "body"));
    const std::string answer = client.Receive();
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"));
    EXPECT_THAT(answer, HasSubstr("\r\nDate: "));
    EXPECT_THAT(answer, HasSubstr("\r\n\r\n/a:body"));
    EXPECT_THAT(answer, ::testing::Not(HasSubstr("Connection: close")));
  }
}

TEST_F(HttpServerTest, PipelinedRequestsAreAnsweredInOrderThoughOneTakesLonger) {
  StartServer();
  Client client(port_);
  client.Send(Post("/later", "1") + Post("/b", "2") + Post("/later", "3") + Post("/d", "4"));
  EXPECT_THAT(client.Receive(), HasSubstr("/later:1y"));
  EXPECT_THAT(client.Receive(), HasSubstr("/b:2"));
  EXPECT_THAT(client.Receive(), HasSubstr("/later:3y"));
  EXPECT_THAT(client.Receive(), HasSubstr("/d:4"));
}

TEST_F(HttpServerTest, LargeBodiesGoBothWays) {
  StartServer();
  Client client(port_);
  const std::string body(12'000'000, 'x');
  std::thread sender([&] { client.Send(Post("/big", body)); });
  const std::string answer = client.Receive();
  sender.join();
  EXPECT_EQ(answer.size() - answer.find("\r\n\r\n") - 4, body.size() + 5);
  client.Send(Post("/small", ""));
  EXPECT_THAT(client.Receive(), HasSubstr("/small:"));
}

TEST_F(HttpServerTest, ATooLargeBodyIsRefusedAndTheClientSeesIt) {
  StartServer();
  Client client(port_);
  client.Send(Post("/big", std::string((16 << 20) + 1, 'x')));
  EXPECT_THAT(client.Receive(), StartsWith("HTTP/1.1 413 Payload Too Large\r\n"));
  EXPECT_TRUE(client.Closed());
}

TEST_F(HttpServerTest, WhatIsNoHttpGets400AndTheConnectionCloses) {
  StartServer();
  Client client(port_);
  client.Send("hello there\r\n\r\n");
  const std::string answer = client.Receive();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 400 Bad Request\r\n"));
  EXPECT_THAT(answer, HasSubstr("Connection: close\r\n"));
  EXPECT_TRUE(client.Closed());
}

TEST_F(HttpServerTest, AClientMayWaitFor100Continue) {
  StartServer();
  Client client(port_);
  client.Send("POST /c HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(client.Receive(), "HTTP/1.1 100 Continue\r\n\r\n");
  client.Send("ok");
  EXPECT_THAT(client.Receive(), HasSubstr("/c:ok"));
}

TEST_F(HttpServerTest, AHeadAnswerHasTheLengthButNoBody) {
  FunctionHandler handler([](const HttpRequest&, HttpCompletion done) { done(Text("12345")); });
  StartServer(handler);
  Client client(port_);
  client.Send("HEAD / HTTP/1.1\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(client.Receive(), HasSubstr("Content-Length: 5"));
  EXPECT_TRUE(client.Closed());
  server_->Stop(std::chrono::milliseconds(0));
}

TEST_F(HttpServerTest, ConnectionCloseIsHonoured) {
  StartServer();
  Client client(port_);
  client.Send("GET / HTTP/1.1\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(client.Receive(), HasSubstr("Connection: close\r\n"));
  EXPECT_TRUE(client.Closed());
}

TEST_F(HttpServerTest, ADroppedRequestIsAnswered500) {
  StartServer();
  Client client(port_);
  client.Send(Post("/never", ""));
  EXPECT_THAT(client.Receive(), StartsWith("HTTP/1.1 500 "));
}

TEST_F(HttpServerTest, AnAnswerForAClientThatHasGoneIsDropped) {
  StartServer();
  {
    Client(port_).Send(Post("/later", ""));
  }
  Client client(port_);
  client.Send(Post("/later", "still here"));
  EXPECT_THAT(client.Receive(), HasSubstr("still here"));
}

TEST_F(HttpServerTest, IdleConnectionsAreClosedInTime) {
  options_.idle_timeout = std::chrono::seconds(1);
  StartServer();
  Client client(port_);
  client.Send(Post("/a", ""));
  client.Receive();
  EXPECT_TRUE(client.Closed());
}

TEST_F(HttpServerTest, ARequestThatNeverEndsIsCutOff) {
  options_.transfer_timeout = std::chrono::seconds(1);
  StartServer();
  Client client(port_);
  client.Send("POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nhal");
  EXPECT_TRUE(client.Closed());
}

TEST_F(HttpServerTest, MoreConnectionsThanAllowedAreTurnedAway) {
  options_.connections_max = 2;
  StartServer();
  Client first(port_);
  Client second(port_);
  for (Client* client : {&first, &second}) {
    client->Send(Post("/a", ""));
    client->Receive();
  }
  Client third(port_);
  EXPECT_THAT(third.Receive(), StartsWith("HTTP/1.1 503 "));
  first.Send(Post("/a", ""));
  EXPECT_THAT(first.Receive(), HasSubstr("200 OK"));
}

TEST_F(HttpServerTest, StopFinishesWhatIsInFlightAndClosesTheRest) {
  StartServer();
  Client idle(port_);
  idle.Send(Post("/a", ""));
  idle.Receive();
  Client busy(port_);
  busy.Send(Post("/later", "in flight"));
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  server_->Stop(std::chrono::seconds(10));
  const std::string answer = busy.Receive();
  EXPECT_THAT(answer, HasSubstr("in flight"));
  EXPECT_THAT(answer, HasSubstr("Connection: close"));
  EXPECT_TRUE(busy.Closed());
  EXPECT_TRUE(idle.Closed());
}

TEST_F(HttpServerTest, StopHasNoMorePatienceThanItIsGiven) {
  HttpCompletion kept;
  std::atomic<bool> arrived = false;
  FunctionHandler handler([&](const HttpRequest&, HttpCompletion done) {
    kept = std::move(done);
    arrived = true;
  });
  StartServer(handler);
  Client client(port_);
  client.Send(Post("/a", ""));
  while (!arrived) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  const auto start = std::chrono::steady_clock::now();
  server_->Stop(std::chrono::seconds(1));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
  EXPECT_TRUE(client.Closed());
  kept(Text("too late"));
  kept = {};
  server_->Stop(std::chrono::milliseconds(0));
}

TEST_F(HttpServerTest, StopWaitsForASlowReaderAndNoLonger) {
  std::atomic<bool> answered = false;
  FunctionHandler handler([&](const HttpRequest&, HttpCompletion done) {
    done(Text(std::string(30'000'000, 'x')));
    answered = true;
  });
  StartServer(handler);
  Client client(port_);
  client.Send(Post("/a", ""));
  while (!answered) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  const auto start = std::chrono::steady_clock::now();
  std::thread stopper([&] { server_->Stop(std::chrono::seconds(60)); });
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_GT(client.Receive().size(), 30'000'000u);
  EXPECT_TRUE(client.Closed());
  stopper.join();
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(30));
  server_->Stop(std::chrono::milliseconds(0));
}

TEST_F(HttpServerTest, StopInAStormOfClientsClosesThemAll) {
  options_.threads = 4;
  for (int round = 0; round < 20; ++round) {
    StartServer();
    std::atomic<bool> stopped = false;
    std::vector<std::thread> storm;
    for (int i = 0; i < 3; ++i) {
      storm.emplace_back([&, port = port_] {
        while (!stopped) {
          Client client(port);
          if (!client.connected()) continue;
          client.Send(Post("/a", "x"));
          client.EndSending();
          client.Receive();
          EXPECT_TRUE(client.Closed());
        }
      });
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    server_->Stop(std::chrono::seconds(8));
    stopped = true;
    for (std::thread& clients : storm) clients.join();
  }
}

TEST_F(HttpServerTest, HalfClosedClientsAreAnsweredAndCostNothingMeanwhile) {
  StartServer();
  std::vector<std::unique_ptr<Client>> clients;
  const auto cpu_before = std::clock();
  for (int i = 0; i < 2; ++i) {
    clients.push_back(std::make_unique<Client>(port_));
    clients.back()->Send(Post("/later", "half") + Post("/b", "closed"));
    clients.back()->EndSending();
  }
  for (auto& client : clients) {
    EXPECT_THAT(client->Receive(), HasSubstr("half"));
    EXPECT_THAT(client->Receive(), HasSubstr("closed"));
    EXPECT_TRUE(client->Closed());
  }
  EXPECT_LT(static_cast<double>(std::clock() - cpu_before) / CLOCKS_PER_SEC, 0.1)
      << "a loop turns while the handler takes its 200 ms";
}

TEST_F(HttpServerTest, ClientsMayResetInEveryState) {
  options_.transfer_timeout = std::chrono::seconds(1);
  FunctionHandler handler([&](const HttpRequest& request, HttpCompletion done) {
    if (request.path == "/later") return echo_.Handle(request, std::move(done));
    done(Text(std::string(3'000'000, 'x')));
  });
  StartServer(handler);
  const std::vector<std::string> sent = {"", "POST / HT", "no HTTP\r\n\r\n",
                                         Post("/later", "1") + Post("/later", "2"),
                                         Post("/large", "") + Post("/later", "")};
  for (int round = 0; round < 40; ++round) {
    Client client(port_);
    client.Send(sent[static_cast<std::size_t>(round) % sent.size()]);
    if (round % 3 != 0) std::this_thread::sleep_for(std::chrono::milliseconds(round % 7));
    if (round % 2 == 0) client.WillReset();
  }
  {
    Client client(port_);
    client.Send(Post("/later", "fine"));
    EXPECT_THAT(client.Receive(), HasSubstr("fine"));
  }
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  const auto left = [&] { return metrics_.RenderPrometheus().find("connections 0\n"); };
  while (left() == std::string::npos && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_NE(left(), std::string::npos) << metrics_.RenderPrometheus();
  server_->Stop(std::chrono::milliseconds(0));
}

TEST_F(HttpServerTest, AnAddressIsNotListenedOnWithoutAReason) {
  HttpServer server(options_, metrics_);
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit none = before;
  none.rlim_cur = 0;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  const auto address = server.Listen("d", "127.0.0.1", 0, echo_);
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
  ASSERT_FALSE(address.ok());
  EXPECT_EQ(address.error().code(), kListenFailed);
  EXPECT_THAT(address.error().message(), HasSubstr("Too many open files"));
}

TEST_F(HttpServerTest, ClientsBeyondTheDescriptorsAreServedWhenThereAreSome) {
  StartServer();
  Client first(port_);
  first.Send(Post("/a", ""));
  EXPECT_THAT(first.Receive(), HasSubstr("200 OK"));
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  Client late(port_, [&] {
    rlimit none = before;
    none.rlim_cur = 3;
    EXPECT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  });
  first.Send(Post("/a", "open"));
  EXPECT_THAT(first.Receive(), HasSubstr("open"));
  const auto cpu_before = std::clock();
  late.Send(Post("/a", "late"));
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  EXPECT_LT(static_cast<double>(std::clock() - cpu_before) / CLOCKS_PER_SEC, 0.1);
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_THAT(late.Receive(), HasSubstr("late"));
}

TEST_F(HttpServerTest, APortInUseIsAnErrorThatNamesTheAddress) {
  StartServer();
  HttpServer other(options_, metrics_);
  const auto address = other.Listen("other", "127.0.0.1", port_, echo_);
  ASSERT_FALSE(address.ok());
  EXPECT_EQ(address.error().code(), kPortInUse);
  EXPECT_THAT(address.error().message(), HasSubstr("127.0.0.1:" + std::to_string(port_)));
}

TEST_F(HttpServerTest, AHostThatIsNoAddressIsAnError) {
  HttpServer server(options_, metrics_);
  EXPECT_EQ(server.Listen("d", "no such host", 0, echo_).error().code(), kListenFailed);
}

TEST_F(HttpServerTest, DoorsShareTheThreadsAndKeepTheirHandlers) {
  FunctionHandler other([](const HttpRequest&, HttpCompletion done) { done(Text("other door")); });
  HttpServer server(options_, metrics_);
  const auto a = server.Listen("a", "127.0.0.1", 0, echo_);
  const auto b = server.Listen("b", "127.0.0.1", 0, other);
  server.Start();
  Client client_a(a->port);
  Client client_b(b->port);
  client_a.Send(Post("/a", "x"));
  client_b.Send(Post("/a", "x"));
  EXPECT_THAT(client_a.Receive(), HasSubstr("/a:x"));
  EXPECT_THAT(client_b.Receive(), HasSubstr("other door"));
  EXPECT_THAT(metrics_.RenderPrometheus(), HasSubstr("stator_http_requests_total{door=\"b\"} 1"));
}

TEST_F(HttpServerTest, ManyCompletionsComeBackToTheThreadOfTheirConnection) {
  std::thread::id handled;
  std::thread::id completed;
  base::CompletionQueue* queue = nullptr;
  FunctionHandler handler([&](const HttpRequest& request, HttpCompletion done) {
    handled = std::this_thread::get_id();
    queue = request.completions;
    std::vector<base::CompletionTask> tasks;
    tasks.emplace_back([&completed] { completed = std::this_thread::get_id(); });
    tasks.emplace_back([done = std::move(done)]() mutable { done(Text("from the queue")); });
    std::thread([&] { queue->Post(std::move(tasks)); }).join();
  });
  StartServer(handler);
  Client client(port_);
  client.Send(Post("/a", "x"));
  EXPECT_THAT(client.Receive(), HasSubstr("from the queue"));
  EXPECT_EQ(completed, handled);
  server_->Stop(std::chrono::milliseconds(0));
  bool late = false;
  std::vector<base::CompletionTask> tasks;
  tasks.emplace_back([&late] { late = true; });
  queue->Post(std::move(tasks));
  EXPECT_TRUE(late) << "a completion was lost behind the end of the server";
}

}  // namespace
}  // namespace stator::server
