// `stator import`: the rows of a query or of a file become items of a table, with a progress bar.
#include <chrono>
#include <cstdio>
#include <ostream>
#include <string>

#include "server/sql_module.h"
#include "sql/import_table.h"

namespace stator::server {
namespace {

using Clock = std::chrono::steady_clock;

// 1234567 as "1,234,567".
std::string WithCommas(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3;) text.insert(at -= 3, ",");
  return text;
}

// A bar that is drawn again in place on a terminal; elsewhere a line every ten seconds.
class ProgressBar {
 public:
  explicit ProgressBar(CommandEnvironment& environment)
      : out_(environment.err), terminal_(environment.err_is_terminal) {}

  void Show(const sql::ImportProgress& progress) {
    const auto now = Clock::now();
    const auto pause = terminal_ ? std::chrono::milliseconds(200) : std::chrono::seconds(10);
    if (now - shown_ < pause) return;
    shown_ = now;
    out_ << (terminal_ ? "\r\033[K" : "") << Line(progress, now) << (terminal_ ? "" : "\n")
         << std::flush;
  }

  void Done(const std::string& table, std::uint64_t rows) {
    const double seconds =
        std::max(0.001, std::chrono::duration<double>(Clock::now() - start_).count());
    char text[64];
    std::snprintf(text, sizeof text, "%.1f", seconds);
    out_ << (terminal_ ? "\r\033[K" : "") << table << ": " << WithCommas(rows) << " rows in "
         << text << " s, "
         << WithCommas(static_cast<std::uint64_t>(static_cast<double>(rows) / seconds))
         << " rows/s\n";
  }

 private:
  std::string Line(const sql::ImportProgress& progress, Clock::time_point now) const {
    const double seconds = std::chrono::duration<double>(now - start_).count();
    const double rate = seconds > 0 ? static_cast<double>(progress.rows_done) / seconds : 0;
    std::string line = WithCommas(progress.rows_done) + " rows";
    if (progress.rows_total && *progress.rows_total > 0) {
      constexpr std::size_t kCells = 30;
      const double share =
          static_cast<double>(progress.rows_done) / static_cast<double>(*progress.rows_total);
      const auto filled = std::min(kCells, static_cast<std::size_t>(share * kCells));
      line = '[' + std::string(filled, '#') + std::string(kCells - filled, ' ') + "] " +
             WithCommas(progress.rows_done) + " of " + WithCommas(*progress.rows_total) + " rows";
    }
    line += ", " + WithCommas(static_cast<std::uint64_t>(rate)) + " rows/s";
    if (progress.rows_total && rate > 0) {
      const double left = static_cast<double>(*progress.rows_total - progress.rows_done) / rate;
      line += ", " + std::to_string(static_cast<int>(left) + 1) + " s left";
    }
    return line;
  }

  std::ostream& out_;
  const bool terminal_;
  const Clock::time_point start_ = Clock::now();
  Clock::time_point shown_ = start_;
};

base::Result<int> RunImport(const ParsedFlags& flags, CommandEnvironment& environment) {
  sql::ImportRequest request;
  for (const auto& [flag, target] :
       {std::pair{"--table", &request.table_name},
        std::pair{"--partition-key", &request.partition_key}, std::pair{"--from", &request.from}}) {
    const auto value = flags.Value(flag);
    if (!value || value->empty()) return UsageError(std::string(flag) + " is missing");
    *target = *value;
  }
  request.sort_key = flags.Value("--sort-key").value_or("");
  STATOR_ASSIGN_OR_RETURN(const CommandSql opened, OpenCommandSql(environment));
  base::CallContext context = SqlCommandContext(environment);
  context.priority = base::Priority::kBackground;
  ProgressBar bar(environment);
  STATOR_ASSIGN_OR_RETURN(
      const std::uint64_t rows,
      sql::ImportTable(context, *opened.engine, *opened.store, request,
                       [&bar](const sql::ImportProgress& progress) { bar.Show(progress); }));
  bar.Done(request.table_name, rows);
  return kExitOk;
}

}  // namespace

Command MakeImportCommand() {
  Command command;
  command.name = "import";
  command.summary = "Turn the rows of a file or a query into items of a table";
  command.example = "stator import --table movies --partition-key title --from movies.csv";
  command.flags = {
      {"--table", "NAME", "the table; it is made when it does not exist", "", false},
      {"--partition-key", "COLUMN", "the column that is the partition key", "", false},
      {"--sort-key", "COLUMN", "the column that is the sort key (default: none)", "", false},
      {"--from", "FILE|SQL", "a Parquet, CSV or JSON file, or a SELECT", "", false}};
  command.run = RunImport;
  return command;
}

}  // namespace stator::server
