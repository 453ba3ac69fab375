// http_load: keep-alive HTTP/1.1 load on 127.0.0.1, and what it cost the server.
//
//   http_load --port 8000 --pid 4711 --requests 100000 --connections 16 --keys 100000
//       --header 'X-Amz-Target: DynamoDB_20120810.GetItem'
//       --body '{"TableName":"t","Key":{"id":{"S":"k{key}"}}}' --expect '"k{key}"'
//
// One thread, one request in flight on each connection. `{key}` stands for a number below --keys,
// the same in a request's body and in what its answer must contain; `--order sequential` counts
// instead of drawing. --pid may be given several times, for a server of several processes.
// Prints one line of JSON: requests; errors (another status than 200, or an answer without
// --expect); seconds; cpu_us and load_us, user and system CPU microseconds a request of the --pid
// processes and of this program; p50_us and p99_us, the latency. Ends by itself after --requests
// or --seconds-max.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <random>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

struct Options {
  int port = 0;
  std::vector<int> pids;
  std::int64_t requests = 100'000;
  int connections = 16;
  std::uint64_t keys = 100'000;
  int key_width = 8;
  bool sequential = false;
  int seconds_max = 300;
  std::string path = "/";
  std::vector<std::string> headers;
  std::string body;
  std::string expect;
};

struct Connection {
  int fd = -1;
  std::string out;
  std::size_t sent = 0;
  std::string in;
  std::string expect;
  Clock::time_point started;
};

[[noreturn]] void Fail(const std::string& message) {
  std::fprintf(stderr, "http_load: %s\n", message.c_str());
  std::exit(2);
}

Options ParseOptions(int argc, char** argv) {
  Options options;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view name = argv[i];
    const std::string value = argv[i + 1];
    if (name == "--port")
      options.port = std::stoi(value);
    else if (name == "--pid")
      options.pids.push_back(std::stoi(value));
    else if (name == "--requests")
      options.requests = std::stoll(value);
    else if (name == "--connections")
      options.connections = std::stoi(value);
    else if (name == "--keys")
      options.keys = std::stoull(value);
    else if (name == "--key-width")
      options.key_width = std::stoi(value);
    else if (name == "--order")
      options.sequential = value == "sequential";
    else if (name == "--seconds-max")
      options.seconds_max = std::stoi(value);
    else if (name == "--path")
      options.path = value;
    else if (name == "--header")
      options.headers.push_back(value);
    else if (name == "--body")
      options.body = value;
    else if (name == "--expect")
      options.expect = value;
    else
      Fail("unknown option " + std::string(name));
  }
  if (options.port == 0) Fail("--port is missing");
  return options;
}

// User and system time of a process with all its threads, from the kernel's clock of 10 ms ticks.
double CpuSecondsOf(int pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string text((std::istreambuf_iterator<char>(file)), {});
  std::istringstream rest(text.substr(text.rfind(')') + 2));
  std::string word;
  double ticks = 0;
  for (int field = 3; rest >> word && field <= 15; ++field) {
    if (field == 14 || field == 15) ticks += std::stod(word);
  }
  return ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
}

double CpuSeconds(const std::vector<int>& pids) {
  double seconds = 0;
  for (const int pid : pids) seconds += CpuSecondsOf(pid);
  return seconds;
}

std::string Replace(std::string text, const std::string& key) {
  for (std::size_t at = 0; (at = text.find("{key}", at)) != std::string::npos; at += key.size()) {
    text.replace(at, 5, key);
  }
  return text;
}

class Load {
 public:
  explicit Load(const Options& options) : options_(options), connections_(options.connections) {
    head_ = "POST " + options.path +
            " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(options.port) + "\r\n";
    for (const std::string& header : options.headers) head_ += header + "\r\n";
    latencies_us_.reserve(static_cast<std::size_t>(options.requests));
  }

