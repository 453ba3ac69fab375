#include "server/http_worker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <future>
#include <memory>
#include <optional>
#include <set>
#include <string>

namespace stator::server {
namespace {

using ::testing::HasSubstr;

// Answers the number of the thread that it runs on; "/wait" only when Release() is called.
class ThreadHandler : public HttpHandler {
 public:
  void Handle(const HttpRequest& request, HttpCompletion done) override {
    auto answer = [thread = request.thread, done = std::move(done)]() mutable {
      done({.status = 200,
            .content_type = "text/plain",
            .headers = "",
            .body = "thread " + std::to_string(thread)});
    };
    if (request.path != "/wait") return answer();
    waiting_.set_value(std::move(answer));
  }
  base::UniqueFunction<void()> Waiting() { return waiting_.get_future().get(); }

 private:
  std::promise<base::UniqueFunction<void()>> waiting_;
};

// Answers a request by an idle task; "/at-once" without one. The task asks to wait `asked_again`
// times before.
class IdleHandler : public HttpHandler, private base::IdleTask {
 public:
  void Handle(const HttpRequest& request, HttpCompletion done) override {
    if (request.path == "/at-once") return Answer(std::move(done), "at once");
    if (!request.completions->WhenIdle(*this)) return Answer(std::move(done), "refused");
    waiting_.push_back(std::move(done));
  }
  std::atomic<int> given_up = 0;
  std::atomic<int> asked_again = 0;

 private:
  static void Answer(HttpCompletion done, std::string_view text) {
    done({.status = 200, .content_type = "text/plain", .headers = "", .body = std::string(text)});
  }
  std::optional<std::chrono::microseconds> OnIdle(base::CompletionQueue&) override {
    if (asked_again-- > 0) return std::chrono::microseconds(200);
    AnswerAll("idle");
    return std::nullopt;
  }
  void GiveUp(base::CompletionQueue& queue) override {
    ++given_up;
    // As another thread would: later, as completions.
    std::vector<base::CompletionTask> tasks;
    tasks.emplace_back([this] { AnswerAll("given up"); });
    queue.Post(std::move(tasks));
  }
  void AnswerAll(std::string_view text) {
    for (HttpCompletion& done : std::exchange(waiting_, {})) Answer(std::move(done), text);
  }

  std::vector<HttpCompletion> waiting_;
};

class HttpWorkerTest : public ::testing::Test {
 protected:
  HttpWorkerTest() {
    for (std::size_t i = 0; i < 2; ++i) {
      workers_.push_back(std::make_unique<HttpWorker>(shared_, i));
      workers_.back()->Start();
    }
    client_ = Connect(*workers_[0], /*serial=*/1);
  }
  ~HttpWorkerTest() override {
    shared_.draining = true;
    for (auto& worker : workers_) worker->Drain(std::chrono::seconds(0));
    for (auto& worker : workers_) worker->Join();
  }

  // Holds a thread up as long as it lives, so that what is sent meanwhile comes to it at once.
  class Held {
   public:
    explicit Held(HttpWorker& worker) {
      std::promise<void> held;
      std::future<void> is_held = held.get_future();
      worker.loop().Post([held = std::move(held), go_on = go_on_.get_future()]() mutable {
        held.set_value();
        go_on.wait();
      });
      is_held.wait();
    }
    ~Held() { go_on_.set_value(); }
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;

   private:
    std::promise<void> go_on_;
  };

  // The far end of a new connection of `worker`; reads from it give up after ten seconds.
  FileDescriptor Connect(HttpWorker& worker, std::size_t serial) {
    std::array<int, 2> pair{};
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, pair.data()), 0);
    const timeval patience{10, 0};
    setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    worker.Adopt(new HttpConnection(shared_, door_, FileDescriptor(pair[1]), serial));
    return FileDescriptor(pair[0]);
  }
  // Whether the server closes the connection before long.
  static bool IsClosed(const FileDescriptor& client) {
    char byte;
    return recv(client.number(), &byte, 1, 0) == 0;
  }

  void Send(std::string_view path) const {
    const std::string request = "GET " + std::string(path) + " HTTP/1.1\r\n\r\n";
    EXPECT_EQ(send(client_.number(), request.data(), request.size(), 0),
              static_cast<ssize_t>(request.size()));
  }
  std::string Receive() const {
    std::array<char, 4096> bytes;
    const ssize_t n = recv(client_.number(), bytes.data(), bytes.size(), 0);
    return {bytes.data(), static_cast<std::size_t>(std::max<ssize_t>(n, 0))};
  }
  // The digits of the threads that gave the next `count` answers; fewer when they stop coming.
  std::string ReceiveThreads(std::size_t count) const {
    constexpr std::string_view kBody = "\r\n\r\nthread ";
    std::string threads;
    std::string received;
    while (threads.size() < count) {
      const std::string more = Receive();
      if (more.empty()) break;
      received += more;
      for (std::size_t at; (at = received.find(kBody)) != std::string::npos;) {
        const std::size_t digit = at + kBody.size();
        if (digit == received.size()) break;
        threads += received[digit];
        received.erase(0, digit + 1);
      }
    }
    return threads;
  }
  std::string Ask(std::string_view path) const {
    Send(path);
    return Receive();
  }

