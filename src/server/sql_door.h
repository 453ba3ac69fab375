// The SQL door: POST /v1/sql, as Spice answers it; GET /health and GET /v1/ready.
//
// The body is the statement, or with Content-Type application/json an object {"sql": "...",
// "parameters": [...]}. The first media type in Accept that is known decides the form of the
// answer: application/json (default; an array of objects without their NULLs), text/csv, text/plain
// (a table), application/vnd.spiceai.sql.v1+json (with row count and schema). Errors: 400 with the
// message as plain text; 413 beyond kAnswerBytesMax; 503 when too many wait.
#pragma once

#include <memory>
#include <string>

#include "base/metrics.h"
#include "base/thread_pool.h"
#include "server/http.h"
#include "server/module.h"
#include "sql/sql_engine.h"

namespace stator::server {

// The door. Statements run on threads of its own, since they wait for pages.
class SqlDoor final : public Door {
 public:
  // Statements that run at once; each uses the engine's own threads for its scans.
  static constexpr std::size_t kThreads = 4;
  // Statements that wait for a thread; further ones are answered 503.
  static constexpr std::size_t kQueueMax = 64;
  // Longest answer; an answer is built in memory before it is sent.
  static constexpr std::size_t kAnswerBytesMax = std::size_t{64} << 20;
  // How long a statement may take.
  static constexpr std::chrono::seconds kStatementTime{300};

  // `stores` are kept for the engine; `metrics` must outlive this.
  SqlDoor(std::vector<std::shared_ptr<dynamo::Store>> stores,
          std::unique_ptr<sql::SqlEngine> engine, base::MetricsRegistry& metrics);
  // Cancels running statements and waits for them.
  ~SqlDoor() override;

  // Answers one request.
  void Handle(const HttpRequest& request, HttpCompletion done) override;

 private:
  void RunStatement(const HttpRequest& request, HttpCompletion done);

  const std::vector<std::shared_ptr<dynamo::Store>> stores_;
  const std::unique_ptr<sql::SqlEngine> engine_;
  base::Counter* const succeeded_;
  base::Counter* const failed_;
  base::Histogram* const seconds_;
  const base::CancelToken cancel_ = base::CancelToken::Create();
  base::ThreadPool threads_{kThreads, kQueueMax};
};

}  // namespace stator::server
