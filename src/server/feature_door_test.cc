#include "server/feature_door.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include <map>
#include <set>
#include <vector>

#include "base/clock.h"
#include "engine/local_dynamo.h"
#include "feast/core/Registry.pb.h"
#include "features/feature_row.h"
#include "features/feature_tables.h"
#include "features/registry_file.h"
#include "features/test_files.h"
#include "server/feature_module.h"

namespace stator::server {
namespace {

using features::GoldenPath;
using features::ParseJsonFile;
using features::Text;
using simdjson::dom::element;
using testing::HasSubstr;

// JSON with the members of objects in order of their names: maps have no order of their own.
std::string Canonical(element json) {
  std::string out;
  if (json.is_array()) {
    out = "[";
    for (const element one : json.get_array()) out += Canonical(one) + ",";
    return out + "]";
  }
  if (!json.is_object()) return simdjson::to_string(json);
  std::map<std::string, std::string> members;
  for (const auto field : json.get_object())
    members[std::string(field.key)] = Canonical(field.value);
  out = "{";
  for (const auto& [key, value] : members) out += key + ":" + value + ",";
  return out + "}";
}

// The columns of a reply by name: Feast's own order within a view is random.
std::map<std::string, std::string> ColumnsByName(const std::string& reply) {
  simdjson::dom::parser parser;
  const element json = parser.parse(simdjson::padded_string(reply));
  std::map<std::string, std::string> columns;
  const simdjson::dom::array results = json["results"];
  std::size_t index = 0;
  for (const element name : json["metadata"]["feature_names"].get_array()) {
    columns[Text(name)] = Canonical(results.at(index++));
  }
  if (json["metadata"]["feature_view_metadata"].error() == simdjson::SUCCESS) {
    columns["metadata"] = Canonical(json["metadata"]["feature_view_metadata"]);
  }
  EXPECT_EQ(index, results.size());
  return columns;
}

// A door on the golden repo, its tables filled with the very items that Feast wrote.
class FeatureDoorTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    engine::EngineOptions options;
    options.in_memory = true;
    store_ = std::move(*engine::LocalDynamo::Open(options)).release();
    features::RepoConfig config;
    config.project = "golden";
    config.registry.path = GoldenPath("registry.db");
    const features::RegistryFile file(config.registry.path, base::SystemClock());
    const auto tables = features::FeatureTables(**file.Load(), config);
    ASSERT_TRUE(
        features::UpdateTables(base::CallContext(), *store_, tables, {}, [](const auto&) {}).ok());
    LoadItems();
    door_ = new FeatureDoor(config, *store_, metrics_);
  }
  static void TearDownTestSuite() {
    delete door_;
    delete store_;
  }

  static void LoadItems() {
    simdjson::dom::parser parser;
    dynamo::WriteManyRequest writes;
    for (const auto table :
         ParseJsonFile(parser, GoldenPath("dynamodb-items-decoded.json")).get_object()) {
      for (const element golden : table.value.get_array()) {
        std::vector<std::pair<std::string, std::string>> values;
        for (const auto value : golden["values"].get_object()) {
          values.emplace_back(value.key, features::FromHex(Text(value.value["hex"])));
        }
        std::vector<features::NamedFeature> named;
        for (const auto& [name, value] : values) named.push_back({name, value});
        dynamo::ItemBuilder builder;
        dynamo::ItemWrite& write = writes.writes.emplace_back();
        write.table_name = std::string(table.key);
        write.request.item = features::EncodeFeatureRow(
            Text(golden["entity_id"]), *features::ParseEventTime(Text(golden["event_ts"])), named,
            builder);
      }
    }
    const auto written = base::Wait<dynamo::WriteManyResponse>(
        [&](auto done) { store_->PutMany(base::CallContext(), writes, std::move(done)); });
    ASSERT_TRUE(written.ok() && written->failures.empty());
  }

