#include "server/cli.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "server/command_table.h"
#include "server/serve_command.h"

namespace stator::server {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class CliTest : public ::testing::Test {
 protected:
  int Run(const std::vector<std::string>& arguments) {
    return RunCommandLine(arguments, Console{.out = out_, .err = err_}, modules_, signals_);
  }
  std::ostringstream out_;
  std::ostringstream err_;
  ModuleLoader modules_{"/no/modules/here"};
  SignalWatcher signals_;
};

TEST_F(CliTest, HelpListsEveryCommandAndLoadsNothing) {
  EXPECT_EQ(Run({"--help"}), kExitOk);
  for (const CommandEntry& entry : CommandTable()) {
    EXPECT_THAT(out_.str(), HasSubstr("\n  " + std::string(entry.name) + " "));
    EXPECT_THAT(out_.str(), HasSubstr(std::string(entry.summary)));
  }
  EXPECT_EQ(err_.str(), "");
}

TEST_F(CliTest, WithoutACommandTheHelpGoesToStderr) {
  EXPECT_EQ(Run({}), kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("Commands:"));
  EXPECT_EQ(out_.str(), "");
}

TEST_F(CliTest, ShortHIsNeverHelp) {
  EXPECT_EQ(Run({"-h"}), kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("use --help"));
  EXPECT_EQ(Run({"dynamodb", "-h"}), kExitUsage);
  EXPECT_THAT(CommandHelp(MakeServeCommand("serve", modules_, signals_)),
              HasSubstr("-h, --host ADDRESS"));
}

TEST_F(CliTest, HelpOfACommandShowsFlagsDefaultsAndAnExample) {
  EXPECT_EQ(Run({"serve", "--help"}), kExitOk);
  for (const char* expected :
       {"--features-port N", "6566", "--sql-port N", "8090", "--dynamodb-port N", "8000",
        "--admin-port N", "9090", "--path DIR", "--in-memory", "\nExample:\n  stator serve"}) {
    EXPECT_THAT(out_.str(), HasSubstr(expected));
  }
}

TEST_F(CliTest, VersionIsOneLine) {
  EXPECT_EQ(Run({"--version"}), kExitOk);
  EXPECT_EQ(out_.str(), "stator " STATOR_VERSION "\n");
}

TEST_F(CliTest, AnUnknownCommandNamesTheNearest) {
  EXPECT_EQ(Run({"aply"}), kExitUsage);
  EXPECT_EQ(err_.str(),
            "stator: there is no command 'aply'; did you mean 'apply'? See stator --help.\n");
}

TEST_F(CliTest, AModuleThatIsNotThereIsNamed) {
  EXPECT_EQ(Run({"sql", "-c", "SELECT 1"}), kExitFailure);
  EXPECT_THAT(err_.str(), StartsWith("stator: The part 'sql' of Stator cannot be loaded: "));
  EXPECT_THAT(err_.str(), HasSubstr("/no/modules/here"));
  EXPECT_THAT(err_.str(), ::testing::EndsWith("(ModuleNotLoaded)\n"));
}

TEST_F(CliTest, GlobalFlagsStandBeforeTheCommand) {
  EXPECT_EQ(Run({"--chdir", "/no/such/folder", "dynamodb", "--in-memory"}), kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("cannot work in /no/such/folder"));
}

TEST_F(CliTest, PathAndInMemoryExcludeEachOther) {
  EXPECT_EQ(Run({"dynamodb", "--in-memory", "--path", "x"}), kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("exclude each other"));
}

TEST_F(CliTest, TheTwoNamesOfTheFeaturesPortExcludeEachOther) {
  EXPECT_EQ(Run({"serve", "--in-memory", "--port", "1", "-p", "2"}), kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("--port and --features-port are the same"));
}

TEST_F(CliTest, ServeWithoutAnyDoorIsAUsageError) {
  EXPECT_EQ(Run({"serve", "--in-memory", "--features-port", "0", "--sql-port", "0",
                 "--dynamodb-port", "0", "--admin-port", "0"}),
            kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("no door is open"));
}

TEST(CommandTableTest, NamesAreFoundAndUnique) {
  EXPECT_EQ(FindCommand("sql")->module, "sql");
  EXPECT_EQ(FindCommand("nothing"), nullptr);
  for (const CommandEntry& entry : CommandTable()) EXPECT_EQ(FindCommand(entry.name), &entry);
}

}  // namespace
}  // namespace stator::server
