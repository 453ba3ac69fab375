// `stator sql`: one statement with -c, written to the terminal or to a file; without -c, a prompt.
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <memory>
#include <ostream>
#include <utility>

#include "server/command_table.h"
#include "server/sql_module.h"
#include "server/sql_repl.h"
#include "sql/result_format.h"

namespace stator::server {
namespace {

using base::Error;
using base::ErrorKind;
using base::Result;
using base::Status;

// What -c, --format and -o ask for.
struct Output {
  bool parquet = false;
  sql::ResultFormat format = sql::ResultFormat::kTable;
  std::string file;  // empty: standard output
};

Result<Output> ReadOutput(const ParsedFlags& flags) {
  Output output;
  output.file = flags.Value("--output").value_or("");
  const std::string ending =
      output.file.substr(std::min(output.file.rfind('.') + 1, output.file.size()));
  const bool ending_counts = ending == "csv" || ending == "json" || ending == "parquet";
  const std::string name = flags.Value("--format").value_or(ending_counts ? ending : "table");
  if (name == "parquet") {
    if (output.file.empty()) return UsageError("--format parquet needs a file: add -o FILE");
    output.parquet = true;
    return output;
  }
  const auto format = sql::ParseResultFormat(name);
  if (!format) return UsageError("--format is table, csv, json or parquet, not '" + name + "'");
  output.format = *format;
  return output;
}

Error FileError(const std::string& path) {
  return Error(ErrorKind::kUnavailable, "FileNotWritten",
               path + " could not be written: check that its folder exists and has room");
}

// Runs the statements and writes the answer of each to `out`.
Status RunTo(std::ostream& out, const base::CallContext& context, sql::SqlEngine& engine,
             const std::string& text, sql::ResultFormat format) {
  const auto formatter = sql::MakeFormatter(format, [&out](std::string_view part) -> Status {
    out.write(part.data(), static_cast<std::streamsize>(part.size()));
    return out.good() ? base::OkStatus()
                      : Status(Error(ErrorKind::kUnavailable, "FileNotWritten",
                                     "the output takes no more"));
  });
  const auto run = engine.NewSession()->Run(context, text, {}, *formatter);
  if (!run.ok()) return run.error();
  out.flush();
  return base::OkStatus();
}

// The file appears whole under its name, or not at all.
Status RunToFile(const base::CallContext& context, sql::SqlEngine& engine, const std::string& text,
                 const Output& output) {
  const std::string unfinished = output.file + ".unfinished-" + std::to_string(::getpid());
  std::ofstream file(unfinished, std::ios::binary | std::ios::trunc);
  if (!file) return FileError(output.file);
  Status status = RunTo(file, context, engine, text, output.format);
  file.close();
  if (status.ok() && !file.fail() && std::rename(unfinished.c_str(), output.file.c_str()) == 0)
    return status;
  std::remove(unfinished.c_str());
  return status.ok() ? Status(FileError(output.file)) : status;
}

Result<int> RunSql(const ParsedFlags& flags, CommandEnvironment& environment) {
  STATOR_ASSIGN_OR_RETURN(const Output output, ReadOutput(flags));
  const auto text = flags.Value("--command");
  if (!text && !output.file.empty())
    return UsageError("-o needs a statement: add -c \"SELECT ...\"");
  STATOR_ASSIGN_OR_RETURN(const CommandSql opened, OpenCommandSql(environment));
  if (!text) return RunSqlRepl(*opened.engine, output.format, environment);

  const base::CallContext context = SqlCommandContext(environment);
  if (output.parquet) {
    STATOR_ASSIGN_OR_RETURN(const std::uint64_t rows,
                            opened.engine->NewSession()->WriteParquet(context, *text, output.file));
    environment.err << output.file << ": " << rows << " rows\n";
  } else if (!output.file.empty()) {
    STATOR_RETURN_IF_ERROR(RunToFile(context, *opened.engine, *text, output));
  } else {
    STATOR_RETURN_IF_ERROR(RunTo(environment.out, context, *opened.engine, *text, output.format));
  }
  return kExitOk;
}

}  // namespace

Command MakeSqlCommand() {
  Command command;
  command.name = "sql";
  command.summary = "Query tables with SQL, interactively or with -c";
  command.example = "stator sql -c \"SELECT count(*) FROM flights\"";
  command.flags = {
      {"--command", "SQL", "run this statement (or several, with semicolons) and end", "-c", false},
      {"--format", "FORMAT", "table, csv, json or parquet (default: table, or what FILE ends in)",
       "", false},
      {"--output", "FILE", "write the answer to FILE, whole or not at all", "-o", false}};
  command.run = RunSql;
  return command;
}

}  // namespace stator::server
