// An endpoint for tests, on sockets of the system and a few threads, that answers whatever the test
// wants, over plain HTTP or TLS: faults that no real store would show on demand.
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

// A request as it came in: what a test looks at. Header names are in lower case, values as sent.
struct SeenRequest {
  std::map<std::string, std::string> headers;
  std::string body;
  // The operation's name, taken from X-Amz-Target: "GetItem". Empty when there is no such header.
  std::string Operation() const;
};

// What to do with it: answer, answer late, or behave badly. Content-Length is added; everything
// else stands in `headers`.
struct Reply {
  int status = 200;
  std::string body;
  std::map<std::string, std::string> headers;
  std::chrono::milliseconds delay{0};
  // Close without an answer.
  bool hang_up = false;
  // Close after the answer, without saying so.
  bool close_afterwards = false;
};

// What TLS needs on the server's side, made afresh: a self-signed certificate for "localhost" and
// its key, as PEM files that live as long as this.
class TestCertificate {
 public:
  // Makes both, good for an hour, in the folder for temporary files.
  TestCertificate();
  ~TestCertificate();
  // The files' paths: the certificate is what a client has to trust.
  std::string certificate_file;
  std::string key_file;
};

// Listens on a free port of 127.0.0.1, for as long as it lives; one thread a connection. The
// handler is called by several threads.
class TestEndpoint {
 public:
  using Handler = std::function<Reply(const SeenRequest&)>;
  // Listens at once. Plain without a certificate; with one, TLS, and the certificate must outlive
  // this.
  explicit TestEndpoint(Handler handler, const TestCertificate* certificate = nullptr);
  // Hangs up on everyone, in the middle of an answer too, and waits for its threads.
  ~TestEndpoint();
  // What a store is given as its endpoint: "http://localhost:PORT" or "https://localhost:PORT".
  std::string url() const;
  // Connections accepted so far: more than one thread of a client means that it did not keep the
  // first.
  int connections() const { return connections_; }
  // Requests seen so far, of all operations, those that were hung up on included.
  int requests() const { return requests_; }

 private:
  // On the acceptor's thread: one more thread for each connection, until the destructor ends the
  // listening.
  void Accept();
  // One connection, request after request, until the client or a reply ends it.
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
