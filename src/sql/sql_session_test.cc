#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "sql/sql_errors.h"
#include "sql/test_bed.h"

namespace stator::sql {
namespace {

using dynamo::AttributeType;
using dynamo::ItemBuilder;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// A table of flights: 3 origins with 100 flights each.
class FlightsTest : public ::testing::Test {
 protected:
  FlightsTest() {
    bed.CreateTable("flights", {"origin", AttributeType::kString},
                    dynamo::KeyAttribute{"flight", AttributeType::kString});
    for (const char* origin : {"LAX", "SFO", "JFK"}) {
      for (int i = 0; i < 100; ++i) {
        bed.Put("flights", [&](ItemBuilder& item) {
          char flight[32];
          std::snprintf(flight, sizeof flight, "2001-%02d-%02d", i / 10 + 1, i % 10 + 1);
          item.Name("origin").String(origin);
          item.Name("flight").String(flight);
          item.Name("delay").Add(dynamo::Number::FromInt64(i - 50));
          item.Name("distance").Add(NumberOf(std::to_string(i) + ".5"));
          item.Name("late").Bool(i > 50);
          item.Name("place").BeginMap().Name("gate").String("g" + std::to_string(i % 3));
          item.Name("runway")
              .BeginMap()
              .Name("length")
              .Add(dynamo::Number::FromInt64(i))
              .EndMap()
              .EndMap();
          item.Name("tags").BeginList().String("a").String("b" + std::to_string(i)).EndList();
        });
      }
    }
  }

