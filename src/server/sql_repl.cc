#include "server/sql_repl.h"

#include <editline/readline.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <mutex>
#include <optional>
#include <ostream>
#include <string>

#include "server/sql_module.h"

namespace stator::server {
namespace {

constexpr std::string_view kHelp =
    "A statement ends with a semicolon and may have several lines.\n"
    "  .tables         the tables\n"
    "  .timing on|off  whether the time is shown (on)\n"
    "  .exit           leave (also Ctrl-D)\n"
    "  .help           this text\n"
    "Files can be queried too: SELECT * FROM 'flights.parquet' LIMIT 5;\n"
    "EXPLAIN before a statement shows what is read of DynamoDB, and what it costs.\n";

// Lines from the terminal, with editing and history, or from a script.
class LineReader {
 public:
  explicit LineReader(bool terminal) : terminal_(terminal) {
    if (!terminal_) return;
    using_history();
    stifle_history(kHistoryLines);
    if (const char* home = std::getenv("HOME")) path_ = std::string(home) + "/.stator_history";
    if (!path_.empty()) read_history(path_.c_str());
  }
  ~LineReader() {
    if (!path_.empty()) write_history(path_.c_str());
  }
  LineReader(const LineReader&) = delete;
  LineReader& operator=(const LineReader&) = delete;

  // The next line; nullopt at the end.
  std::optional<std::string> Read(const char* prompt) {
    if (!terminal_) {
      std::string line;
      if (!std::getline(std::cin, line)) return std::nullopt;
      return line;
    }
    const std::unique_ptr<char, decltype(&std::free)> line(readline(prompt), &std::free);
    if (!line) return std::nullopt;
    return std::string(line.get());
  }
  void Remember(const std::string& statement) {
    if (terminal_) add_history(statement.c_str());
  }

 private:
  const bool terminal_;
  std::string path_;
};

// The token of the statement that runs now, for Ctrl-C, which arrives on a thread of its own.
class RunningStatement {
 public:
  base::CancelToken Start() {
    std::lock_guard lock(mutex_);
    token_ = base::CancelToken::Create();
    return *token_;
  }
  void End() {
    std::lock_guard lock(mutex_);
    token_.reset();
  }
  void Interrupt() {
    std::lock_guard lock(mutex_);
    if (token_)
      token_->Cancel();
    else
      std::fputs("\n(.exit or Ctrl-D leaves)\n", stderr);
  }

 private:
  std::mutex mutex_;
  std::optional<base::CancelToken> token_;
};

std::string Trimmed(const std::string& text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

class Repl {
 public:
  Repl(sql::SqlEngine& engine, sql::ResultFormat format, CommandEnvironment& environment)
      : session_(engine.NewSession()),
        format_(format),
        environment_(environment),
        lines_(environment.in_is_terminal),
        terminal_(environment.in_is_terminal) {}

  int Run() {
    if (terminal_) environment_.out << "Stator SQL. .help helps, .exit leaves.\n" << std::flush;
    std::string statement;
    while (auto line = lines_.Read(statement.empty() ? "sql> " : "...> ")) {
      const std::string command = Trimmed(*line);
      if (statement.empty() && command.empty()) continue;
      if (statement.empty() && (command.starts_with('.') || command == "exit" ||
                                command == "quit" || command == "help")) {
        if (!RunDotCommand(command.starts_with('.') ? command : "." + command)) return kExitOk;
        continue;
      }
      statement += (statement.empty() ? "" : "\n") + *line;
      if (!sql::SqlSession::IsComplete(statement)) continue;
      lines_.Remember(statement);
      if (!RunStatement(std::exchange(statement, "")) && !terminal_) return kExitFailure;
    }
    const bool rest_ran = Trimmed(statement).empty() || RunStatement(statement);
    if (terminal_) environment_.out << '\n';
    return rest_ran || terminal_ ? kExitOk : kExitFailure;
  }

  void Interrupt() { running_.Interrupt(); }

 private:
  // False: leave.
  bool RunDotCommand(const std::string& command) {
    if (command == ".exit" || command == ".quit") return false;
    if (command == ".help")
      environment_.out << kHelp;
    else if (command == ".tables")
      static_cast<void>(RunStatement("SHOW TABLES;"));
    else if (command == ".timing on" || command == ".timing off")
      timing_ = command == ".timing on";
    else
      environment_.err << "there is no " << command << "; .help lists what there is\n";
    environment_.out << std::flush;
    return true;
  }

  bool RunStatement(const std::string& statement) {
    base::CallContext context = SqlCommandContext(environment_);
    context.cancel = running_.Start();
    const auto start = std::chrono::steady_clock::now();
    const auto formatter = sql::MakeFormatter(format_, [this](std::string_view part) {
      environment_.out << part;
      return base::OkStatus();
    });
    const auto run = session_->Run(context, statement, {}, *formatter);
    running_.End();
    environment_.out << std::flush;
    if (!run.ok()) {
      const bool cancelled = context.cancel.cancelled();
      environment_.err << (cancelled ? "Cancelled." : run.error().ToString()) << '\n' << std::flush;
      return false;
    }
    if (timing_ && terminal_)
      ShowTime(*run, formatter->rows_shown(), std::chrono::steady_clock::now() - start);
    return true;
  }

  void ShowTime(const sql::RunSummary& run, std::uint64_t shown,
                std::chrono::steady_clock::duration taken) {
    char seconds[32];
    std::snprintf(seconds, sizeof seconds, "%.3f", std::chrono::duration<double>(taken).count());
    environment_.out << "Time: " << seconds << " seconds.";
    if (run.has_rows && format_ == sql::ResultFormat::kTable && shown < run.rows) {
      environment_.out << ' ' << shown << '/' << run.rows << " rows displayed.";
    } else if (run.has_rows) {
      environment_.out << ' ' << run.rows << " rows.";
    }
    environment_.out << '\n' << std::flush;
  }

  const std::unique_ptr<sql::SqlSession> session_;
  const sql::ResultFormat format_;
  CommandEnvironment& environment_;
  LineReader lines_;
  const bool terminal_;
  bool timing_ = true;
  RunningStatement running_;
};

}  // namespace

base::Result<int> RunSqlRepl(sql::SqlEngine& engine, sql::ResultFormat format,
                             CommandEnvironment& environment) {
  Repl repl(engine, format, environment);
  environment.on_interrupt([&repl] { repl.Interrupt(); });
  const int code = repl.Run();
  environment.on_interrupt({});
  return code;
}

}  // namespace stator::server
