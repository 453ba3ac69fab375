#include "server/sql_door.h"

#include <simdjson.h>

#include <memory>
#include <utility>
#include <vector>

#include "sql/result_format.h"
#include "sql/sql_errors.h"

namespace stator::server {
namespace {

using base::Error;
using base::ErrorKind;
using base::Result;
using base::Status;
using sql::ResultFormat;
using sql::SqlParameter;

struct MediaType {
  std::string_view name;
  ResultFormat format;
};
constexpr MediaType kMediaTypes[] = {
    {"application/json", ResultFormat::kJson},
    {"text/csv", ResultFormat::kCsv},
    {"text/plain", ResultFormat::kTable},
    {"application/vnd.spiceai.sql.v1+json", ResultFormat::kSpiceJson}};

// The first media type of Accept that is known; JSON when there is none.
const MediaType& ChooseMediaType(std::string_view accept) {
  while (!accept.empty()) {
    const std::size_t comma = std::min(accept.find(','), accept.size());
    std::string_view one = accept.substr(0, std::min(comma, accept.find(';')));
    while (one.starts_with(' ')) one.remove_prefix(1);
    while (one.ends_with(' ')) one.remove_suffix(1);
    for (const MediaType& known : kMediaTypes) {
      if (one == known.name) return known;
    }
    accept.remove_prefix(std::min(comma + 1, accept.size()));
  }
  return kMediaTypes[0];
}

struct Statement {
  std::string sql;
  std::vector<SqlParameter> parameters;
};

Error BodyError(std::string_view what) {
  return Error(
      ErrorKind::kInvalid, sql::kSqlSyntaxError,
      "the body is no statement: " + std::string(what) +
          "; send SQL as text, or {\"sql\": \"...\", \"parameters\": [...]} as application/json");
}

Result<SqlParameter> ReadParameter(simdjson::dom::element value) {
  using simdjson::dom::element_type;
  switch (value.type()) {
    case element_type::NULL_VALUE: return SqlParameter();
    case element_type::BOOL: return SqlParameter(value.get_bool().value_unsafe());
    case element_type::INT64: return SqlParameter(value.get_int64().value_unsafe());
    case element_type::DOUBLE: return SqlParameter(value.get_double().value_unsafe());
    case element_type::STRING: return SqlParameter(std::string(value.get_string().value_unsafe()));
    case element_type::UINT64:
      return SqlParameter(std::to_string(value.get_uint64().value_unsafe()));
    default: return BodyError("a parameter is a number, a text, true, false or null");
  }
}

Result<Statement> ReadStatement(const HttpRequest& request) {
  if (!request.Header("content-type").starts_with("application/json")) {
    return Statement{std::string(request.body), {}};
  }
  simdjson::dom::parser parser;
  const auto body = parser.parse(request.body.data(), request.body.size());
  std::string_view text;
  if (body.error() != simdjson::SUCCESS || body["sql"].get(text) != simdjson::SUCCESS) {
    return BodyError("no JSON object with a member \"sql\"");
  }
  Statement statement{std::string(text), {}};
  simdjson::dom::array parameters;
  if (body["parameters"].get(parameters) == simdjson::SUCCESS) {
    for (const simdjson::dom::element value : parameters) {
      STATOR_ASSIGN_OR_RETURN(SqlParameter parameter, ReadParameter(value));
      statement.parameters.push_back(std::move(parameter));
    }
  }
  return statement;
}

HttpResponse PlainText(int status, std::string text) {
  HttpResponse response;
  response.status = status;
  response.content_type = "text/plain; charset=utf-8";
  response.body = std::move(text);
  return response;
}

int StatusOf(const Error& error) {
  if (error.code() == sql::kSqlResultTooLarge) return 413;
  if (error.code() == sql::kSqlNotAllowed) return 400;
  switch (error.kind()) {
    case ErrorKind::kInvalid:
    case ErrorKind::kNotFound:
    case ErrorKind::kConflict: return 400;
    case ErrorKind::kDenied: return 403;
    case ErrorKind::kThrottled: return 429;
    case ErrorKind::kUnavailable: return 503;
    case ErrorKind::kDeadline: return 504;
    default: return 500;
  }
}

// Formats into one string of at most SqlDoor::kAnswerBytesMax.
Result<std::string> RunToText(sql::SqlEngine& engine, const base::CallContext& context,
                              const Statement& statement, ResultFormat format) {
  std::string text;
  // Nothing leaves before the end, so a statement can always start over when columns are widened.
  sql::FormatOptions options;
  options.held_bytes_max = SqlDoor::kAnswerBytesMax;
  const auto take = [&text](std::string_view part) -> Status {
    if (text.size() + part.size() > SqlDoor::kAnswerBytesMax) {
      return Error(
          ErrorKind::kInvalid, sql::kSqlResultTooLarge,
          "the answer is larger than 64 MiB: add a LIMIT, aggregate, or use `stator sql -o FILE`");
    }
    text.append(part);
    return base::OkStatus();
  };
  const auto formatter = sql::MakeFormatter(format, take, options);
  const auto session = engine.NewSession();
  const auto run = session->Run(context, statement.sql, statement.parameters, *formatter);
  if (!run.ok()) return run.error();
  return text;
}

}  // namespace

SqlDoor::SqlDoor(std::vector<std::shared_ptr<dynamo::Store>> stores,
                 std::unique_ptr<sql::SqlEngine> engine, base::MetricsRegistry& metrics)
    : stores_(std::move(stores)),
      engine_(std::move(engine)),
      succeeded_(metrics.GetCounter("stator_sql_statements_total", "Statements at the SQL door.",
                                    {{"outcome", "ok"}})),
      failed_(metrics.GetCounter("stator_sql_statements_total", "Statements at the SQL door.",
                                 {{"outcome", "error"}})),
      seconds_(metrics.GetHistogram("stator_sql_statement_seconds",
                                    "How long statements at the SQL door take.")) {}

SqlDoor::~SqlDoor() { cancel_.Cancel(); }

void SqlDoor::Handle(const HttpRequest& request, HttpCompletion done) {
  const bool get = request.method == "GET";
  if (get && request.path == "/health") return done(PlainText(200, "ok\n"));
  if (get && request.path == "/v1/ready") return done(PlainText(200, "Ready"));
  if (request.path != "/v1/sql")
    return done(PlainText(404, "Not Found: this door has POST /v1/sql\n"));
  if (request.method != "POST")
    return done(PlainText(405, "Method Not Allowed: send the statement with POST\n"));
  // TryRun drops the task when the queue is full, so the completion is shared with the refusal.
  auto shared = std::make_shared<HttpCompletion>(std::move(done));
  const bool queued =
      threads_.TryRun([this, &request, shared] { RunStatement(request, std::move(*shared)); });
  if (!queued) (*shared)(PlainText(503, "too many statements wait; try again after a pause\n"));
}

void SqlDoor::RunStatement(const HttpRequest& request, HttpCompletion done) {
  const auto start = std::chrono::steady_clock::now();
  base::CallContext context;
  context.deadline = base::Deadline::After(kStatementTime);
  context.cancel = cancel_;
  context.priority = base::Priority::kInteractive;
  const MediaType& type = ChooseMediaType(request.Header("accept"));

  Result<std::string> text = std::string();
  if (auto statement = ReadStatement(request); statement.ok()) {
    text = RunToText(*engine_, context, *statement, type.format);
  } else {
    text = statement.error();
  }
  (text.ok() ? succeeded_ : failed_)->Add();
  const auto taken = std::chrono::steady_clock::now() - start;
  seconds_->Record(static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(taken).count()));
  if (!text.ok()) return done(PlainText(StatusOf(text.error()), text.error().ToString() + "\n"));
  HttpResponse response;
  response.content_type = type.name;
  response.body = std::move(*text);
  done(std::move(response));
}

}  // namespace stator::server