  // Whether a request is answered by `thread` before long.
  bool ComesTo(std::size_t thread) const {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (std::chrono::steady_clock::now() < deadline) {
      if (Ask("/").find("thread " + std::to_string(thread)) != std::string::npos) return true;
    }
    return false;
  }

  static HttpServerOptions Options() {
    HttpServerOptions options;
    options.idle_timeout = std::chrono::seconds(3);
    return options;
  }

  HttpShared shared_{Options()};
  base::MetricsRegistry metrics_;
  ThreadHandler handler_;
  HttpDoor door_{&handler_, metrics_.GetCounter("requests", "", {}),
                 metrics_.GetCounter("refused", "", {})};
  std::vector<std::unique_ptr<HttpWorker>> workers_;
  FileDescriptor client_;
};

TEST_F(HttpWorkerTest, AnIdleConnectionMovesToItsThreadAndBack) {
  EXPECT_THAT(Ask("/"), HasSubstr("thread 0"));
  workers_[0]->Spread(workers_);
  EXPECT_TRUE(ComesTo(1));
  workers_[1]->Spread(workers_);
  for (int i = 0; i < 100; ++i) ASSERT_THAT(Ask("/"), HasSubstr("thread 1")) << "it is at home";
  workers_[1]->Spread(std::span(workers_).first(1));
  EXPECT_TRUE(ComesTo(0));
}

TEST_F(HttpWorkerTest, ABusyConnectionStaysUntilItHasAnswered) {
  Send("/wait");
  auto answer = handler_.Waiting();
  workers_[0]->Spread(workers_);
  Send("/");
  answer();
  std::string answers = Receive();
  while (answers.find("thread", answers.find("thread") + 1) == std::string::npos)
    answers += Receive();
  EXPECT_EQ(answers.find("thread 1"), std::string::npos) << answers;
  workers_[0]->Spread(workers_);
  EXPECT_TRUE(ComesTo(1));
}

TEST_F(HttpWorkerTest, AnIdleConnectionIsClosedInTimeThoughItMoves) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(12);
  bool closed = false;
  for (std::size_t at = 0; !closed && std::chrono::steady_clock::now() < deadline; at = 1 - at) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1500));
    workers_[at]->Spread(std::span(workers_).first(2 - at));
    char byte;
    closed = recv(client_.number(), &byte, 1, MSG_DONTWAIT) == 0;
  }
  EXPECT_TRUE(closed);
}

TEST_F(HttpWorkerTest, AConnectionThatPipelinesMovesAndLosesNothing) {
  constexpr std::size_t kAhead = 10;
  constexpr int kRoundsMin = 300;
  std::atomic<bool> done = false;
  std::thread mover([&] {
    for (std::size_t among = 1; !done; among = 3 - among) {
      for (auto& worker : workers_) worker->Spread(std::span(workers_).first(among));
      std::this_thread::yield();
    }
  });
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  std::set<char> threads;
  for (int round = 0; round < kRoundsMin || threads.size() < 2; ++round) {
    for (std::size_t i = 0; i < kAhead; ++i) Send("/");
    const std::string answered_by = ReceiveThreads(kAhead);
    EXPECT_EQ(answered_by.size(), kAhead);
    threads.insert(answered_by.begin(), answered_by.end());
    if (HasFailure() || std::chrono::steady_clock::now() > deadline) break;
  }
  EXPECT_EQ(threads.size(), 2u) << "it never moved";
  done = true;
  mover.join();
}

TEST_F(HttpWorkerTest, EachOfManyConnectionsOfARoundIsAnsweredOrClosed) {
  constexpr std::string_view kTwoRequests = "GET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r\n";
  constexpr std::size_t kClients = 2 * HttpWorker::kUnsentMax + 5;
  std::vector<FileDescriptor> clients;
  for (std::size_t i = 0; i < kClients; ++i) clients.push_back(Connect(*workers_[0], i));
  std::optional<Held> held(std::in_place, *workers_[0]);
  for (std::size_t i = 0; i < kClients; ++i) {
    const std::string_view bytes = i % 3 == 1 ? "no HTTP\r\n\r\n" : kTwoRequests;
    ASSERT_EQ(send(clients[i].number(), bytes.data(), bytes.size(), 0),
              static_cast<ssize_t>(bytes.size()));
    if (i % 3 == 2) clients[i].Close();
  }
  held.reset();
  for (std::size_t i = 0; i < kClients; i += 3) {
    client_ = std::move(clients[i]);
    EXPECT_EQ(ReceiveThreads(2), "00") << "client " << i;
  }
  for (std::size_t i = 1; i < kClients; i += 3) {
    client_ = std::move(clients[i]);
    EXPECT_THAT(Receive(), HasSubstr("HTTP/1.1 400")) << "client " << i;
  }
}