  TestBed bed;
};

TEST_F(FlightsTest, SelectsAndAggregates) {
  EXPECT_EQ(bed.Run("SELECT origin, count(*) AS n, sum(delay) AS d FROM flights GROUP BY origin "
                    "ORDER BY origin"),
            "origin,n,d\nJFK,100,-50\nLAX,100,-50\nSFO,100,-50\n");
  EXPECT_EQ(bed.Run("SELECT count(*) FROM flights"), "count_star()\n300\n");
  EXPECT_EQ(bed.Run("SELECT * FROM flights WHERE origin='SFO' AND flight='2001-01-03'"),
            "origin,flight,delay,distance,late,place,tags\n"
            "SFO,2001-01-03,-48,2.5,false,\"{'gate': g2, 'runway': {'length': 2}}\",\"[a, b2]\"\n");
}

TEST_F(FlightsTest, WholeKeyIsGetItemAndReadsOneItem) {
  const std::string sql = "SELECT * FROM flights WHERE origin='SFO' AND flight='2001-01-03'";
  EXPECT_THAT(bed.Run("EXPLAIN " + sql, ResultFormat::kTable), HasSubstr("GetItem"));
  const auto before = bed.ItemsRead("flights", "GetItem");
  bed.Run(sql);
  EXPECT_EQ(bed.ItemsRead("flights", "GetItem") - before, 1U);
}

TEST_F(FlightsTest, KeyRangeIsAQueryThatReadsExactlyTheRange) {
  const std::string sql =
      "SELECT * FROM flights WHERE origin='SFO' AND flight >= '2001-02' AND flight < '2001-04'";
  const std::string plan = bed.Run("EXPLAIN " + sql, ResultFormat::kTable);
  EXPECT_THAT(plan, HasSubstr("  Access: Query\n"));
  EXPECT_THAT(plan, HasSubstr("  Key: origin = 'SFO' AND flight >= '2001-02' AND "
                              "flight < '2001-04'\n"));
  const auto before = bed.ItemsRead("flights", "Query");
  const std::string rows = bed.Run(
      "SELECT count(*), min(delay) FROM flights WHERE origin='SFO' AND "
      "flight >= '2001-02' AND flight < '2001-04'");
  EXPECT_EQ(rows, "count_star(),min(delay)\n20,-40\n");
  EXPECT_EQ(bed.ItemsRead("flights", "Query") - before, 20U);
}

TEST_F(FlightsTest, PrefixAndBetweenAndInListsUseTheKey) {
  EXPECT_THAT(
      bed.Run("EXPLAIN SELECT delay FROM flights WHERE origin='SFO' AND flight LIKE '2001-03%'",
              ResultFormat::kTable),
      HasSubstr("begins_with(flight"));
  EXPECT_EQ(
      bed.Run(
          "SELECT count(*) FROM flights WHERE origin IN ('SFO','LAX') AND flight LIKE '2001-03%'"),
      "count_star()\n20\n");
  EXPECT_THAT(
      bed.Run("EXPLAIN SELECT delay FROM flights WHERE origin IN ('SFO','ZZZ') AND flight IN "
              "('2001-01-01','2001-01-02')",
              ResultFormat::kTable),
      AllOf(HasSubstr("  Access: GetMany of 4 keys\n"),
            HasSubstr("  Key 4: origin = 'ZZZ' AND flight = '2001-01-02'\n")));
  EXPECT_EQ(bed.Run("SELECT count(*) FROM flights WHERE origin IN ('SFO','ZZZ') AND flight IN "
                    "('2001-01-01','2001-01-02')"),
            "count_star()\n2\n");
}

TEST_F(FlightsTest, OtherPredicatesAreFilteredAndCheckedExactly) {
  EXPECT_EQ(bed.Run("SELECT count(*) FROM flights WHERE delay > 40 AND late"),
            "count_star()\n27\n");
  EXPECT_EQ(
      bed.Run("SELECT count(*) FROM flights WHERE place.gate = 'g1' AND place.runway.length < 10"),
      "count_star()\n9\n");
  EXPECT_EQ(bed.Run("SELECT count(*) FROM flights WHERE delay % 7 = 0 OR distance IS NULL"),
            "count_star()\n45\n");
  EXPECT_EQ(bed.Run("SELECT count(*) FROM flights WHERE NOT (delay BETWEEN -49 AND 48)"),
            "count_star()\n6\n");
  EXPECT_THAT(bed.Run("EXPLAIN SELECT * FROM flights WHERE delay > 40 AND origin = 'SFO'",
                      ResultFormat::kTable),
              HasSubstr("delay > 40"));
}

TEST_F(FlightsTest, CastsThatRoundAreNotLeftToTheStore) {
  EXPECT_EQ(bed.Run("SELECT count(*) FROM flights WHERE distance::BIGINT = 5"),
            "count_star()\n3\n");
  EXPECT_EQ(bed.Run("SELECT count(*) FROM flights WHERE distance = 5.50"), "count_star()\n3\n");
  EXPECT_EQ(bed.Run("SELECT count(*) FROM flights WHERE delay > 47.5"), "count_star()\n6\n");
  EXPECT_EQ(bed.Run("SELECT count(*) FROM flights WHERE delay = 1.5 OR delay::VARCHAR = '-50'"),
            "count_star()\n3\n");
}

TEST_F(FlightsTest, NestedFieldsAndLists) {
  EXPECT_EQ(
      bed.Run(
          "SELECT place.gate AS g, place.runway.length AS l FROM flights WHERE origin='SFO' AND "
          "flight='2001-01-03'"),
      "g,l\ng2,2\n");
  EXPECT_EQ(
      bed.Run("SELECT unnest(tags) AS t FROM flights WHERE origin='SFO' AND flight='2001-01-03'"),
      "t\na\nb2\n");
  EXPECT_THAT(bed.Run("EXPLAIN SELECT place.runway.length FROM flights", ResultFormat::kTable),
              HasSubstr("  Attributes: flight, origin, place\n"))
      << "the attribute itself, so that a value that is no map is seen";
}

TEST_F(FlightsTest, JoinsBecomeKeyLookups) {
  bed.Run("SELECT 1 FROM flights LIMIT 1");
  const auto before = bed.ItemsRead("flights", "GetMany") + bed.ItemsRead("flights", "Query") +
                      bed.ItemsRead("flights", "Scan");
  EXPECT_EQ(bed.Run("SELECT sum(delay) FROM flights JOIN (VALUES "
                    "('SFO','2001-01-01'),('LAX','2001-01-02')) k(o,f) "
                    "ON origin=o AND flight=f"),
            "sum(delay)\n-99\n");
  const auto after = bed.ItemsRead("flights", "GetMany") + bed.ItemsRead("flights", "Query") +
                     bed.ItemsRead("flights", "Scan");
  EXPECT_LE(after - before, 8U) << "a scan would have read 300";
}

TEST_F(FlightsTest, LimitStopsEarly) {
  const auto before = bed.ItemsRead("flights", "Scan");
  EXPECT_THAT(bed.Run("SELECT * FROM flights LIMIT 5", ResultFormat::kJson),
              Not(StartsWith("error")));
  EXPECT_LE(bed.ItemsRead("flights", "Scan") - before, 10U) << "one page";
}

TEST_F(FlightsTest, ShowDescribeAndInformationSchema) {
  bed.CreateTable("Empty-Table", {"id", AttributeType::kNumber});
  EXPECT_EQ(bed.Run("SHOW TABLES"), "name\nEmpty-Table\nflights\n");
  EXPECT_EQ(bed.Run("DESCRIBE \"Empty-Table\""),
            "column_name,column_type,null,key,default,extra\nid,BIGINT,NO,PRI,,partition key\n");
  EXPECT_EQ(
      bed.Run("SELECT table_catalog, table_schema, column_name, data_type FROM "
              "information_schema.columns "
              "WHERE table_name='flights' AND ordinal_position < 4 ORDER BY ordinal_position"),
      "table_catalog,table_schema,column_name,data_type\nstator,public,origin,VARCHAR\n"
      "stator,public,flight,VARCHAR\nstator,public,delay,BIGINT\n");
  EXPECT_EQ(
      bed.Run(
          "SELECT constraint_column_names FROM duckdb_constraints() WHERE table_name='flights' AND "
          "constraint_type='PRIMARY KEY'"),
      "constraint_column_names\n\"[origin, flight]\"\n");
  EXPECT_EQ(bed.Run("SELECT count(*) FROM \"Empty-Table\""), "count_star()\n0\n");
}

TEST_F(FlightsTest, ListsOfNamesReadNoTable) {
  const std::string listed = "name\nflights\n";
  EXPECT_EQ(bed.Run("SHOW TABLES"), listed);
  EXPECT_EQ(bed.Run("SELECT table_name AS name FROM information_schema.tables"), listed);
  EXPECT_THAT(bed.Run("SELECT * FROM information_schema.tables"),
              HasSubstr("stator,public,flights,BASE TABLE"));
  EXPECT_THAT(bed.Run("SELECT comment FROM duckdb_tables"),
              HasSubstr("DynamoDB table flights in "));
  EXPECT_EQ(bed.Run("SELECT count(*) AS n FROM information_schema.tables"), "n\n1\n");
  EXPECT_EQ(bed.Run("SELECT upper(table_name) AS name, count(*) AS n FROM duckdb_tables() WHERE "
                    "table_name LIKE 'f%' GROUP BY ALL"),
            "name,n\nFLIGHTS,1\n");
  EXPECT_THAT(bed.Run("EXPLAIN ANALYZE SELECT table_name FROM duckdb_tables()"),
              HasSubstr("1 row in"));
  EXPECT_EQ(bed.ItemsRead("flights", "Sample"), 0U);
  EXPECT_EQ(bed.Run("SELECT count(*) AS n FROM flights"), "n\n300\n");
  EXPECT_EQ(bed.ItemsRead("flights", "Sample"), 300U);
}

TEST_F(FlightsTest, ListsThatTellMoreThanNamesReadTheTables) {
  for (const char* sql :
       {"SELECT column_count, estimated_size FROM duckdb_tables()",
        "SELECT column_count, estimated_size FROM (SELECT * FROM duckdb_tables)",
        "SELECT n, s FROM (SELECT table_name, column_count AS n, estimated_size AS s FROM "
        "duckdb_tables()) WHERE table_name = 'flights'",
        "SELECT table_name, n FROM (SELECT table_name, n FROM duckdb_tables() CROSS JOIN (SELECT 7 "
        "AS n) WHERE column_count = 7)"}) {
    TestBed fresh;
    fresh.CreateTable("flights", {"origin", AttributeType::kString});
    fresh.Put("flights", [](ItemBuilder& item) {
      item.Name("origin").String("SFO");
      for (const char* name : {"a", "b", "c", "d", "e", "f"}) item.Name(name).Bool(true);
    });
    EXPECT_THAT(fresh.Run(sql), HasSubstr("\n")) << sql;
    EXPECT_THAT(fresh.Run(sql), HasSubstr("7")) << sql;
    EXPECT_EQ(fresh.ItemsRead("flights", "Sample"), 1U) << sql;
  }
  EXPECT_THAT(bed.Run("SHOW ALL TABLES"), HasSubstr("[origin, flight, delay,"));
  EXPECT_EQ(bed.Run("SELECT t.table_name, count(*) AS n FROM information_schema.tables t JOIN "
                    "information_schema.columns c USING (table_name) GROUP BY ALL"),
            "table_name,n\nflights,7\n");
  EXPECT_THAT(bed.Run("SELECT sql FROM duckdb_tables()"), HasSubstr("delay BIGINT"));
}

TEST_F(FlightsTest, NamesOfTablesIgnoreCaseAndTyposGetAHint) {
  EXPECT_EQ(bed.Run("SELECT count(*) FROM Flights"), "count_star()\n300\n");
  EXPECT_EQ(bed.Run("SELECT count(*) FROM stator.public.flights"), "count_star()\n300\n");
  EXPECT_THAT(bed.Run("SELECT * FROM flight"), HasSubstr("Did you mean \"flights\"?"));
  EXPECT_THAT(bed.Run("SELECT dely FROM flights"), HasSubstr("delay"));
  EXPECT_THAT(bed.Run("SELEC 1"), StartsWith("error: SqlSyntaxError"));
}

TEST_F(FlightsTest, AnItemThatDoesNotFitWidensTheColumnAndTheStatementRunsAgain) {
  EXPECT_EQ(bed.Run("SELECT max(delay) FROM flights"), "max(delay)\n49\n");
  bed.Put("flights", [](ItemBuilder& item) {
    item.Name("origin").String("BOS");
    item.Name("flight").String("x");
    item.Name("delay").Add(NumberOf("1234.75"));
    item.Name("new").String("n");
  });
  EXPECT_EQ(bed.Run("SELECT max(delay) FROM flights"), "max(delay)\n1234.75\n");
  EXPECT_EQ(bed.Run("SELECT new FROM flights WHERE origin='BOS' AND flight='x'"), "new\nn\n");
  bed.Put("flights", [](ItemBuilder& item) {
    item.Name("origin").String("BOS");
    item.Name("flight").String("y");
    item.Name("delay").String("cancelled");
  });
  EXPECT_EQ(bed.Run("SELECT delay FROM flights WHERE origin='BOS' ORDER BY flight"),
            "delay\n1234.75\ncancelled\n");
  EXPECT_EQ(bed.Run("SELECT count(*) FROM flights WHERE delay = '1234.75'"), "count_star()\n1\n");
}

TEST_F(FlightsTest, UntrustedSessionsOnlyQuery) {
  for (const char* sql :
       {"SET threads=1", "PRAGMA threads=1", "ATTACH ':memory:' AS x",
        "COPY (SELECT 1) TO '/tmp/x.csv'", "INSTALL httpfs", "LOAD json",
        "CREATE TEMP TABLE t(a INT)", "CALL pragma_version()", "BEGIN",
        "EXPLAIN ANALYZE CREATE TEMP TABLE t(a INT)", "INSERT INTO flights VALUES ('a')",
        "USE memory", "EXPORT DATABASE '/tmp/x'"}) {
    EXPECT_THAT(bed.Run(sql), StartsWith("error: SqlNotAllowed")) << sql;
  }
  for (const char* sql : {"SELECT * FROM read_csv('/etc/passwd')", "SELECT * FROM '/etc/passwd'",
                          "SELECT * FROM glob('/etc/*')", "SELECT * FROM read_text('/etc/passwd')",
                          "SELECT content FROM read_blob('/etc/passwd')"}) {
    EXPECT_THAT(bed.Run(sql), StartsWith("error: ")) << sql;
  }
}

TEST_F(FlightsTest, ParametersAreValues) {
  EXPECT_EQ(bed.Run("SELECT count(*) FROM flights WHERE origin = $1 AND delay > $2",
                    ResultFormat::kCsv, {std::string("SFO"), std::int64_t{40}}),
            "count_star()\n9\n");
}

TEST_F(FlightsTest, ADeadlineEndsALongQuery) {
  bed.context.deadline = base::Deadline::After(std::chrono::milliseconds(200));
  const std::string answer = bed.Run(
      "SELECT count(*) FROM flights a, flights b, flights c, flights d WHERE a.delay + b.delay + "
      "c.delay + d.delay = 7");
  EXPECT_THAT(answer, StartsWith("error: DeadlineExceeded"));
}

TEST_F(FlightsTest, ACancelledStatementSaysSoAndTheNextOneRuns) {
  bed.context.cancel = base::CancelToken::Create();
  std::thread other([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    bed.context.cancel.Cancel();
  });
  const std::string answer = bed.Run(
      "SELECT count(*) FROM flights a, flights b, flights c, flights d WHERE a.delay + b.delay "
      "+ c.delay + d.delay = 7");
  other.join();
  EXPECT_THAT(answer, StartsWith("error: SqlInterrupted: the statement was cancelled"));
  bed.context.cancel = {};
  EXPECT_EQ(bed.Run("SELECT 1 AS a"), "a\n1\n");
}

TEST_F(FlightsTest, CountingReadsNoColumns) {
  EXPECT_THAT(bed.Run("EXPLAIN SELECT count(*) FROM flights", ResultFormat::kTable),
              HasSubstr("COUNT"));
  EXPECT_THAT(
      bed.Run("EXPLAIN SELECT count(*) FROM flights WHERE origin='SFO'", ResultFormat::kTable),
      HasSubstr("COUNT"));
  EXPECT_EQ(bed.Run("SELECT count(*) FROM flights WHERE origin='SFO' AND flight > '2001-10'"),
            "count_star()\n10\n");
}

TEST_F(FlightsTest, WritingIsRefusedWithWhatToDoInstead) {
  bed.sql_options.trusted = true;
  EXPECT_THAT(bed.Run("INSERT INTO flights (origin, flight) VALUES ('a', 'b')"),
              HasSubstr("stator import"));
  EXPECT_THAT(bed.Run("CREATE TABLE t (a INT)"), HasSubstr("stator import"));
  EXPECT_THAT(bed.Run("DROP TABLE flights"), HasSubstr("DeleteTable"));
  EXPECT_EQ(bed.Run("CREATE TEMP TABLE t AS SELECT 1 AS a; SELECT * FROM t"), "Count\n1\na\n1\n");
}

// Items whose `m` is a map with fields x and z, read whole as the sample.
class FieldsTest : public ::testing::Test {
 protected:
  FieldsTest() {
    bed.CreateTable("docs", {"id", AttributeType::kNumber});
    bed.Put("docs", [](ItemBuilder& item) {
      item.Name("id").Add(NumberOf("1"));
      item.Name("m").BeginMap().Name("x").Add(NumberOf("7")).Name("y").String("why");
      item.Name("z").BeginMap().Name("q").Bool(true).EndMap().EndMap();
    });
    EXPECT_EQ(bed.Run("SELECT m.x, m.z.q FROM docs"), "x,q\n7,true\n");
  }