  void Run() {
    epoll_ = epoll_create1(0);
    for (Connection& connection : connections_) Open(connection);
    const double cpu_before = CpuSeconds(options_.pids);
    const double own_before = CpuSecondsOf(getpid());
    const auto start = Clock::now();
    const auto give_up = start + std::chrono::seconds(options_.seconds_max);
    for (Connection& connection : connections_) Next(connection);
    std::vector<epoll_event> events(connections_.size());
    while (done_ < options_.requests) {
      if (Clock::now() > give_up) Fail("not done after --seconds-max");
      const int ready = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 1000);
      for (int i = 0; i < ready; ++i) Read(connections_[events[i].data.u32]);
    }
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    Report(seconds, CpuSeconds(options_.pids) - cpu_before, CpuSecondsOf(getpid()) - own_before);
  }

 private:
  void Open(Connection& connection) {
    connection.fd = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(options_.port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(connection.fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
      Fail("cannot connect to 127.0.0.1:" + std::to_string(options_.port) + ": " +
           std::strerror(errno));
    }
    const int on = 1;
    setsockopt(connection.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u32 = static_cast<std::uint32_t>(&connection - connections_.data());
    epoll_ctl(epoll_, EPOLL_CTL_ADD, connection.fd, &event);
  }

  // Sends the next request, if one is left. Requests fit a socket buffer, so a blocking write
  // returns at once.
  void Next(Connection& connection) {
    if (issued_ == options_.requests) return;
    const std::uint64_t number =
        (options_.sequential ? static_cast<std::uint64_t>(issued_) : random_()) % options_.keys;
    ++issued_;
    char key[32];
    std::snprintf(key, sizeof key, "%0*llu", options_.key_width,
                  static_cast<unsigned long long>(number));
    const std::string body = Replace(options_.body, key);
    connection.expect = Replace(options_.expect, key);
    connection.out = head_ + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    connection.in.clear();
    connection.started = Clock::now();
    for (std::size_t sent = 0; sent < connection.out.size();) {
      const ssize_t n =
          write(connection.fd, connection.out.data() + sent, connection.out.size() - sent);
      if (n <= 0) Fail("connection lost while writing");
      sent += static_cast<std::size_t>(n);
    }
  }

  // Size of the whole answer once its head has arrived, else 0. The peers all send Content-Length.
  static std::size_t AnswerSize(const std::string& in) {
    const std::size_t head = in.find("\r\n\r\n");
    if (head == std::string::npos) return 0;
    std::string lower = in.substr(0, head);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char c) { return std::tolower(c); });
    const std::size_t at = lower.find("content-length:");
    if (at == std::string::npos) Fail("answer without Content-Length");
    return head + 4 + std::stoull(lower.substr(at + 15));
  }

  void Read(Connection& connection) {
    char buffer[65536];
    const ssize_t n = read(connection.fd, buffer, sizeof buffer);
    if (n <= 0) Fail("the server closed a connection");
    connection.in.append(buffer, static_cast<std::size_t>(n));
    const std::size_t size = AnswerSize(connection.in);
    if (size == 0 || connection.in.size() < size) return;
    const auto taken =
        std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - connection.started);
    latencies_us_.push_back(static_cast<std::uint32_t>(taken.count()));
    const bool good =
        connection.in.compare(9, 3, "200") == 0 &&
        (connection.expect.empty() || connection.in.find(connection.expect) != std::string::npos);
    if (!good && errors_++ == 0) {
      std::fprintf(stderr, "http_load: first wrong answer: %s\n",
                   connection.in.substr(0, 800).c_str());
    }
    ++done_;
    Next(connection);
  }

  void Report(double seconds, double cpu_seconds, double own_seconds) {
    std::sort(latencies_us_.begin(), latencies_us_.end());
    const auto at = [&](double q) {
      return latencies_us_[static_cast<std::size_t>(q * (latencies_us_.size() - 1.0))];
    };
    std::printf(
        "{\"requests\":%lld,\"errors\":%lld,\"seconds\":%.3f,\"cpu_us\":%.2f,\"load_us\":%.2f,"
        "\"p50_us\":%u,\"p99_us\":%u}\n",
        static_cast<long long>(done_), static_cast<long long>(errors_), seconds,
        cpu_seconds * 1e6 / static_cast<double>(done_),
        own_seconds * 1e6 / static_cast<double>(done_), at(0.5), at(0.99));
  }

  const Options& options_;
  std::vector<Connection> connections_;
  std::string head_;
  std::mt19937_64 random_{42};
  std::vector<std::uint32_t> latencies_us_;
  int epoll_ = -1;
  std::int64_t issued_ = 0;
  std::int64_t done_ = 0;
  std::int64_t errors_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  const Options options = ParseOptions(argc, argv);
  Load(options).Run();
  return 0;
}
