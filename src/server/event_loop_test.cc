#include "server/event_loop.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <functional>
#include <thread>

namespace stator::server {
namespace {

class FunctionWatcher final : public IoWatcher {
 public:
  explicit FunctionWatcher(std::function<void(Readiness)> function)
      : function_(std::move(function)) {}
  void OnReady(Readiness readiness) override { function_(readiness); }

 private:
  const std::function<void(Readiness)> function_;
};

class EventLoopTest : public ::testing::Test {
 protected:
  EventLoopTest() {
    std::array<int, 2> pair{};
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair.data()), 0);
    near_ = FileDescriptor(pair[0]);
    far_ = FileDescriptor(pair[1]);
  }
  void SendFromFar() const { EXPECT_EQ(write(far_.number(), "x", 1), 1); }

  EventLoop loop_;
  FileDescriptor near_;
  FileDescriptor far_;
};

TEST_F(EventLoopTest, TasksRunInOrderAndThoseThatTheyPostToo) {
  std::string order;
  loop_.Post([&] {
    order += 'a';
    loop_.Post([&] {
      order += 'd';
      loop_.Stop();
    });
  });
  std::vector<EventLoop::Task> more;
  more.emplace_back([&] { order += 'b'; });
  more.emplace_back([&] { order += 'c'; });
  loop_.Post(std::move(more));
  loop_.Run();
  EXPECT_EQ(order, "abcd");
}

TEST_F(EventLoopTest, ATaskOfAnotherThreadWakesTheLoopEachTime) {
  constexpr int kRounds = 1000;
  std::atomic<int> ran = 0;
  std::thread runner([&] { loop_.Run(); });
  for (int i = 1; i <= kRounds; ++i) {
    loop_.Post([&] { ++ran; });
    while (ran < i) std::this_thread::yield();
  }
  loop_.Post([&] { loop_.Stop(); });
  runner.join();
  EXPECT_EQ(ran, kRounds);
}

TEST_F(EventLoopTest, AReadySocketIsToldAgainUntilItIsRead) {
  int told = 0;
  FunctionWatcher watcher([&](Readiness readiness) {
    EXPECT_EQ(readiness, kReadable);
    if (++told < 3) return;
    char byte;
    EXPECT_EQ(read(near_.number(), &byte, 1), 1);
    loop_.Stop();
  });
  ASSERT_TRUE(loop_.Watch(near_.number(), kReadable, watcher));
  SendFromFar();
  loop_.Run();
  EXPECT_EQ(told, 3);
}

TEST_F(EventLoopTest, WhatIsNotWatchedForIsNotToldButAClosedPeerIs) {
  Readiness told = kNothing;
  FunctionWatcher watcher([&](Readiness readiness) {
    told = readiness;
    loop_.Stop();
  });
  ASSERT_TRUE(loop_.Watch(near_.number(), kReadable, watcher));
  loop_.Change(near_.number(), kNothing, watcher);
  SendFromFar();
  std::thread closer([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    far_.Close();
  });
  loop_.Run();
  closer.join();
  EXPECT_EQ(told & kReadable, kNothing);
  EXPECT_EQ(told & kBroken, kBroken);
}

TEST_F(EventLoopTest, WhatARoundReleasesLivesToItsEnd) {
  auto watcher = std::make_shared<FunctionWatcher>([](Readiness) {});
  const std::weak_ptr<FunctionWatcher> alive = watcher;
  bool alive_in_round = false;
  loop_.Post([&] { loop_.AfterRound([owned = std::move(watcher)] {}); });
  loop_.Post([&] {
    alive_in_round = !alive.expired();
    loop_.Post([&] {
      EXPECT_TRUE(alive.expired());
      loop_.Stop();
    });
  });
  loop_.Run();
  EXPECT_TRUE(alive_in_round);
}

TEST_F(EventLoopTest, TheEndOfARoundMayAddToItself) {
  std::vector<int> order;
  loop_.Post([&] {
    loop_.AfterRound([&] {
      order.push_back(1);
      loop_.AfterRound([&] { order.push_back(3); });
    });
    loop_.AfterRound([&] { order.push_back(2); });
  });
  loop_.RunPosted();
  EXPECT_EQ(order, (std::vector<int>{1, 2, 3}));
}

TEST_F(EventLoopTest, BeforeItSleepsTheHookIsAskedAsOftenAsItWishes) {
  class Hook final : public IdleHook {
   public:
    explicit Hook(EventLoop& loop) : loop_(loop) {}
    std::optional<std::chrono::microseconds> BeforeSleep() override {
      ++asked;
      loop_.AfterRound([this] { ++rounds; });
      if (asked < 3) return std::chrono::microseconds(1500);
      return std::nullopt;
    }
    std::atomic<int> asked = 0;
    int rounds = 0;

   private:
    EventLoop& loop_;
  };
  Hook hook(loop_);
  loop_.AskBeforeSleep(hook);
  const auto begin = std::chrono::steady_clock::now();
  std::thread runner([&] { loop_.Run(); });
  while (hook.asked < 3) std::this_thread::yield();
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  loop_.Post([&] {
    EXPECT_EQ(hook.asked, 3) << "it said that it need not be asked again";
    EXPECT_EQ(hook.rounds, 3);
    loop_.Stop();
  });
  runner.join();
  EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::microseconds(3000));
}

TEST_F(EventLoopTest, TheTickComesAboutASecondLaterAndMayAskForTheNext) {
  const auto begin = std::chrono::steady_clock::now();
  int ticks = 0;
  loop_.TickLater([&] {
    ++ticks;
    loop_.TickLater([&] {
      ++ticks;
      loop_.Stop();
    });
  });
  loop_.Run();
  EXPECT_EQ(ticks, 2);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(1900));
}

TEST(FileDescriptorTest, ClosesOnceAndMovesWhatItHolds) {
  std::array<int, 2> pair{};
  ASSERT_EQ(pipe(pair.data()), 0);
  FileDescriptor reader(pair[0]);
  FileDescriptor writer(pair[1]);
  {
    const FileDescriptor moved = std::move(writer);
    EXPECT_EQ(moved.number(), pair[1]);
    // What a move leaves is part of the contract.
    // NOLINTNEXTLINE(bugprone-use-after-move,clang-analyzer-cplusplus.Move)
    EXPECT_LT(writer.number(), 0);
  }
  char byte;
  EXPECT_EQ(read(reader.number(), &byte, 1), 0) << "the writing end is open still";
  writer = std::move(reader);
  EXPECT_EQ(writer.number(), pair[0]);
  writer.Close();
  writer.Close();
}

}  // namespace
}  // namespace stator::server
