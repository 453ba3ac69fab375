// The TLS settings behind TlsContext, apart from io_lane.h so that only the two files that speak to
// sockets see asio.
#pragma once

#include <boost/asio/ssl/context.hpp>

#include "remote/io_lane.h"

namespace stator::remote {

// Verifies the peer against the trusted certificates; TLS 1.2 or newer.
class TlsContext {
 public:
  // An empty one; MakeTlsContext() sets it up.
  TlsContext() : context(boost::asio::ssl::context::tls_client) {}
  // Asio's form of it.
  boost::asio::ssl::context context;
};

}  // namespace stator::remote