  // Puts an item 2 whose `m` is written by `value`.
  void PutSecond(const std::function<void(ItemBuilder&)>& value) {
    bed.Put("docs", [&](ItemBuilder& item) {
      item.Name("id").Add(NumberOf("2"));
      value(item.Name("m"));
    });
  }

  TestBed bed;
};

TEST_F(FieldsTest, AFieldOfTextWidensTheColumnAndIsNoSilentNull) {
  PutSecond([](ItemBuilder& m) { m.String("no map"); });
  const std::string answer = bed.Run("SELECT id, m.x FROM docs ORDER BY id");
  EXPECT_THAT(answer, StartsWith("error: SqlBinderError"));
  EXPECT_THAT(answer, HasSubstr("table docs, attribute m of the item id = 2"));
  EXPECT_EQ(bed.Run("SELECT m FROM docs ORDER BY id"),
            "m\n\"{\"\"x\"\":7,\"\"y\"\":\"\"why\"\",\"\"z\"\":{\"\"q\"\":true}}\"\nno map\n");
  EXPECT_EQ(bed.Run("SELECT TRY_CAST(m AS JSON)->>'x' AS x FROM docs ORDER BY id"), "x\n7\n\n");
}

TEST_F(FieldsTest, AFieldOfAListReadsTheColumnAsJson) {
  PutSecond([](ItemBuilder& m) { m.BeginList().String("a").EndList(); });
  EXPECT_EQ(bed.Run("SELECT m.x, m->>0 AS first FROM docs ORDER BY id"), "x,first\n7,\n,a\n");
}

TEST_F(FieldsTest, ADeepFieldOfNoMapIsNoSilentNull) {
  PutSecond([](ItemBuilder& m) { m.BeginMap().Name("z").Bool(false).EndMap(); });
  EXPECT_THAT(bed.Run("SELECT m.z.q FROM docs WHERE id = 2"),
              HasSubstr("table docs, attribute m of the item id = 2"));
  EXPECT_EQ(bed.Run("SELECT m.z FROM docs ORDER BY id"), "z\n\"{\"\"q\"\":true}\"\nfalse\n");
}

TEST_F(FieldsTest, AFilterOnAFieldLosesNoItemThatMayMatch) {
  PutSecond([](ItemBuilder& m) { m.String("no map"); });
  EXPECT_EQ(bed.Run("SELECT id FROM docs WHERE m.x = 7"), "id\n1\n");
  EXPECT_THAT(bed.Run("SELECT id FROM docs WHERE m.x IS NULL"),
              HasSubstr("table docs, attribute m of the item id = 2"));
}

TEST_F(FieldsTest, OtherFieldsOfTheMapDoNotConcernTheQuery) {
  PutSecond([](ItemBuilder& m) {
    m.BeginMap().Name("new").Bool(true).Name("x").Add(NumberOf("8"));
    m.Name("y").Bool(true).EndMap();
  });
  EXPECT_EQ(bed.Run("SELECT m.x FROM docs ORDER BY id"), "x\n7\n8\n");
  EXPECT_EQ(bed.Run("SELECT m.z, m.z.q, m.x FROM docs ORDER BY id"),
            "z,q,x\n{'q': true},true,7\n,,8\n");
  EXPECT_EQ(bed.Run("SELECT m.new, m.y FROM docs ORDER BY id"), "new,y\n,why\ntrue,true\n");
}

TEST(SqlSession, NamesThatDifferOnlyByCaseBothAppear) {
  TestBed bed;
  bed.CreateTable("mixed", {"id", AttributeType::kNumber});
  bed.Put("mixed", [](ItemBuilder& item) {
    item.Name("id").Add(NumberOf("1"));
    item.Name("Name").String("upper");
    item.Name("name").String("lower");
    item.Name("meta").BeginMap().Name("K").Bool(true).Name("k").Bool(false).EndMap();
  });
  EXPECT_EQ(bed.Run("SELECT Name, name_2, meta.K, meta.k_2 FROM mixed WHERE name_2 = 'lower'"),
            "Name,name_2,K,k_2\nupper,lower,true,false\n");
  EXPECT_THAT(bed.Run("DESCRIBE mixed"),
              HasSubstr("name_2,VARCHAR,YES,,,attribute name under another name"));
}

TEST(SqlSession, EveryTypeIsShownWithoutLoss) {
  TestBed bed;
  bed.CreateTable("types", {"id", AttributeType::kBinary});
  bed.Put("types", [](ItemBuilder& item) {
    item.Name("id").Binary(std::string("\x01\xFF", 2));
    item.Name("big").Add(NumberOf("12345678901234567890123456789012345678"));
    item.Name("exact").Add(NumberOf("-0.00000000000000000001"));
    item.Name("wide").Add(NumberOf("1E+100"));
    item.Name("flag").Bool(false);
    item.Name("nothing").Null();
    item.Name("ss").BeginSet(AttributeType::kStringSet).String("b").String("a");
    EXPECT_TRUE(item.EndSet().ok());
    item.Name("ns").BeginSet(AttributeType::kNumberSet).Add(NumberOf("2")).Add(NumberOf("1.5"));
    EXPECT_TRUE(item.EndSet().ok());
    item.Name("bs").BeginSet(AttributeType::kBinarySet).Binary("x");
    EXPECT_TRUE(item.EndSet().ok());
    item.Name("mixed")
        .BeginList()
        .String("s")
        .Bool(true)
        .Add(NumberOf("1"))
        .BeginMap()
        .EndMap()
        .EndList();
    item.Name("empty").BeginMap().EndMap();
  });
  EXPECT_EQ(
      bed.Run("SELECT * FROM types", ResultFormat::kJson),
      R"([{"id":"01ff","big":12345678901234567890123456789012345678,"bs":["78"],"empty":"{}",)"
      R"("exact":-0.00000000000000000001,"flag":false,"mixed":["s","true","1","{}"],"ns":[1.5,2.0],"ss":["a","b"],)"
      R"("wide":1e+100}])"
      "\n");
  EXPECT_EQ(bed.Run("SELECT count(*) FROM types WHERE id = '\\x01\\xFF'::BLOB"),
            "count_star()\n1\n");
}

TEST(SqlSession, AttributesFarFromTheFirstItemsAreColumns) {
  TestBed bed;
  bed.CreateTable("spread", {"id", AttributeType::kNumber});
  for (int i = 0; i < 1'500; ++i) {
    bed.Put("spread", [&](ItemBuilder& item) {
      item.Name("id").Add(dynamo::Number::FromInt64(i));
      item.Name(i % 50 == 49 ? "rare" : "common").Add(dynamo::Number::FromInt64(i));
    });
  }
  EXPECT_EQ(bed.Run("SELECT count(rare), count(common), count(*) FROM spread"),
            "count(rare),count(common),count_star()\n30,1470,1500\n");
}

}  // namespace
}  // namespace stator::sql