  static HttpResponse Send(std::string_view method, std::string_view path, std::string body,
                           Door& door = *door_) {
    const std::size_t size = body.size();
    body.append(kHttpBodyPaddingBytes, '\0');
    HttpRequest request;
    request.method = method;
    request.path = path;
    request.body = std::string_view(body).substr(0, size);
    std::optional<HttpResponse> answer;
    door.Handle(request, [&](HttpResponse response) { answer = std::move(response); });
    EXPECT_TRUE(answer) << "the embedded engine answers at once";
    return answer ? std::move(*answer) : HttpResponse();
  }
  static HttpResponse Post(const std::string& body) {
    return Send("POST", "/get-online-features", body);
  }

  static engine::LocalDynamo* store_;
  static base::MetricsRegistry metrics_;
  static FeatureDoor* door_;
};

engine::LocalDynamo* FeatureDoorTest::store_ = nullptr;
base::MetricsRegistry FeatureDoorTest::metrics_;
FeatureDoor* FeatureDoorTest::door_ = nullptr;

// On-demand views need Python: told by name, with a status that clients do not retry
// (docs/compatibility.md).
const std::set<std::string> kComputed = {"service_odfv", "odfv_python", "odfv_pandas",
                                         "odfv_singleton", "odfv_singleton_two_rows"};
// Feast lists a Python set, in random order.
const std::set<std::string> kUnordered = {"odfv_missing_request_data"};
// The position and the words of the JSON parser.
const std::set<std::string> kOtherWords = {"broken_json"};
// Stator's message goes on with the name of the table.
const std::set<std::string> kLonger = {"offline_only_view"};
// Paths of Feast's server that this door does not have.
bool IsOther(const std::string& path) {
  return path.starts_with("/materialize") || path == "/search";
}

TEST_F(FeatureDoorTest, EveryRecordedRequestIsAnsweredAsFeastAnswersIt) {
  simdjson::dom::parser parser;
  int compared = 0;
  for (const element pair : ParseJsonFile(parser, GoldenPath("http-pairs.json")).get_array()) {
    const std::string name = Text(pair["name"]);
    if (IsOther(Text(pair["path"]))) continue;
    SCOPED_TRACE(name);
    std::string body;
    if (pair["request"].is_string()) body = Text(pair["request"]);
    if (pair["request"].is_object()) body = simdjson::minify(element(pair["request"]));
    const HttpResponse response = Send(Text(pair["method"]), Text(pair["path"]), body);
    ++compared;
    if (kComputed.contains(name)) {
      EXPECT_EQ(response.status, 422);
      EXPECT_THAT(response.body, HasSubstr("On-demand feature view od_"));
      continue;
    }
    EXPECT_EQ(response.status, pair["status"].get_int64().value());
    if (kOtherWords.contains(name)) continue;
    const std::string golden = Text(pair["response_text"]);
    if (kUnordered.contains(name)) {
      EXPECT_EQ(std::multiset<char>(response.body.begin(), response.body.end()),
                std::multiset<char>(golden.begin(), golden.end()));
    } else if (kLonger.contains(name)) {
      EXPECT_THAT(response.body, testing::StartsWith(golden.substr(0, golden.size() - 1)));
    } else if (golden.starts_with("{\"results\"")) {
      EXPECT_EQ(ColumnsByName(response.body), ColumnsByName(golden));
    } else {
      EXPECT_EQ(response.body, golden);
    }
    const bool no_type = pair["content_type"].is_null();
    EXPECT_EQ(response.content_type, no_type ? "" : Text(pair["content_type"]));
  }
  EXPECT_EQ(compared, 76);
}

