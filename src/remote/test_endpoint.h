// An endpoint for tests that answers whatever the test wants, over plain HTTP or TLS: faults that
// no real store would show on demand.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace stator::remote {

// A request as it came in. Header names are in lower case.
struct SeenRequest {
  std::map<std::string, std::string> headers;
  std::string body;
  // The operation's name, of X-Amz-Target.
  std::string Operation() const;
};

// What to do with it.
struct Reply {
  int status = 200;
  std::string body;
  std::map<std::string, std::string> headers;
  std::chrono::milliseconds delay{0};
  bool hang_up = false;           // close without an answer
  bool close_afterwards = false;  // close after the answer, without saying so
};

// A self-signed certificate for "localhost" and its key, as PEM files that live as long as this.
class TestCertificate {
 public:
  // Makes both.
  TestCertificate();
  ~TestCertificate();
  // The files.
  std::string certificate_file;
  std::string key_file;
};

// Listens on a free port of 127.0.0.1; one thread a connection. The handler is called by several
// threads.
class TestEndpoint {
 public:
  using Handler = std::function<Reply(const SeenRequest&)>;
  // Plain without a certificate.
  explicit TestEndpoint(Handler handler, const TestCertificate* certificate = nullptr);
  // Hangs up on everyone.
  ~TestEndpoint();
  // "http://localhost:PORT" or "https://localhost:PORT".
  std::string url() const;
  // Connections accepted so far.
  int connections() const { return connections_; }
  // Requests seen so far, of all operations.
  int requests() const { return requests_; }

 private:
  void Accept();
  void Serve(int socket);

  const Handler handler_;
  void* tls_ = nullptr;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<bool> stopping_{false};
  std::atomic<int> connections_{0};
  std::atomic<int> requests_{0};
  std::mutex mutex_;
  std::vector<int> sockets_;
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

}  // namespace stator::remote
