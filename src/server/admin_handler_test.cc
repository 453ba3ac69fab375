#include "server/admin_handler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stator::server {
namespace {

using ::testing::HasSubstr;

class FixedDoor : public Door {
 public:
  explicit FixedDoor(base::Status ready) : ready_(std::move(ready)) {}
  void Handle(const HttpRequest&, HttpCompletion done) override { done({}); }
  base::Status Ready() const override { return ready_; }

 private:
  base::Status ready_;
};

HttpResponse Get(AdminHandler& admin, std::string_view path, std::string_view method = "GET") {
  HttpResponse response;
  admin.Handle({.method = method, .path = path, .query = "", .headers = {}, .body = ""},
               [&](HttpResponse answer) { response = std::move(answer); });
  return response;
}

TEST(AdminHandlerTest, ItIsReadyWhenEveryDoorIs) {
  base::MetricsRegistry metrics;
  AdminHandler admin(metrics);
  const FixedDoor good(base::OkStatus());
  const FixedDoor bad(
      base::Error(base::ErrorKind::kUnavailable, "RegistryNotFound", "run \"stator apply\""));
  admin.AddDoor("sql", good);
  EXPECT_EQ(Get(admin, "/ready").status, 200);
  EXPECT_EQ(Get(admin, "/ready").body, "{\"ready\":true,\"doors\":{\"sql\":\"ok\"}}\n");
  admin.AddDoor("features", bad);
  EXPECT_EQ(Get(admin, "/ready").status, 503);
  EXPECT_THAT(Get(admin, "/ready").body,
              HasSubstr(R"("features":"RegistryNotFound: run \"stator apply\"")"));
  EXPECT_EQ(Get(admin, "/health").status, 200);
}

TEST(AdminHandlerTest, MetricsArePrometheusText) {
  base::MetricsRegistry metrics;
  AdminHandler admin(metrics);
  metrics.GetCounter("things_total", "Things.")->Add(3);
  const HttpResponse answer = Get(admin, "/metrics");
  EXPECT_EQ(answer.content_type, "text/plain; version=0.0.4");
  EXPECT_THAT(answer.body, HasSubstr("\nthings_total 3\n"));
  EXPECT_THAT(answer.body, HasSubstr("stator_build_info{version=\"" STATOR_VERSION "\"} 1"));
  EXPECT_THAT(answer.body, HasSubstr("process_resident_memory_bytes "));
}

TEST(AdminHandlerTest, ItOnlyReads) {
  base::MetricsRegistry metrics;
  AdminHandler admin(metrics);
  EXPECT_EQ(Get(admin, "/metrics", "POST").status, 405);
  EXPECT_EQ(Get(admin, "/nothing").status, 404);
}

}  // namespace
}  // namespace stator::server
