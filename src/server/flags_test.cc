#include "server/flags.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stator::server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::vector<Flag> kFlags = {
    {"--path", "DIR", "where", "", false},
    {"--port", "N", "which", "-p", false},
    {"--in-memory", "", "nothing on disk", "", false},
    {"--features", "NAME", "which", "-f", true},
};

base::Result<ParsedFlags> Parse(std::vector<std::string> arguments) {
  return ParseFlags(kFlags, arguments);
}

TEST(FlagsTest, LongShortAndEqualsFormsAreTheSame) {
  const auto a = Parse({"--port", "8000"});
  const auto b = Parse({"--port=8000"});
  const auto c = Parse({"-p", "8000"});
  for (const auto* parsed : {&a, &b, &c}) EXPECT_EQ((*parsed)->Value("--port"), "8000");
}

TEST(FlagsTest, PositionalArgumentsMayStandAnywhere) {
  const auto parsed = Parse({"start", "--in-memory", "end", "--", "--path"});
  EXPECT_THAT(parsed->positional(), ElementsAre("start", "end", "--path"));
  EXPECT_TRUE(parsed->Has("--in-memory"));
  EXPECT_FALSE(parsed->Has("--path"));
}

TEST(FlagsTest, RepeatedFlagsKeepTheirOrderOthersMayStandOnce) {
  EXPECT_THAT(Parse({"-f", "a", "--features", "b"})->Values("--features"), ElementsAre("a", "b"));
  EXPECT_THAT(Parse({"--port", "1", "-p", "2"}).error().message(), HasSubstr("twice"));
}

TEST(FlagsTest, AnUnknownFlagNamesTheNearestOne) {
  const auto error = Parse({"--in-memry"}).error();
  EXPECT_EQ(error.code(), kUsageError);
  EXPECT_THAT(error.message(), HasSubstr("did you mean --in-memory?"));
  EXPECT_THAT(Parse({"--zzzzzzz"}).error().message(), ::testing::Not(HasSubstr("did you mean")));
}

TEST(FlagsTest, AMissingOrUnwantedValueIsAnError) {
  EXPECT_THAT(Parse({"--port"}).error().message(), HasSubstr("--port needs a value: --port N"));
  EXPECT_THAT(Parse({"--in-memory=yes"}).error().message(), HasSubstr("takes no value"));
}

TEST(FlagsTest, NumbersAreCheckedAgainstTheirRange) {
  const auto parsed = Parse({"--port", "80000"});
  EXPECT_THAT(parsed->Integer("--port", 8000, 0, 65535).error().message(),
              HasSubstr("--port must be a whole number from 0 to 65535, not '80000'"));
  EXPECT_EQ(*Parse({})->Integer("--port", 8000, 0, 65535), 8000);
  EXPECT_FALSE(Parse({"--port", "8000x"})->Integer("--port", 0, 0, 65535).ok());
}

TEST(FlagsTest, ANegativeNumberIsAValueNotAFlag) {
  EXPECT_THAT(Parse({"-5"})->positional(), ElementsAre("-5"));
}

TEST(NearestNameTest, FindsSlipsAndAbbreviations) {
  const std::vector<std::string> names = {"serve", "dynamodb", "sql", "materialize"};
  EXPECT_EQ(NearestName("dynamdb", names), "dynamodb");
  EXPECT_EQ(NearestName("mat", names), "materialize");
  EXPECT_EQ(NearestName("xyz", names), "");
}

}  // namespace
}  // namespace stator::server
