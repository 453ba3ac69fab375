// fixed_answer: an HTTP server that stores nothing, to tell what a request costs this machine
// alone.
//
//   fixed_answer PORT
//
// Answers whatever arrives on a connection of 127.0.0.1 with the same 1,200 bytes, as long as an
// item of 1 KB in DynamoDB JSON: one epoll_wait, recv and send a request, on two threads, as
// Stator's server does. REQUIRES: a client that sends a request at a time, in one piece. Runs until
// it is ended.
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

namespace {

constexpr int kThreads = 2;
constexpr int kBodyBytes = 1'200;

std::string Answer() {
  const std::string body(kBodyBytes, 'x');
  return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

[[noreturn]] void Serve(int epoll) {
  const std::string answer = Answer();
  std::vector<char> request(65'536);
  std::array<epoll_event, 64> events;
  for (;;) {
    const int ready = epoll_wait(epoll, events.data(), static_cast<int>(events.size()), -1);
    for (int i = 0; i < ready; ++i) {
      const int connection = events[static_cast<std::size_t>(i)].data.fd;
      if (recv(connection, request.data(), request.size(), 0) <= 0 ||
          send(connection, answer.data(), answer.size(), MSG_NOSIGNAL) < 0) {
        close(connection);
      }
    }
  }
}

int Listen(int port) {
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  const int on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      listen(listener, SOMAXCONN) != 0) {
    std::perror("fixed_answer");
    std::exit(1);
  }
  return listener;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: fixed_answer PORT\n");
    return 2;
  }
  const int listener = Listen(std::atoi(argv[1]));
  std::array<int, kThreads> epolls;
  for (int& epoll : epolls) {
    epoll = epoll_create1(0);
    std::thread([fd = epoll] { Serve(fd); }).detach();
  }
  for (std::size_t turn = 0;; ++turn) {
    const int connection = accept(listener, nullptr, nullptr);
    if (connection < 0) continue;
    const int on = 1;
    setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = connection;
    epoll_ctl(epolls[turn % kThreads], EPOLL_CTL_ADD, connection, &event);
  }
}