class HttpWorkerIdleTest : public HttpWorkerTest {
 protected:
  HttpWorkerIdleTest() {
    door_.handler = &idle_handler_;
    client_ = Connect(*workers_[0], /*serial=*/1);
    other_ = Connect(*workers_[0], /*serial=*/2);
  }
  // For both clients, in one round.
  void SendTogether(std::string_view path, std::string_view path_of_other) {
    const Held held(*workers_[0]);
    Send(path);
    std::swap(client_, other_);
    Send(path_of_other);
    std::swap(client_, other_);
  }

  static int CountOf(std::string_view word, std::string_view text) {
    int count = 0;
    for (std::size_t at = 0; (at = text.find(word, at)) != std::string::npos; ++at) ++count;
    return count;
  }

  IdleHandler idle_handler_;
  FileDescriptor other_;
};

TEST_F(HttpWorkerIdleTest, TheThreadDoesTheWorkBeforeItSleepsAndAnswers) {
  EXPECT_THAT(Ask("/"), HasSubstr("idle"));
  idle_handler_.asked_again = 3;
  EXPECT_THAT(Ask("/"), HasSubstr("idle"));
  EXPECT_EQ(idle_handler_.given_up, 0);
}

TEST_F(HttpWorkerIdleTest, RequestsBehindTheAnswersAreAnsweredToo) {
  const std::string request = "GET / HTTP/1.1\r\n\r\n";
  const std::string three = request + request + request;
  ASSERT_EQ(send(client_.number(), three.data(), three.size(), 0),
            static_cast<ssize_t>(three.size()));
  // Answers may come together.
  std::string received;
  for (std::string more = "more"; CountOf("idle", received) < 3 && !more.empty();) {
    received += more = Receive();
  }
  EXPECT_EQ(CountOf("idle", received), 3) << received;
}

TEST_F(HttpWorkerIdleTest, WhileOthersAreAnsweredAtOnceTheWorkIsLeftToOthers) {
  SendTogether("/", "/at-once");
  EXPECT_THAT(Receive(), HasSubstr("given up"));
  EXPECT_EQ(idle_handler_.given_up, 1);
  EXPECT_THAT(Ask("/"), HasSubstr("idle")) << "nobody else has come since";
  EXPECT_THAT(Ask("/at-once"), HasSubstr("at once"));
  EXPECT_THAT(Ask("/"), HasSubstr("refused"));
}

TEST_F(HttpWorkerIdleTest, AThreadThatEndsGivesTheWorkUp) {
  idle_handler_.asked_again = 1'000'000;
  Send("/");
  while (idle_handler_.asked_again == 1'000'000) std::this_thread::yield();
  shared_.draining = true;
  workers_[0]->Drain(std::chrono::seconds(0));
  workers_[0]->Join();
  EXPECT_EQ(idle_handler_.given_up, 1);
}

TEST_F(HttpWorkerTest, AConnectionThatComesWhileItsThreadDrainsIsClosed) {
  Send("/wait");
  auto answer = handler_.Waiting();
  shared_.draining = true;
  workers_[0]->Drain(std::chrono::seconds(30));
  EXPECT_TRUE(IsClosed(Connect(*workers_[0], /*serial=*/2)));
  answer();
  EXPECT_THAT(Receive(), HasSubstr("thread 0"));
}

TEST_F(HttpWorkerTest, AConnectionThatComesAfterTheEndOfItsThreadIsClosed) {
  shared_.draining = true;
  workers_[1]->Drain(std::chrono::seconds(30));
  workers_[1]->Join();
  EXPECT_TRUE(IsClosed(Connect(*workers_[1], /*serial=*/1)));
}

TEST_F(HttpWorkerTest, AConnectionThatMovesToADrainingThreadIsClosed) {
  EXPECT_THAT(Ask("/"), HasSubstr("thread 0"));
  workers_[1]->Drain(std::chrono::seconds(30));
  workers_[1]->Join();
  workers_[0]->Spread(workers_);
  EXPECT_TRUE(IsClosed(client_));
}

}  // namespace
}  // namespace stator::server