TEST_F(FeatureDoorTest, ColumnsStandInTheOrderOfTheRequest) {
  const auto response = Post(
      R"({"features":["trips:fare","scalars:f_bool","trips:trip_count"],"entities":{"customer_id":["c1"],"driver_id":[1001]}})");
  EXPECT_THAT(
      response.body,
      HasSubstr(
          R"("metadata":{"feature_names":["customer_id","driver_id","fare","trip_count","f_bool"]}})"));
  EXPECT_THAT(
      response.body,
      testing::StartsWith(
          R"({"results":[{"values":["c1"],"statuses":["PRESENT"],"event_timestamps":["1970-01-01T00:00:00Z"]})"));
}

TEST_F(FeatureDoorTest, AnItemWithoutTheFeatureIsNotFoundWithItsTimeAndNoError) {
  dynamo::ItemBuilder builder;
  const features::EntityValue key{features::ValueKind::kInt64, 7001, {}};
  const features::EntityKeyPart part{"driver_id", &key};
  std::string bytes;
  ASSERT_TRUE(features::SerializeEntityKey({&part, 1}, 3, bytes).ok());
  dynamo::PutItemRequest put;
  put.table_name = "golden.scalars";
  put.item = features::EncodeFeatureRow(features::ComputeEntityId(bytes), 1'000'000, {}, builder);
  ASSERT_TRUE(base::Wait<dynamo::PutItemResponse>([&](auto done) {
                store_->PutItem(base::CallContext(), put, std::move(done));
              }).ok());
  const auto response = Post(R"({"features":["scalars:f_int32"],"entities":{"driver_id":[7001]}})");
  EXPECT_THAT(
      response.body,
      HasSubstr(
          R"({"values":[null],"statuses":["NOT_FOUND"],"event_timestamps":["1970-01-01T00:00:01Z"]})"));
}

TEST_F(FeatureDoorTest, WrongTypesInTheBodyAreToldInFastApisWords) {
  EXPECT_EQ(
      Post("").body,
      R"({"detail":[{"type":"missing","loc":["body"],"msg":"Field required","input":null}]})");
  EXPECT_THAT(Post("[1]").body, HasSubstr("model_attributes_type"));
  EXPECT_THAT(Post(R"({"entities":[]})").body, HasSubstr(R"("loc":["body","entities"])"));
  EXPECT_THAT(Post(R"({"entities":{},"features":"a:b"})").body, HasSubstr("list_type"));
  EXPECT_THAT(Post(R"({"entities":{},"features":[1]})").body,
              HasSubstr(R"("loc":["body","features",0])"));
  EXPECT_THAT(Post(R"({"entities":{},"feature_service":1})").body, HasSubstr("string_type"));
  EXPECT_THAT(Post(R"({"entities":{},"full_feature_names":"maybe"})").body,
              HasSubstr("bool_parsing"));
  EXPECT_EQ(Post(R"({"entities":{},"full_feature_names":"maybe"})").status, 422);
}

TEST_F(FeatureDoorTest, JoinKeysOfStrangeTypesAreRefusedOrConverted) {
  const auto body = [](const std::string& value) {
    return R"({"features":["zones:surge"],"entities":{"zone_id":[)" + value + "]}}";
  };
  EXPECT_EQ(Post(body("2147483648")).body, R"("Value out of range: 2147483648")");
  EXPECT_EQ(Post(body("[1]")).status, 500);
  EXPECT_EQ(Post(body("1e300")).status, 500);
  EXPECT_THAT(Post(body("true")).body, HasSubstr(R"("values":[1.0])"));
  EXPECT_THAT(Post(body("\" 1 \"")).body, HasSubstr(R"("values":[1.0])"));
}

TEST_F(FeatureDoorTest, AnEntitysNameStandsForItsJoinKey) {
  const auto response = Post(R"({"features":["zones:surge"],"entities":{"zone":[1]}})");
  EXPECT_THAT(response.body, HasSubstr(R"("feature_names":["zone_id","surge"])"));
  EXPECT_THAT(response.body, HasSubstr(R"("values":[1.0])"));
}

