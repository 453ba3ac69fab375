// The parts of test_endpoint.h. Its name makes it part of the tests only.
#include "remote/test_endpoint.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <filesystem>

#include "base/check.h"

namespace stator::remote {
namespace {

// A socket, perhaps with TLS around it, read and written to the end.
class Wire {
 public:
  Wire(int socket, SSL_CTX* tls) : socket_(socket) {
    if (tls == nullptr) return;
    tls_ = SSL_new(tls);
    SSL_set_fd(tls_, socket);
    good_ = SSL_accept(tls_) == 1;
  }
  ~Wire() { SSL_free(tls_); }

  bool good() const { return good_; }
  bool ReadMore(std::string& out) {
    char bytes[16384];
    const auto read = tls_ != nullptr ? SSL_read(tls_, bytes, sizeof bytes)
                                      : ::recv(socket_, bytes, sizeof bytes, 0);
    if (read <= 0) return false;
    out.append(bytes, static_cast<std::size_t>(read));
    return true;
  }
  bool Write(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto written = tls_ != nullptr
                               ? SSL_write(tls_, bytes.data(), static_cast<int>(bytes.size()))
                               : ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (written <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
  }

 private:
  const int socket_;
  SSL* tls_ = nullptr;
  bool good_ = true;
};

std::map<std::string, std::string> ParseHeaders(std::string_view head) {
  std::map<std::string, std::string> headers;
  while (!head.empty()) {
    const std::size_t end = std::min(head.find("\r\n"), head.size());
    const std::string_view line = head.substr(0, end);
    head.remove_prefix(std::min(end + 2, head.size()));
    const std::size_t colon = line.find(": ");
    if (colon == std::string_view::npos) continue;
    std::string name(line.substr(0, colon));
    std::ranges::transform(name, name.begin(), [](char c) { return std::tolower(c); });
    headers[name] = line.substr(colon + 2);
  }
  return headers;
}

// The next request, or false at the end of the connection.
bool ReadRequest(Wire& wire, std::string& buffer, SeenRequest& out) {
  std::size_t head = std::string::npos;
  while ((head = buffer.find("\r\n\r\n")) == std::string::npos) {
    if (!wire.ReadMore(buffer)) return false;
  }
  out.headers = ParseHeaders(std::string_view(buffer).substr(0, head + 2));
  const std::size_t size = std::stoul(out.headers["content-length"]);
  while (buffer.size() < head + 4 + size) {
    if (!wire.ReadMore(buffer)) return false;
  }
  out.body = buffer.substr(head + 4, size);
  buffer.erase(0, head + 4 + size);
  return true;
}

std::string Render(const Reply& reply) {
  std::string text = "HTTP/1.1 " + std::to_string(reply.status) + " X\r\n";
  for (const auto& [name, value] : reply.headers) text += name + ": " + value + "\r\n";
  return text + "Content-Length: " + std::to_string(reply.body.size()) + "\r\n\r\n" + reply.body;
}

void WritePem(const std::string& path, const auto& write) {
  std::FILE* file = std::fopen(path.c_str(), "w");
  CHECK(file != nullptr);
  write(file);
  std::fclose(file);
}

}  // namespace

std::string SeenRequest::Operation() const {
  const auto target = headers.find("x-amz-target");
  if (target == headers.end()) return {};
  return target->second.substr(target->second.find('.') + 1);
}

TestCertificate::TestCertificate() {
  static std::atomic<int> next{0};
  const std::string stem =
      (std::filesystem::temp_directory_path() /
       ("stator-test-" + std::to_string(::getpid()) + "-" + std::to_string(next++)))
          .string();
  certificate_file = stem + ".crt";
  key_file = stem + ".key";
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, key);
  X509_NAME* name = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("localhost"), -1, -1, 0);
  X509_set_issuer_name(certificate, name);
  X509_EXTENSION* names =
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "DNS:localhost");
  X509_add_ext(certificate, names, -1);
  X509_EXTENSION_free(names);
  X509_sign(certificate, key, EVP_sha256());
  WritePem(certificate_file, [&](std::FILE* file) { PEM_write_X509(file, certificate); });
  WritePem(key_file, [&](std::FILE* file) {
    PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr);
  });
  X509_free(certificate);
  EVP_PKEY_free(key);
}

TestCertificate::~TestCertificate() {
  std::filesystem::remove(certificate_file);
  std::filesystem::remove(key_file);
}

TestEndpoint::TestEndpoint(Handler handler, const TestCertificate* certificate)
    : handler_(std::move(handler)) {
  // TLS writes to a connection that the client has closed would end the program.
  std::signal(SIGPIPE, SIG_IGN);
  if (certificate != nullptr) {
    SSL_CTX* tls = SSL_CTX_new(TLS_server_method());
    SSL_CTX_use_certificate_file(tls, certificate->certificate_file.c_str(), SSL_FILETYPE_PEM);
    SSL_CTX_use_PrivateKey_file(tls, certificate->key_file.c_str(), SSL_FILETYPE_PEM);
    tls_ = tls;
  }
  listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
  CHECK(listener_ >= 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ::listen(listener_, 64);
  socklen_t size = sizeof address;
  ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { Accept(); });
}

TestEndpoint::~TestEndpoint() {
  stopping_ = true;
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  {
    std::lock_guard lock(mutex_);
    for (const int socket : sockets_) ::shutdown(socket, SHUT_RDWR);
  }
  for (auto& thread : threads_) thread.join();
  for (const int socket : sockets_) ::close(socket);
  ::close(listener_);
  SSL_CTX_free(static_cast<SSL_CTX*>(tls_));
}

std::string TestEndpoint::url() const {
  return std::string(tls_ != nullptr ? "https" : "http") + "://localhost:" + std::to_string(port_);
}

void TestEndpoint::Accept() {
  for (;;) {
    const int socket = ::accept(listener_, nullptr, nullptr);
    if (socket < 0 || stopping_) {
      if (socket >= 0) ::close(socket);
      return;
    }
    ++connections_;
    std::lock_guard lock(mutex_);
    sockets_.push_back(socket);
    threads_.emplace_back([this, socket] { Serve(socket); });
  }
}

void TestEndpoint::Serve(int socket) {
  Wire wire(socket, static_cast<SSL_CTX*>(tls_));
  std::string buffer;
  SeenRequest request;
  while (wire.good() && ReadRequest(wire, buffer, request)) {
    ++requests_;
    const Reply reply = handler_(request);
    for (auto left = reply.delay; left.count() > 0 && !stopping_;
         left -= std::chrono::milliseconds(5)) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    if (reply.hang_up || !wire.Write(Render(reply)) || reply.close_afterwards) break;
  }
  ::shutdown(socket, SHUT_RDWR);
}

}  // namespace stator::remote