TEST_F(FeatureDoorTest, RequestsAreCountedUnderFeastsNames) {
  Post(R"({"features":["zones:surge"],"entities":{"zone_id":[1]}})");
  const std::string text = metrics_.RenderPrometheus();
  EXPECT_THAT(
      text,
      HasSubstr(
          R"(feast_feature_server_request_total{endpoint="/get-online-features",status="200"})"));
  EXPECT_THAT(text, HasSubstr("feast_feature_server_request_latency_seconds"));
}

TEST_F(FeatureDoorTest, WithoutARegistryTheDoorSaysHowToMakeOne) {
  features::RepoConfig config;
  config.project = "golden";
  config.registry.path = "/nowhere/registry.db";
  base::MetricsRegistry metrics;
  FeatureDoor door(config, *store_, metrics);
  EXPECT_FALSE(door.Ready().ok());
  EXPECT_EQ(Send("GET", "/health", "", door).status, 503);
  const auto response =
      Send("POST", "/get-online-features", R"({"features":["a:b"],"entities":{"x":[1]}})", door);
  EXPECT_EQ(response.status, 500);
  EXPECT_THAT(response.body, HasSubstr("feast apply"));
}

TEST(ClosedFeatureDoor, SaysWhatIsMissing) {
  ClosedFeatureDoor door(
      base::Error(base::ErrorKind::kNotFound, "FeastConfigError", "no file here"));
  EXPECT_FALSE(door.Ready().ok());
  HttpResponse answer;
  door.Handle(HttpRequest(), [&](HttpResponse response) { answer = std::move(response); });
  EXPECT_EQ(answer.status, 503);
  EXPECT_THAT(answer.body, HasSubstr("no file here"));
}

TEST(StoreOfConfig, FollowsTheOnlineStore) {
  features::RepoConfig config;
  EXPECT_EQ(StoreOfConfig(config).endpoint_url, "");
  EXPECT_FALSE(StoreOfConfig(config).remote());
  config.online_store.region = "eu-west-1";
  config.online_store.embedded_path = "/data";
  EXPECT_EQ(StoreOfConfig(config).endpoint_url, "embedded:/data");
  config.online_store.embedded = false;
  EXPECT_TRUE(StoreOfConfig(config).remote());
  EXPECT_EQ(StoreOfConfig(config).region, "eu-west-1");
  config.online_store.endpoint_url = "http://localhost:8000";
  EXPECT_EQ(StoreOfConfig(config).endpoint_url, "http://localhost:8000");
}

TEST(StoreOfConfig, CarriesEveryOptionOfCalls) {
  features::RepoConfig config;
  features::OnlineStoreConfig& store = config.online_store;
  store.batch_size = 7;
  store.max_read_workers = 3;
  store.max_pool_connections = 9;
  store.keepalive_timeout_s = 1.5;
  store.connect_timeout_s = 0.0001;
  store.read_timeout_s = 4;
  store.total_max_retry_attempts = 2;
  store.retry_mode = "legacy";
  remote::CallOptions expected;
  expected.keys_per_call = 7;
  expected.parallel_reads = 3;
  expected.connections_max = 9;
  expected.idle_max = std::chrono::milliseconds(1'500);
  expected.connect_timeout = std::chrono::milliseconds(1);
  expected.answer_timeout = std::chrono::seconds(4);
  expected.attempts_max = 2;
  expected.retry_mode = remote::RetryMode::kLegacy;
  EXPECT_EQ(StoreOfConfig(config).calls, expected);
  store.retry_mode = "adaptive";
  EXPECT_EQ(StoreOfConfig(config).calls.retry_mode, remote::RetryMode::kAdaptive);
  store.retry_mode = std::nullopt;
  store.total_max_retry_attempts = std::nullopt;
  EXPECT_EQ(StoreOfConfig(config).calls.retry_mode, remote::RetryMode::kStandard);
  EXPECT_EQ(StoreOfConfig(config).calls.attempts_max, std::nullopt);
}

}  // namespace
}  // namespace stator::server
